"""Cells of a device's tables become series as a profile says."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor import block, profile
from hisops.monitor import profile_reading as reading
from hisops.wire.snmp import ber

HEAD = "title: T\nsource: S\nmatch: {object_ids: [1.3.6.1.4.1.99]}\n"
V, N, U, S, P = (f"1.3.6.1.4.1.99.1.{number}" for number in range(1, 6))


def cells(**columns):
    """Columns by name; numbers, or octets, by one arc of the index."""
    names = {"V": V, "N": N, "U": U, "S": S, "P": P}
    return {
        names[name]: {
            ber.index_content((index,)): ber.integer(value)
            if isinstance(value, int)
            else ber.tlv(ber.OCTETS, value)
            for index, value in column.items()
        }
        for name, column in columns.items()
    }


def series(tables, found):
    one = profile.read(HEAD + tables, "test.yml")
    return {
        (s.family.name, *(f"{k}={v}" for k, v in s.labels)): s.value
        for table in one.tables
        for s in block.samples(reading.read(table, found))
    }


def sensors(metric, **columns):
    tables = (
        f"tables:\n  - labels: {{sensor: {{oid: {N}}}}}\n"
        f"    metrics:\n      - {{oid: {V}, {metric}}}\n"
    )
    return series(tables, cells(**columns))


def test_a_value_is_scaled_and_named_by_another_column():
    found = sensors("name: hisops_sensor_celsius, scale: 0.1", V={1: 235}, N={1: b"inlet"})

    assert found == {("hisops_sensor_celsius", "sensor=inlet"): 23.5}


def test_a_value_that_means_not_supported_is_no_series():
    metric = "name: hisops_sensor_celsius, unsupported: [65535], least: -50, most: 200"

    found = sensors(metric, V={1: 65535, 2: -99, 3: 201, 4: 30}, N={4: b"board"})

    assert found == {("hisops_sensor_celsius", "sensor=board"): 30}


def test_a_number_that_the_device_writes_as_text_is_a_number():
    found = sensors("name: hisops_sensor_celsius", V={1: b"23.4 "}, N={1: b"x"})

    assert list(found.values()) == [23.4]


def test_octets_that_are_no_number_are_no_series():
    assert sensors("name: hisops_sensor_celsius", V={1: b"n/a"}, N={1: b"x"}) == {}


def test_a_share_is_made_of_two_columns():
    ratio = "name: hisops_device_memory_ratio"

    assert list(sensors(f"{ratio}, of: {S}", V={1: 3}, S={1: 4}, N={}).values()) == [0.75]
    assert list(sensors(f"{ratio}, free: {S}", V={1: 3}, S={1: 1}, N={}).values()) == [0.75]
    assert sensors(f"{ratio}, of: {S}", V={1: 3}, S={1: 0}, N={}) == {}


def test_states_become_health_and_unknown_ones_nothing():
    metric = "name: hisops_component_health, form: health, states: {good: [2], critical: [3]}"

    found = sensors(metric, V={1: 2, 2: 3, 3: 9}, N={1: b"fan1", 2: b"fan2", 3: b"fan3"})

    assert found == {
        ("hisops_component_health", "sensor=fan1"): 0,
        ("hisops_component_health", "sensor=fan2"): 2,
    }


def test_a_state_sets_flags():
    metric = "name: network_ups_tools_ups_status, form: flags, states: {OB: [5], BYPASS: [4, 6]}"

    found = sensors(metric, V={0: 5}, N={0: b"a"})

    assert found == {
        ("network_ups_tools_ups_status", "sensor=a", "flag=OB"): 1,
        ("network_ups_tools_ups_status", "sensor=a", "flag=BYPASS"): 0,
    }


def test_unit_scale_and_precision_stand_in_columns():
    metric = (
        f"units: {{oid: {U}, names: {{8: hisops_sensor_celsius, 10: hisops_sensor_rpm}},"
        f" scale: {S}, scales: {{8: -3, 9: 0}}, precision: {P}}}"
    )

    found = sensors(
        metric,
        V={1: 23500, 2: 4200, 3: 1},
        U={1: 8, 2: 10, 3: 12},
        S={1: 8, 2: 9, 3: 9},
        P={1: 0, 2: 0, 3: 0},
        N={1: b"t", 2: b"f", 3: b"other"},
    )

    assert found == {
        ("hisops_sensor_celsius", "sensor=t"): 23.5,
        ("hisops_sensor_rpm", "sensor=f"): 4200,
    }


def test_rows_can_be_chosen_by_a_column():
    tables = (
        f"tables:\n  - index: [row]\n    where: {{oid: {U}, values: [2]}}\n"
        f"    metrics:\n      - {{oid: {V}, name: a}}\n"
    )

    found = series(tables, cells(V={1: 10, 2: 20}, U={1: 1, 2: 2}))

    assert found == {("a", "row=2"): 20}


def test_a_label_can_stand_in_the_row_that_a_column_names():
    tables = (
        f"tables:\n  - labels: {{cpu: {{oid: {N}, via: {U}}}}}\n"
        f"    metrics:\n      - {{oid: {V}, name: a}}\n"
    )

    found = series(tables, cells(V={1: 10}, U={1: 1000}, N={1000: b"Supervisor"}))

    assert found == {("a", "cpu=Supervisor"): 10}


def test_octets_that_are_no_text_are_shown_in_hexadecimal():
    found = sensors("name: a", V={1: 1}, N={1: b"\x00\x1b\xff\x01\x02\x03"})

    assert ("a", "sensor=00:1B:FF:01:02:03") in found


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_in_chinese_encodings_are_read(encoding):
    found = sensors("name: a", V={1: 1}, N={1: "机房".encode(encoding)})

    assert found == {("a", "sensor=机房"): 1}


def test_two_parts_of_one_name_stay_two_series():
    found = sensors("name: a", V={1: 1, 2: 2}, N={1: b"fan", 2: b"fan"})

    assert found == {("a", "sensor=fan"): 1, ("a", "sensor=fan", "index=2"): 2}


def test_bits_are_counted_from_the_first():
    metric = "name: p_state, form: bits, states: {no_paper: [1], jammed: [5], offline: [6]}"

    found = sensors(metric, V={1: b"\x44"}, N={1: b"x"})

    assert {key[2]: value for key, value in found.items()} == {
        "problem=no_paper": 1,
        "problem=jammed": 1,
        "problem=offline": 0,
    }


def test_a_contact_in_an_unknown_state_is_no_series():
    metric = "name: hisops_contact_state, form: contact, states: {'on': [4], 'off': [2]}"

    found = sensors(metric, V={1: 4, 2: 2, 3: 7}, N={1: b"a", 2: b"b", 3: b"c"})

    assert sorted(found.values()) == [0, 1]


def test_a_share_in_a_sensor_table_is_humidity():
    metric = f"units: {{oid: {U}, names: {{9: hisops_sensor_ratio 0.01}}}}"

    found = sensors(metric, V={1: 45}, U={1: 9}, N={1: b"rack"})

    assert found == {("hisops_sensor_ratio", "sensor=rack", "kind=humidity"): 0.45}


def test_a_large_counter_starts_again_where_a_float_loses_ones():
    tables = (
        f"tables:\n  - index: [i]\n    metrics:\n      - {{oid: {V}, name: a, kind: counter}}\n"
    )
    found = {V: {b"\x01": ber.integer(2**53 + 7, ber.COUNTER64)}}

    assert series(tables, found) == {("a", "i=1"): 7}


def test_a_page_holds_the_same_as_the_samples():
    one = profile.read(
        HEAD + f"tables:\n  - index: [i]\n    labels: {{n: {{oid: {N}}}}}\n"
        f"    metrics:\n      - {{oid: {V}, name: a, help: A.}}\n",
        "test.yml",
    )
    blocks = reading.read(one.tables[0], cells(V={1: 10}, N={1: b'say "x"'}))

    assert block.page(blocks) == '# HELP a A.\n# TYPE a gauge\na{i="1",n="say \\"x\\""} 10\n'


def test_a_mistake_in_a_profile_is_told_with_its_line():
    with pytest.raises(OpsError, match=r"mine.yml:6: .*without name"):
        profile.read(HEAD + f"tables:\n  - metrics:\n      - {{oid: {V}}}\n", "mine.yml")


def test_a_profile_is_chosen_by_whole_arcs():
    one = profile.read(HEAD + f"tables: [{{metrics: [{{oid: {V}, name: a}}]}}]\n", "x.yml")

    chosen = [
        profile.choose({"x": one}, oid, "") for oid in ("1.3.6.1.4.1.99.7", "1.3.6.1.4.1.990")
    ]

    assert chosen == [["x"], []]
