"""InfiniBand ports (Linux documentation, ABI/stable/sysfs-class-infiniband)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, Seldom, Sensor, Sensors, infos, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels


def _counter(name: str, text: str) -> Family:
    return Family(f"node_infiniband_{name}_total", "counter", text)


_WORD_BYTES = 4  # the data counters count words
_BITS = 1_000_000_000 // 8
_COUNTERS = {
    "VL15_dropped": _counter("vl15_dropped", "Management packets dropped."),
    "excessive_buffer_overrun_errors": _counter(
        "excessive_buffer_overrun_errors", "Times that buffers overran."
    ),
    "link_downed": _counter("link_downed", "Times that the link went down."),
    "link_error_recovery": _counter("link_error_recovery", "Times that the link recovered."),
    "local_link_integrity_errors": _counter("local_link_integrity_errors", "Local link errors."),
    "multicast_rcv_packets": _counter("multicast_packets_received", "Multicast received."),
    "multicast_xmit_packets": _counter("multicast_packets_transmitted", "Multicast sent."),
    "port_rcv_constraint_errors": _counter(
        "port_constraint_errors_received", "Packets received against the rules."
    ),
    "port_rcv_data": _counter("port_data_received_bytes", "Bytes received."),
    "port_rcv_discards": _counter("port_discards_received", "Packets received and dropped."),
    "port_rcv_errors": _counter("port_errors_received", "Packets received with an error."),
    "port_rcv_packets": _counter("port_packets_received", "Packets received."),
    "port_rcv_remote_physical_errors": _counter(
        "port_receive_remote_physical_errors", "Packets that the sender marked as bad."
    ),
    "port_rcv_switch_relay_errors": _counter(
        "port_receive_switch_relay_errors", "Packets that could not be passed on."
    ),
    "port_xmit_constraint_errors": _counter(
        "port_constraint_errors_transmitted", "Packets not sent because of the rules."
    ),
    "port_xmit_data": _counter("port_data_transmitted_bytes", "Bytes sent."),
    "port_xmit_discards": _counter("port_discards_transmitted", "Packets not sent but dropped."),
    "port_xmit_packets": _counter("port_packets_transmitted", "Packets sent."),
    "port_xmit_wait": _counter("port_transmit_wait", "Ticks in which it could not send."),
    "symbol_error": _counter("symbol_error", "Symbols with an error."),
    "unicast_rcv_packets": _counter("unicast_packets_received", "Unicast packets received."),
    "unicast_xmit_packets": _counter("unicast_packets_transmitted", "Unicast packets sent."),
}
_STATES = {
    "state": Family("node_infiniband_state_id", "gauge", "State of the port; 4 is active."),
    "phys_state": Family(
        "node_infiniband_physical_state_id", "gauge", "State of the link; 5 is up."
    ),
    "rate": Family("node_infiniband_rate_bytes_per_second", "gauge", "Speed of the link."),
}
_INFO = Family("node_infiniband_info", "gauge", "Model and firmware of the card; always 1.")
_TEXTS = {"board_id": "board_id", "firmware_version": "fw_ver", "hca_type": "hca_type"}


class Infiniband(Collector):
    """Traffic, errors, speed and state of each port."""

    slow = False
    folder = "/sys/class/infiniband"

    def __init__(self) -> None:
        self._ports = Seldom(self._list_ports)
        self._infos = Seldom(self._cards)
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Values of now; none on a machine without such a card."""
        ports = self._ports.get(io)
        if not ports:
            return NOTHING
        return join(self._sensors.read(io), self._infos.get(io), _states(io, ports))

    def _list_ports(self, io: Machine) -> list[tuple[str, Labels]]:
        return [
            (f"{self.folder}/{card}/ports/{port}", (("device", card), ("port", port)))
            for card in io.names(self.folder)
            for port in io.names(f"{self.folder}/{card}/ports")
        ]

    def _search(self, io: Machine) -> list[Sensor]:
        return [
            Sensor(
                f"{path}/counters/{file}",
                family,
                labels,
                multiply=_WORD_BYTES if file.endswith("_data") else 1,
            )
            for path, labels in self._list_ports(io)
            for file, family in _COUNTERS.items()
        ]

    def _cards(self, io: Machine) -> Reading:
        return infos([(_INFO, self._texts(io, card)) for card in io.names(self.folder)])

    def _texts(self, io: Machine, card: str) -> Labels:
        texts = (
            (label, io.attribute(f"{self.folder}/{card}/{file}") or "")
            for label, file in _TEXTS.items()
        )
        return (("device", card), *texts)


def parse(file: str, text: str) -> float:
    """`4: ACTIVE` → 4, `40 Gb/sec (4X QDR)` → bytes in a second."""
    if file == "rate":
        return float(text.split(maxsplit=1)[0]) * _BITS
    return int(text.partition(":")[0])


def _states(io: Machine, ports: list[tuple[str, Labels]]) -> Reading:
    series: list[tuple[Family, Labels]] = []
    values: list[float] = []
    for path, labels in ports:
        for file, family in _STATES.items():
            text = io.attribute(f"{path}/{file}")
            if text:
                series.append((family, labels))
                values.append(parse(file, text))
    return Reading(series, values, lambda: series)
