"""The bytes of Modbus/TCP."""

import pytest

from hisops.core.errors import OpsError
from hisops.wire import modbus


def test_a_question_is_what_the_specification_shows():
    # MODBUS Application Protocol V1.1b3, 6.3: read registers 108 to 110.
    assert modbus.ask(1, 17, modbus.HOLDING, 107, 3).hex() == "00010000000611" + "03006b0003"


def test_registers_are_read_as_the_specification_shows():
    body = bytes.fromhex("0306022b00000064")

    assert modbus.registers(body, modbus.HOLDING, 3) == [555, 0, 100]


def test_bits_come_lowest_first():
    # V1.1b3, 6.1: coils 20 to 38 are CD 6B 05.
    body = bytes.fromhex("0103cd6b05")

    assert [int(bit) for bit in modbus.bits(body, modbus.COIL, 19)] == [
        *(1, 0, 1, 1, 0, 0, 1, 1),
        *(1, 1, 0, 1, 0, 1, 1, 0),
        *(1, 0, 1),
    ]


def test_an_exception_says_what_is_wrong():
    with pytest.raises(OpsError) as problem:
        modbus.registers(bytes.fromhex("8302"), modbus.HOLDING, 1)

    assert "no such address" in problem.value.cause
    assert "count from 0" in problem.value.fix


@pytest.mark.parametrize("answer", ["0304000a", "030200", "04020001", "0302000102"])
def test_answers_of_another_shape_are_refused(answer):
    with pytest.raises(ValueError, match="instead of"):
        modbus.registers(bytes.fromhex(answer), modbus.HOLDING, 1)
