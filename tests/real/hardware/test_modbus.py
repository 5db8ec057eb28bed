"""A real Modbus/TCP server (pymodbus): contacts that flip, registers, and what can go wrong."""

import struct
import sys
from pathlib import Path

import pytest
from pymodbus.client import ModbusTcpClient

from hisops.core.text import Duration
from hisops.monitor.probes.modbus import Modbus, Point
from tests.real.hardware import child

_POINTS = (
    Point(name="leak-01", table="coil", address=0, kind="leak"),
    Point(name="door-01", table="coil", address=1, kind="door", invert=True),
    Point(name="genset-1", table="holding", address=20, bit=2, kind="generator"),
    Point(name="aisle-1", table="holding", address=0, type="i16", scale=0.1, unit="celsius",
          place="cold_aisle"),
    Point(name="aisle-1", table="holding", address=1, scale=0.01, unit="ratio", kind="humidity",
          place="cold_aisle"),
    Point(name="feed-a", table="holding", address=2, type="f32", unit="watts"),
)  # fmt: skip
_UNIT = Modbus(points=_POINTS, timeout=Duration(2))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The server's process, and a client that sets values."""
    port = child.free_port()
    argv = [sys.executable, str(Path(__file__).with_name("bms.py")), str(port)]
    with child.running(argv, tmp_path_factory.mktemp("bms") / "log") as process:
        child.wait_for(lambda: child.listens(port))
        with ModbusTcpClient("127.0.0.1", port=port) as client:
            client.write_coils(0, [False, True])
            client.write_registers(0, [235, 45, *struct.unpack(">HH", struct.pack(">f", 4200.5))])
            yield process, client, port


@pytest.fixture
def ask(server, probe, series):
    def run(unit=_UNIT, port=0):
        outcome = probe(unit, f"127.0.0.1:{port or server[2]}")
        return outcome, series(outcome)

    return run


def test_a_map_of_registers_becomes_series(ask):
    outcome, values = ask()

    assert outcome.success, outcome.cause
    assert values['hisops_sensor_celsius{sensor="aisle-1",place="cold_aisle"}'] == 23.5
    assert (
        values['hisops_sensor_ratio{sensor="aisle-1",place="cold_aisle",kind="humidity"}'] == 0.45
    )
    assert values['hisops_sensor_watts{sensor="feed-a",place="room"}'] == 4200.5
    assert values['hisops_contact_state{contact="leak-01",kind="leak",place="room"}'] == 0
    assert values['hisops_contact_state{contact="door-01",kind="door",place="room"}'] == 0


def test_contacts_flip_with_their_coils_and_bits(server, ask):
    _, client, _ = server
    client.write_coils(0, [True, False])
    client.write_register(20, 0b100)
    try:
        values = ask()[1]
    finally:
        client.write_coils(0, [False, True])
        client.write_register(20, 0)

    contacts = {key: value for key, value in values.items() if "contact" in key}
    assert set(contacts.values()) == {1}
    assert {v for k, v in ask()[1].items() if "contact" in k} == {0}


def test_an_address_that_does_not_exist_hides_no_leak(ask):
    wrong = Point(name="x", table="holding", address=4000, unit="volts")
    outcome, values = ask(Modbus(points=(*_POINTS, wrong)))

    assert not outcome.success
    assert outcome.cause == "holding 4000 (x1): there is no such address"
    assert values['hisops_contact_state{contact="leak-01",kind="leak",place="room"}'] == 0


def test_a_frozen_device_costs_its_time_out(server, ask):
    with child.frozen(server[0]):
        outcome, _ = ask(Modbus(points=_POINTS, timeout=Duration(0.5)))

    assert (outcome.success, outcome.cause) == (False, "no answer within 0.5 s")


def test_a_unit_that_is_not_there_is_told(ask):
    outcome, _ = ask(Modbus(points=_POINTS, unit=9, timeout=Duration(1)))

    assert not outcome.success
    assert outcome.cause


def test_a_port_where_nobody_listens_is_told(ask):
    outcome, _ = ask(port=child.free_port())

    assert (outcome.success, outcome.cause) == (False, "Connection refused")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        bytes.fromhex("00090000000401010100"),
        bytes.fromhex("0001000000ff0101" + "00" * 300),
        bytes.fromhex("000100000003010101"),
        b"\x00" * 65536,
    ],
    ids=["http", "another question", "length", "short", "zeros"],
)
def test_nonsense_is_an_outcome(ask, answer):
    with child.liar(answer) as port:
        outcome, _ = ask(Modbus(points=_POINTS, timeout=Duration(1)), port=port)

    assert not outcome.success
    assert "not understood" in outcome.cause or "no answer" in outcome.cause
