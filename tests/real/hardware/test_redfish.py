"""sushy-emulator (sushy-tools, driver fake), a tree of our own for what it lacks, and faults."""

import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.redfish import Redfish
from tests.real.hardware import child

_SYSTEM = "da69abcc-dae0-4913-9a7b-d344043097c0"
_FAKES = [{"uuid": _SYSTEM, "name": "node-1", "power_state": "On", "external_notifier": False,
           "nics": []}]  # fmt: skip
_UNIT = Redfish(timeout=Duration(10))
# Constructed after DSP2046 (new subsystems) and DSP0268 (logs).
_TREE = {
    "/redfish/v1/": {"Systems": {"@odata.id": "/redfish/v1/Systems"},
                     "Chassis": {"@odata.id": "/redfish/v1/Chassis"},
                     "Managers": {"@odata.id": "/redfish/v1/Managers"}},
    "/redfish/v1/Systems": {"Members": [{"@odata.id": "/redfish/v1/Systems/1"}]},
    "/redfish/v1/Systems/1": {"Id": "1", "PowerState": "Off", "Model": "R1",
                              "Status": {"Health": "Critical"}},
    "/redfish/v1/Chassis": {"Members": [{"@odata.id": "/redfish/v1/Chassis/1"}]},
    "/redfish/v1/Chassis/1": {
        "Id": "1", "ThermalSubsystem": {"@odata.id": "/redfish/v1/Chassis/1/ThermalSubsystem"},
        "EnvironmentMetrics": {"@odata.id": "/redfish/v1/Chassis/1/EnvironmentMetrics"},
        "PowerSubsystem": {"@odata.id": "/redfish/v1/Chassis/1/PowerSubsystem"}},
    "/redfish/v1/Chassis/1/ThermalSubsystem": {
        "ThermalMetrics": {"@odata.id": "/redfish/v1/Chassis/1/ThermalMetrics"}},
    "/redfish/v1/Chassis/1/ThermalMetrics": {
        "TemperatureReadingsCelsius": [{"DeviceName": "Intake", "Reading": 24.5}]},
    "/redfish/v1/Chassis/1/EnvironmentMetrics": {"PowerWatts": {"Reading": 312}},
    "/redfish/v1/Chassis/1/PowerSubsystem": {
        "PowerSupplies": {"@odata.id": "/redfish/v1/Chassis/1/PowerSupplies"}},
    "/redfish/v1/Chassis/1/PowerSupplies": {
        "Members": [{"@odata.id": "/redfish/v1/Chassis/1/PowerSupplies/1"}]},
    "/redfish/v1/Chassis/1/PowerSupplies/1": {"Name": "PSU 1", "Status": {"Health": "Warning"}},
    "/redfish/v1/Managers": {"Members": [{"@odata.id": "/redfish/v1/Managers/bmc"}]},
    "/redfish/v1/Managers/bmc": {
        "Id": "bmc", "FirmwareVersion": "6.10",
        "LogServices": {"@odata.id": "/redfish/v1/Managers/bmc/LogServices"}},
    "/redfish/v1/Managers/bmc/LogServices": {
        "Members": [{"@odata.id": "/redfish/v1/Managers/bmc/LogServices/Sel"}]},
    "/redfish/v1/Managers/bmc/LogServices/Sel": {
        "Id": "Sel", "Entries": {"@odata.id": "/redfish/v1/Managers/bmc/LogServices/Sel/Entries"}},
    "/redfish/v1/Managers/bmc/LogServices/Sel/Entries": {"Members@odata.count": 7, "Members": []},
}  # fmt: skip


@pytest.fixture(scope="module")
def sushy(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("sushy"), child.free_port()
    (folder / "conf").write_text(f"SUSHY_EMULATOR_FAKE_SYSTEMS = {_FAKES!r}\n")
    argv = [
        str(Path(sys.executable).with_name("sushy-emulator")),
        *("--fake", "--config", str(folder / "conf"), "-i", "127.0.0.1", "-p", str(port)),
    ]
    with child.running(argv, folder / "log") as process:
        child.wait_for(lambda: child.listens(port))
        yield process, port


class Controller:
    """A controller with a tree of its own that keeps connections and knows one account."""

    def __init__(self):
        self.tree, self.sessions, self.connections = dict(_TREE), 0, 0
        mine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                mine.connections += 1
                super().setup()

            def do_GET(self):
                basic = "Basic " + base64.b64encode(b"ops:right").decode()
                known = self.headers["Authorization"] == basic
                known |= self.headers["X-Auth-Token"] == "t-for-tests"
                if self.path not in mine.tree:
                    return self.answer(404, {})
                return self.answer(200 if known else 401, mine.tree[self.path])

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                good = asked == {"UserName": "ops", "Password": "right"}
                mine.sessions += good
                self.answer(201 if good else 401, {})

            def do_DELETE(self):
                mine.sessions -= 1
                self.answer(200, {})

            def answer(self, status, data):
                body = data if isinstance(data, bytes) else json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == 201:
                    self.send_header("X-Auth-Token", "t-for-tests")
                    self.send_header("Location", "/redfish/v1/SessionService/Sessions/1")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words):
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def controller():
    made = Controller()
    yield made
    made.close()


@pytest.fixture
def ask(controller, probe, series, tmp_path):
    """Asks our own controller."""
    (tmp_path / "password").write_text("right")
    (tmp_path / "password").chmod(0o600)

    def run(**options):
        secret = Secret(f"file:{tmp_path / 'password'}")
        unit = Redfish(**{"user": "ops", "password": secret, "timeout": Duration(5)} | options)
        outcome = probe(unit, f"http://127.0.0.1:{controller.server.server_port}")
        return outcome, series(outcome)

    return run


def test_an_old_tree_is_read_and_what_it_lacks_is_an_absence(sushy, probe, series):
    outcome = probe(_UNIT, f"http://127.0.0.1:{sushy[1]}")
    values = series(outcome)

    assert outcome.success, outcome.cause
    assert values[f'hisops_redfish_system_power_state{{system_id="{_SYSTEM}"}}'] == 1
    assert values['hisops_sensor_celsius{sensor="CPU Temp",place="device"}'] == 41
    assert values['hisops_component_health{component="CPU Temp",kind="temperature"}'] == 0
    assert not [name for name in values if "watts" in name]  # it has no Power


def test_a_new_tree_is_read_over_one_connection(controller, ask):
    outcome, values = ask()

    assert outcome.success, outcome.cause
    assert values['hisops_sensor_celsius{sensor="Intake",place="device"}'] == 24.5
    assert values['hisops_sensor_watts{sensor="total",place="device"}'] == 312
    assert values['hisops_component_health{component="PSU 1",kind="power_supply"}'] == 1
    assert values['hisops_component_health{component="1",kind="system"}'] == 2
    assert values['hisops_redfish_log_entries{owner="bmc",log="Sel"}'] == 7
    assert values['hisops_redfish_system_power_state{system_id="1"}'] == 0
    assert controller.connections == 1


def test_a_session_is_opened_and_ended(controller, ask):
    outcome, _ = ask(login="session")

    assert outcome.success, outcome.cause
    assert controller.sessions == 0
    del controller.tree["/redfish/v1/"]
    assert not ask(login="session")[0].success
    assert controller.sessions == 0


@pytest.mark.parametrize("login", ["basic", "session"])
def test_a_wrong_user_is_told(ask, login):
    outcome, _ = ask(user="guest", login=login)

    assert not outcome.success
    assert outcome.cause == "the login is refused (401)"


def test_a_part_that_is_not_understood_hides_no_other(controller, ask):
    controller.tree["/redfish/v1/Chassis/1"] = b'{"Id": "1", "Thermal": [3]}'
    outcome, values = ask()

    assert not outcome.success
    assert "/redfish/v1/Chassis/1" in outcome.cause
    assert values['hisops_redfish_log_entries{owner="bmc",log="Sel"}'] == 7


def test_a_tree_without_end_is_bounded(controller, ask):
    chassis = {"Members": [{"@odata.id": "/redfish/v1/Chassis"}] * 5000}
    controller.tree["/redfish/v1/Chassis"] = chassis
    controller.tree["/redfish/v1/Systems/1"] = b"[" * 100_000

    assert not ask()[0].success


def test_a_link_to_elsewhere_is_not_followed(controller, ask):
    elsewhere = {"Members": [{"@odata.id": "http://10.0.0.1/redfish/v1/Systems/1"}]}
    controller.tree["/redfish/v1/Systems"] = elsewhere

    assert "leaves Redfish" in ask()[0].cause


def test_a_frozen_controller_costs_its_time_out(sushy, probe):
    with child.frozen(sushy[0]):
        outcome = probe(Redfish(timeout=Duration(0.5)), f"http://127.0.0.1:{sushy[1]}")

    assert (outcome.success, outcome.cause) == (False, "no answer within 0.5 s")


def test_a_port_where_nobody_listens_is_told(probe):
    outcome = probe(_UNIT, f"http://127.0.0.1:{child.free_port()}")

    assert (outcome.success, outcome.cause) == (False, "Connection refused")


def test_a_web_server_that_is_no_controller_is_told(probe):
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
    with child.liar(page) as port:
        outcome = probe(_UNIT, f"http://127.0.0.1:{port}")

    assert "not understood" in outcome.cause
