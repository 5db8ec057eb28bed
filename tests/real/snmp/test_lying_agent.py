"""snmpsim over constructed records: vendors' profiles, and agents that lie."""

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.snmp import Snmp

SYSTEM = "1.3.6.1.2.1.1.1.0|4|{}\n1.3.6.1.2.1.1.2.0|6|{}\n1.3.6.1.2.1.1.5.0|4|test\n"

# Constructed after HUAWEI-ENTITY-EXTENT-MIB and ENTITY-MIB.
HUAWEI = SYSTEM.format("Huawei Versatile Routing Platform", "1.3.6.1.4.1.2011.2.23.291") + (
    "1.3.6.1.2.1.47.1.1.1.1.5.16842753|2|9\n1.3.6.1.2.1.47.1.1.1.1.5.16842754|2|7\n"
    "1.3.6.1.2.1.47.1.1.1.1.7.16842753|4|MPU Board 0\n"
    "1.3.6.1.2.1.47.1.1.1.1.7.16842754|4|FAN 1\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.1.1.5.16842753|2|17\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.1.1.5.16842754|2|0\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.1.1.7.16842753|2|44\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.1.1.11.16842753|2|51\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.1.1.11.16842754|2|65535\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.10.1.7.0.1|2|1\n"
    "1.3.6.1.4.1.2011.5.25.31.1.1.10.1.7.0.2|2|2\n"
)
# Constructed after UPS-MIB (RFC 1628).
UPS = SYSTEM.format("A UPS", "1.3.6.1.2.1.33.250") + (
    "1.3.6.1.2.1.33.1.2.1.0|2|3\n1.3.6.1.2.1.33.1.2.3.0|2|12\n1.3.6.1.2.1.33.1.2.4.0|2|41\n"
    "1.3.6.1.2.1.33.1.4.1.0|2|5\n1.3.6.1.2.1.33.1.4.4.1.5.1|2|63\n"
)
# Constructed after Printer-MIB (RFC 3805) and HOST-RESOURCES-MIB.
PRINTER = SYSTEM.format("HP LaserJet", "1.3.6.1.4.1.11.2.3.9.1") + (
    "1.3.6.1.2.1.25.3.5.1.2.1|4x|44\n1.3.6.1.2.1.43.11.1.1.6.1.1|4|Black\n"
    "1.3.6.1.2.1.43.11.1.1.8.1.1|2|1000\n1.3.6.1.2.1.43.11.1.1.9.1.1|2|30\n"
)
# Constructed after ENTITY-SENSOR-MIB (RFC 3433).
SENSORS = SYSTEM.format("A device", "1.3.6.1.4.1.99999.1") + (
    "1.3.6.1.2.1.47.1.1.1.1.7.5|4|inlet\n1.3.6.1.2.1.99.1.1.1.1.5|2|8\n"
    "1.3.6.1.2.1.99.1.1.1.2.5|2|9\n1.3.6.1.2.1.99.1.1.1.3.5|2|1\n"
    "1.3.6.1.2.1.99.1.1.1.4.5|2|235\n1.3.6.1.2.1.99.1.1.1.5.5|2|1\n"
)


@pytest.fixture(scope="module")
def port(snmpsim):
    return snmpsim({"huawei": HUAWEI, "ups": UPS, "printer": PRINTER, "sensors": SENSORS})


@pytest.fixture
def read(probe, series, port):
    def ask(community):
        unit = Snmp(community=Secret(f"cmd:echo {community}"), timeout=Duration(20))
        outcome = probe(unit, f"127.0.0.1:{port}")
        assert outcome.success, outcome.cause
        return series(outcome)

    return ask


def test_a_huawei_switch_shows_its_boards_fans_and_no_65535(read):
    found = read("huawei")

    assert found['hisops_device_cpu_ratio{cpu="MPU Board 0"}'] == 0.17
    assert found['hisops_device_memory_ratio{pool="MPU Board 0"}'] == 0.44
    assert found['hisops_sensor_celsius{place="device",sensor="MPU Board 0"}'] == 51
    assert found['hisops_component_health{component="0.2",kind="fan"}'] == 2
    assert not [name for name in found if "FAN 1" in name]


def test_a_ups_speaks_the_words_of_nut(read):
    found = read("ups")

    assert found['network_ups_tools_ups_status{ups="ups",flag="OB"}'] == 1
    assert found['network_ups_tools_ups_status{ups="ups",flag="LB"}'] == 1
    assert found['network_ups_tools_ups_status{ups="ups",flag="OL"}'] == 0
    assert found['network_ups_tools_battery_runtime{ups="ups"}'] == 720
    assert found['network_ups_tools_ups_load{phase="1",ups="ups"}'] == 63


def test_a_printer_tells_its_problems(read):
    found = read("printer")

    problem = 'hisops_printer_problem_state{{device="1",problem="{}"}}'
    states = {word: found[problem.format(word)] for word in ("no_paper", "jammed", "offline")}
    assert states == {"no_paper": 1, "jammed": 1, "offline": 0}
    supply = 'hisops_printer_supply_ratio{description="Black",device="1",supply="1"}'
    assert found[supply] == 0.03


def test_a_sensor_table_gives_unit_and_scale(read):
    found = read("sensors")

    assert found['hisops_sensor_celsius{description="",place="device",sensor="inlet"}'] == 23.5
