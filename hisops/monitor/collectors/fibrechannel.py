"""Fibre Channel ports (Linux documentation, scsi/scsi_fc_transport)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, Sensor, Sensors, infos, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels, Reading


def _family(name: str, text: str) -> Family:
    return Family(f"node_fibrechannel_{name}_total", "counter", text)


_COUNTERS = {
    "dumped_frames": _family("dumped_frames", "Frames thrown away."),
    "error_frames": _family("error_frames", "Frames with an error."),
    "fcp_packet_aborts": _family("fcp_packet_aborts", "Packets given up."),
    "invalid_crc_count": _family("invalid_crc", "Frames with a wrong checksum."),
    "invalid_tx_word_count": _family("invalid_tx_words", "Invalid words received."),
    "link_failure_count": _family("link_failure", "Times the link failed."),
    "loss_of_signal_count": _family("loss_of_signal", "Times the signal was lost."),
    "loss_of_sync_count": _family("loss_of_sync", "Times the synchronisation was lost."),
    "nos_count": _family("nos", "Not-operational sequences received."),
    "rx_frames": _family("rx_frames", "Frames received."),
    "rx_words": _family("rx_words", "Words received."),
    "seconds_since_last_reset": _family("seconds_since_last_reset", "Age of the counters."),
    "tx_frames": _family("tx_frames", "Frames sent."),
    "tx_words": _family("tx_words", "Words sent."),
}
_INFO = Family("node_fibrechannel_info", "gauge", "Names, speed and state of a port; always 1.")
_TEXTS = (
    "dev_loss_tmo",
    "fabric_name",
    "port_id",
    "port_name",
    "port_state",
    "port_type",
    "speed",
    "supported_classes",
    "supported_speeds",
    "symbolic_name",
)


class Fibrechannel(Collector):
    """Traffic, errors and state of each port."""

    slow = False
    folder = "/sys/class/fc_host"

    def __init__(self) -> None:
        self._hosts = Seldom(lambda io: io.names(self.folder))
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Values of now; none on a machine without such a card."""
        states = [(_INFO, self._texts(io, host)) for host in self._hosts.get(io)]
        return join(self._sensors.read(io), infos(states))

    def _texts(self, io: Machine, host: str) -> Labels:
        texts = ((name, io.attribute(f"{self.folder}/{host}/{name}") or "") for name in _TEXTS)
        return (("fc_host", host), *((name, text.removeprefix("0x")) for name, text in texts))

    def _search(self, io: Machine) -> list[Sensor]:
        return [
            Sensor(f"{self.folder}/{host}/statistics/{file}", family, (("fc_host", host),))
            for host in io.names(self.folder)
            for file, family in _COUNTERS.items()
        ]
