"""What refusals, aborts and statuses of DICOM mean in words."""

from __future__ import annotations

_RESULT = {1: "for good", 2: "for now"}
# PS3.8, table 9-21: reasons by source.
_REASON = {
    (1, 1): "no reason given",
    (1, 2): "application context not supported",
    (1, 3): "calling AE title not recognised",
    (1, 7): "called AE title not recognised",
    (2, 1): "no reason given by its network layer",
    (2, 2): "protocol version not supported",
    (3, 1): "temporarily congested",
    (3, 2): "too many associations at once",
}
# PS3.8, table 9-26, for aborts by the peer's network layer (source 2).
_ABORT = {
    0: "no reason given",
    1: "a message it does not know",
    2: "a message it did not expect",
    4: "a parameter it does not know",
    5: "a parameter it did not expect",
    6: "a parameter with a wrong value",
}
# PS3.7, annex C; PS3.4, C.4 and B.2.3 for the ranges of C-FIND and C-STORE.
_STATUS = {
    0x0000: "success",
    0x0105: "no such attribute",
    0x0106: "invalid attribute value",
    0x0110: "processing failure",
    0x0111: "instance is there already",
    0x0112: "no such instance",
    0x0117: "invalid instance",
    0x0118: "no such SOP class",
    0x0122: "SOP class not supported",
    0x0124: "not authorised",
    0x0210: "duplicate invocation",
    0x0211: "unrecognised operation",
    0x0212: "mistyped argument",
    0xA701: "out of resources: matches cannot be counted",
    0xA702: "out of resources: sub-operations cannot be performed",
    0xA801: "move destination unknown",
    0xA900: "data set does not match the SOP class",
    0xB000: "finished with failed or coerced parts",
    0xFE00: "cancelled",
    0xFF00: "pending",
    0xFF01: "pending, some keys not supported",
}
_RANGE = {0xA7: "out of resources", 0xA9: "data set does not match the SOP class"}


def rejection(result: int, source: int, reason: int) -> str:
    """A refused association in words, with its three numbers."""
    words = _REASON.get((source, reason), "reason not known")
    return (
        f"the association was refused {_RESULT.get(result, 'somehow')}: {words} "
        f"(result {result}, source {source}, reason {reason})"
    )


def abortion(source: int, reason: int) -> str:
    """An aborted association in words."""
    if source == 0:
        return "the peer's application aborted the association"
    return f"the peer aborted the association: {_ABORT.get(reason, 'reason not known')}"


def status(code: int) -> str:
    """A status of DIMSE in words, with its number."""
    words = _STATUS.get(code) or _RANGE.get(code >> 8)
    if words is None:
        words = "unable to process" if code >> 12 == 0xC else "status not known"  # noqa: PLR2004
    return f"{words} (0x{code:04X})"
