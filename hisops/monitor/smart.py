"""What smartctl says about one drive, as samples under smartctl_exporter's names."""

from collections.abc import Iterator, Mapping

import msgspec

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Labels, Sample

_HOUR, _MINUTE = 3600, 60
# NVM Express, SMART log: a unit is a thousand blocks of 512 bytes.
_UNIT_BYTES = 512_000
_NOTHING_READ = 0b11
_SLEEPING = ("STANDBY", "SLEEP")
_FLAGS = (
    "prefailure", "updated_online", "performance", "error_rate", "event_count", "auto_keep",
)  # fmt: skip


def _gauge(name: str, text: str) -> Family:
    return Family(f"smartctl_{name}", "gauge", text)


def _counter(name: str, text: str) -> Family:
    return Family(f"smartctl_device_{name}", "counter", text)


_INFO = _gauge("device", "Model, serial number and firmware; always 1.")
_EXIT = _gauge("device_smartctl_exit_status", "Exit status of smartctl, a bit mask.")
_STATUS = _gauge("device_smart_status", "1 when the drive calls itself healthy.")
_BYTES = _gauge("device_capacity_bytes", "Size.")
_TEMPERATURE = _gauge("device_temperature", "Temperature in degrees Celsius.")
_ROTATION = _gauge("device_rotation_rate", "Rotations a minute.")
_ATTRIBUTE = _gauge("device_attribute", "Attributes of an ATA drive.")
_ERRORS = _gauge("device_error_log_count", "Entries in the drive's error log.")
_TESTS = _gauge("device_self_test_log_count", "Entries in the log of self-tests.")
_TEST_ERRORS = _gauge("device_self_test_log_error_count", "Self-tests that found a fault.")
_DEFECTS = _gauge("scsi_grown_defect_list", "Defects that a SCSI drive found after its making.")
_POWER_ON = _counter("power_on_seconds", "Time that the drive was on.")
_CYCLES = _counter("power_cycle_count", "Times that the drive was switched on.")
_NVME = {
    "critical_warning": _counter("critical_warning", "Warnings of an NVMe drive, a bit mask."),
    "percentage_used": _counter("percentage_used", "Share of its life that is used up, percent."),
    "available_spare": _counter("available_spare", "Spare room that is left, percent."),
    "available_spare_threshold": _counter(
        "available_spare_threshold", "Spare room at which it warns, percent."
    ),
    "media_errors": _counter("media_errors", "Times that data could not be read whole."),
    "num_err_log_entries": _counter("num_err_log_entries", "Entries in the error log."),
}
_UNITS = {
    "data_units_read": _counter("bytes_read", "Bytes read."),
    "data_units_written": _counter("bytes_written", "Bytes written."),
}
_SCSI = {
    way: _gauge(f"{way}_total_uncorrected_errors", f"Errors of {way} that could not be mended.")
    for way in ("read", "write", "verify")
}


class _Message(msgspec.Struct):
    string: str = ""


class _Smartctl(msgspec.Struct):
    exit_status: int = 0
    messages: tuple[_Message, ...] = ()


class _DeviceName(msgspec.Struct):
    type: str = ""
    protocol: str = ""


class _Capacity(msgspec.Struct):
    bytes: int = 0


class _Words(msgspec.Struct):
    string: str = ""


class _Status(msgspec.Struct):
    passed: bool | None = None


class _Time(msgspec.Struct):
    hours: int = 0
    minutes: int = 0


class _Raw(msgspec.Struct):
    value: int = 0


class _Attribute(msgspec.Struct):
    id: int
    name: str = ""
    value: int = 0
    worst: int = 0
    thresh: int = 0
    flags: dict[str, object] = {}
    raw: _Raw = msgspec.field(default_factory=_Raw)


class _Attributes(msgspec.Struct):
    table: tuple[_Attribute, ...] = ()


class _Log(msgspec.Struct):
    count: int = 0
    error_count_total: int = 0


class _Uncorrected(msgspec.Struct):
    total_uncorrected_errors: int = 0


class Report(msgspec.Struct):
    """The parts of smartctl's answer that become samples."""

    smartctl: _Smartctl
    device: _DeviceName = msgspec.field(default_factory=_DeviceName)
    model_family: str = ""
    model_name: str = ""
    scsi_model_name: str = ""
    serial_number: str = ""
    firmware_version: str = ""
    ata_version: _Words = msgspec.field(default_factory=_Words)
    sata_version: _Words = msgspec.field(default_factory=_Words)
    form_factor: dict[str, object] = {}
    user_capacity: _Capacity = msgspec.field(default_factory=_Capacity)
    smart_status: _Status = msgspec.field(default_factory=_Status)
    temperature: dict[str, float] = {}
    power_on_time: _Time | None = None
    power_cycle_count: int | None = None
    rotation_rate: int = 0
    ata_smart_attributes: _Attributes = msgspec.field(default_factory=_Attributes)
    ata_smart_error_log: dict[str, _Log] = {}
    ata_smart_self_test_log: dict[str, _Log] = {}
    nvme_smart_health_information_log: dict[str, object] = {}
    scsi_grown_defect_list: int | None = None
    scsi_error_counter_log: dict[str, _Uncorrected] = {}

    @property
    def is_asleep(self) -> bool:
        """Whether the drive was left asleep; smartctl says so in a message."""
        told = " ".join(message.string for message in self.smartctl.messages)
        return bool(self.smartctl.exit_status & _NOTHING_READ) and any(
            word in told for word in _SLEEPING
        )


def decode(data: bytes) -> Report:
    """The report in smartctl's answer; raises OpsError when it is none."""
    try:
        return msgspec.json.decode(data, type=Report)
    except msgspec.MsgspecError as error:
        raise OpsError(f"smartctl: no JSON as it should be: {error}") from None


def samples(report: Report, label: Labels) -> Iterator[Sample]:
    """All that the report tells; what this kind of drive does not have is left out."""
    yield Sample(_EXIT, report.smartctl.exit_status, label)
    if report.smartctl.exit_status & _NOTHING_READ:
        return
    yield Sample(_INFO, 1, (*label, *_identity(report)))
    if report.smart_status.passed is not None:
        yield Sample(_STATUS, int(report.smart_status.passed), label)
    yield Sample(_BYTES, report.user_capacity.bytes, label)
    for name, celsius in report.temperature.items():
        yield Sample(_TEMPERATURE, celsius, (*label, ("temperature_type", name)))
    yield from _age(report, label)
    yield from _ata(report, label)
    yield from _nvme(report.nvme_smart_health_information_log, label)
    if report.scsi_grown_defect_list is not None:
        yield Sample(_DEFECTS, report.scsi_grown_defect_list, label)
    for way, family in _SCSI.items():
        if way in report.scsi_error_counter_log:
            count = report.scsi_error_counter_log[way].total_uncorrected_errors
            yield Sample(family, count, label)


def _identity(report: Report) -> Labels:
    return (
        ("interface", report.device.type),
        ("protocol", report.device.protocol),
        ("model_family", report.model_family),
        ("model_name", report.model_name or report.scsi_model_name),
        ("serial_number", report.serial_number),
        ("ata_additional_product_id", "unknown"),
        ("firmware_version", report.firmware_version),
        ("ata_version", report.ata_version.string),
        ("sata_version", report.sata_version.string),
        ("form_factor", str(report.form_factor.get("name", ""))),
    )


def _age(report: Report, label: Labels) -> Iterator[Sample]:
    on = report.power_on_time
    if on is not None:
        yield Sample(_POWER_ON, on.hours * _HOUR + on.minutes * _MINUTE, label)
    if report.power_cycle_count is not None:
        yield Sample(_CYCLES, report.power_cycle_count, label)
    if report.rotation_rate:
        yield Sample(_ROTATION, report.rotation_rate, label)


def _ata(report: Report, label: Labels) -> Iterator[Sample]:
    for each in report.ata_smart_attributes.table:
        flags = ",".join(name for name in _FLAGS if each.flags.get(name) is True)
        labels = (
            *label,
            ("attribute_name", each.name),
            ("attribute_flags_short", str(each.flags.get("string", "")).strip()),
            ("attribute_flags_long", flags),
            ("attribute_id", str(each.id)),
        )
        numbers = ("value", each.value), ("worst", each.worst), ("thresh", each.thresh)
        for kind, value in (*numbers, ("raw", each.raw.value)):
            yield Sample(_ATTRIBUTE, value, (*labels, ("attribute_value_type", kind)))
    for name, log in report.ata_smart_error_log.items():
        yield Sample(_ERRORS, log.count, (*label, ("error_log_type", name)))
    for name, log in report.ata_smart_self_test_log.items():
        labels = (*label, ("self_test_log_type", name))
        yield Sample(_TESTS, log.count, labels)
        yield Sample(_TEST_ERRORS, log.error_count_total, labels)


def _nvme(log: Mapping[str, object], label: Labels) -> Iterator[Sample]:
    for name, family in _NVME.items():
        value = log.get(name)
        if isinstance(value, int):
            yield Sample(family, value, label)
    for name, family in _UNITS.items():
        value = log.get(name)
        if isinstance(value, int):
            yield Sample(family, value * _UNIT_BYTES, label)
