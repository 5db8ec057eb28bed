"""One canary under way: what it is called, what it orders, what it has left behind."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

from hisops.wire import hl7
from hisops.wire.dicom.canary import PATIENT, STATION

if TYPE_CHECKING:
    from hisops.core.net import Net

PREFIX = "HISOPS"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SECOND_DIGITS, _CHANCE_DIGITS = 6, 4


class Trip:
    """One canary: its accession number, its study, and how far it came."""

    def __init__(self, net: Net, host: str) -> None:
        self.net = net
        self.host = host
        self.accession = new_accession(net.now())
        self.root = f"2.25.{int.from_bytes(os.urandom(15), 'big')}"
        self.study = self.root
        self.picture = b""
        self.is_ordered = False
        self.is_stored = False
        self.waits_for = ""

    @property
    def now(self) -> datetime:
        """Wall clock with the machine's own offset, as messages carry it."""
        return datetime.fromtimestamp(self.net.now()).astimezone()


def new_accession(now: float) -> str:
    """An accession number of 16 characters: the prefix, the second, and a random part."""
    chance = int.from_bytes(os.urandom(4), "big")
    return PREFIX + _base36(int(now), _SECOND_DIGITS) + _base36(chance, _CHANCE_DIGITS)


def ordered_at(accession: str) -> float | None:
    """When a canary's accession number was made, seconds since 1970; None when it is not ours."""
    rest = accession.removeprefix(PREFIX)
    if rest == accession or len(rest) != _SECOND_DIGITS + _CHANCE_DIGITS:
        return None
    if not all(letter in _DIGITS for letter in rest):
        return None
    return float(int(rest[:_SECOND_DIGITS], 36))


def order(trip: Trip, control: str, control_id: str, receiver: tuple[str, str]) -> bytes:
    """An order message: new (`NW`) or cancelled (`CA`), with the fields of IHE's scheduled workflow.

    Accession number in OBR-18, modality in OBR-24, study UID in ZDS (IHE RAD TF-2, 4.4).
    """
    now = trip.now
    stamp = now.strftime("%Y%m%d%H%M%S")
    parties = hl7.Parties("HISOPS", "", *receiver)
    patient = {1: "1", 3: PATIENT, 5: "HISOPS^CANARY", 7: "19700101", 8: "O"}
    common = {1: control, 2: trip.accession, 3: trip.accession, 9: stamp}
    request = {
        1: "1",
        2: trip.accession,
        3: trip.accession,
        4: "CANARY^SYNTHETIC TEST OBJECT^HISOPS",
        18: trip.accession,
        19: trip.accession,
        20: trip.accession,
        21: STATION,
        24: "OT",
        27: f"^^^{stamp}",
    }
    return hl7.join(
        (
            hl7.header("ORM^O01", control_id, now, parties),
            hl7.segment("PID", patient),
            hl7.segment("PV1", {1: "1", 2: "O"}),
            hl7.segment("ORC", common),
            hl7.segment("OBR", request),
            hl7.segment("ZDS", {1: f"{trip.root}^HISOPS^Application^DICOM"}),
        )
    )


def _base36(number: int, digits: int) -> str:
    found = ""
    for _ in range(digits):
        number, rest = divmod(number, 36)
        found = _DIGITS[rest] + found
    return found
