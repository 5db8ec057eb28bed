"""Maker, model and firmware of the machine, from /sys/class/dmi/id (SMBIOS, DMTF DSP0134)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, infos

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading

_INFO = Family("node_dmi_info", "gauge", "Maker, model and firmware; always 1.")
_LABELS = (
    "bios_date",
    "bios_release",
    "bios_vendor",
    "bios_version",
    "board_asset_tag",
    "board_name",
    "board_serial",
    "board_vendor",
    "board_version",
    "chassis_asset_tag",
    "chassis_serial",
    "chassis_vendor",
    "chassis_version",
    "product_family",
    "product_name",
    "product_serial",
    "product_sku",
    "product_uuid",
    "product_version",
    "system_vendor",
)


class Dmi(Collector):
    """One series with what the firmware says; serial numbers are for root only."""

    slow = False
    folder = "/sys/class/dmi/id"

    def __init__(self) -> None:
        self._info = Seldom(self._search)

    def read(self, io: Machine) -> Reading:
        """The info series; none on a machine without these tables."""
        return self._info.get(io)

    def _search(self, io: Machine) -> Reading:
        labels = []
        for label in _LABELS:
            file = "sys_vendor" if label == "system_vendor" else label
            text = io.attribute(f"{self.folder}/{file}")
            if text is not None:
                labels.append((label, text.strip()))
        return infos([(_INFO, tuple(labels))] if labels else [])
