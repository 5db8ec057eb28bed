"""Printers over IPP: state, reasons, waiting jobs, age of the oldest one, supplies.

A stopped printer goes on accepting jobs (cupsdisable): the state decides, not the acceptance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hisops.core.metric import Family, Sample
from hisops.core.text import Duration, span
from hisops.monitor.connection import address_samples, tls_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import ipp
from hisops.wire.http import fetch
from hisops.wire.tls import Tls, UntrustedError

if TYPE_CHECKING:
    from hisops.core.net import Net

_STATE = Family("hisops_probe_ipp_state", "gauge", "3 idle, 4 processing, 5 stopped (RFC 8011)")
_ACCEPTING = Family("hisops_probe_ipp_accepting_jobs", "gauge", "Whether new jobs are taken")
_QUEUED = Family("hisops_probe_ipp_queued_jobs", "gauge", "Jobs that wait or are being printed")
_OLDEST = Family(
    "hisops_probe_ipp_oldest_job_age_seconds", "gauge", "Age of the job that has waited longest"
)
_REASON = Family("hisops_probe_ipp_state_reason", "gauge", "Why the printer is in its state")
_MARKER = Family("hisops_probe_ipp_marker_level_ratio", "gauge", "What is left of a supply")
_STOPPED = 5
_MOST_LABELS = 32
_PRINTER = (
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "queued-job-count",
    "printer-up-time", "marker-names", "marker-levels",
)  # fmt: skip
_JOBS = ("job-id", "job-state", "time-at-creation")


class Ipp(Probe, frozen=True, kw_only=True):
    """A printer (`ipp://HOST/printers/NAME`) that is not stopped and does not let jobs wait.

    `fail_on` lists words of state reasons that fail, such as `media-empty`.
    """

    max_age: Duration = Duration(900)
    max_queued: int = 0
    fail_on: tuple[str, ...] = ()
    tls_config: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the printer prints what it is given."""
        samples: list[Sample] = []
        try:
            printer = await self._ask(net, endpoint.text, ipp.GET_PRINTER, _PRINTER, samples)
            jobs = await self._ask(net, endpoint.text, ipp.GET_JOBS, _JOBS, None)
        except UntrustedError as error:
            return Outcome(False, tls_samples(error.session), error.cause)
        if not printer.is_good or not printer.groups:
            return Outcome(False, samples, f"the printer answers status 0x{printer.status:04x}")
        found = printer.groups[0]
        age = oldest_age(found, jobs)
        samples += describe(found)
        samples.append(Sample(_OLDEST, age))
        cause = self._complaint(found, age)
        return Outcome(not cause, samples, cause)

    async def _ask(
        self,
        net: Net,
        uri: str,
        operation: int,
        wanted: tuple[str, ...],
        samples: list[Sample] | None,
    ) -> ipp.Answer:
        reply = await fetch(
            net,
            web_address(uri),
            method="POST",
            headers={"Content-Type": "application/ipp"},
            body=ipp.ask(operation, uri, wanted),
            tls=self.tls_config,
        )
        if not reply.is_ok:
            raise ValueError(f"status {reply.status}")
        if samples is not None:
            samples += address_samples(reply.address, reply.phases.resolve)
            samples += tls_samples(reply.tls) if reply.tls else []
        return ipp.parse(reply.body)

    def _complaint(self, found: dict[str, tuple[ipp.Attribute, ...]], age: float) -> str:
        reasons = _reasons(found)
        if _first(found, "printer-state") == _STOPPED:
            why = f" ({', '.join(reasons)[:120]})" if reasons else ""
            return f"the printer is stopped{why}"
        if not _first(found, "printer-is-accepting-jobs"):
            return "the printer takes no jobs"
        bad = [reason for reason in reasons if any(word in reason for word in self.fail_on)]
        if bad:
            return f"the printer says {', '.join(bad)[:120]}"
        queued = _first(found, "queued-job-count")
        if self.max_queued and queued > self.max_queued:
            return f"{queued} jobs wait"
        if age > self.max_age.seconds:
            return f"a job has waited for {span(age)}"
        return ""


def web_address(uri: str) -> str:
    """Where a printer's URI leads over HTTP (RFC 8010, 4.1: port 631)."""
    scheme, mark, rest = uri.partition("://")
    if not mark or scheme not in ("ipp", "ipps"):
        return uri
    place, slash, path = rest.partition("/")
    tail = place.rpartition("]")[2] if place.startswith("[") else place
    port = "" if ":" in tail else ":631"
    return f"{'https' if scheme == 'ipps' else 'http'}://{place}{port}{slash}{path}"


def describe(found: dict[str, tuple[ipp.Attribute, ...]]) -> list[Sample]:
    """The series of a printer's attributes."""
    samples = [
        Sample(_STATE, _first(found, "printer-state")),
        Sample(_ACCEPTING, int(_first(found, "printer-is-accepting-jobs"))),
        Sample(_QUEUED, _first(found, "queued-job-count")),
    ]
    samples += [
        Sample(_REASON, 1, (("reason", reason[:64]),)) for reason in _reasons(found)[:_MOST_LABELS]
    ]
    names, levels = found.get("marker-names", ()), found.get("marker-levels", ())
    seen = set()
    for name, level in list(zip(names, levels, strict=False))[:_MOST_LABELS]:
        # Negative levels mean unknown or "some" (RFC 3805, prtMarkerSuppliesLevel).
        if isinstance(level, int) and level >= 0 and name not in seen:
            seen.add(name)
            samples.append(Sample(_MARKER, level / 100, (("marker", str(name)[:64]),)))
    return samples


def oldest_age(found: dict[str, tuple[ipp.Attribute, ...]], jobs: ipp.Answer) -> float:
    """Seconds that the oldest job waits, by the printer's own clock; 0 without jobs."""
    now = _first(found, "printer-up-time")
    begun = [_first(job, "time-at-creation") for job in jobs.groups if job]
    ages = [now - then for then in begun if 0 < then <= now]
    return float(max(ages, default=0))


def _first(found: dict[str, tuple[ipp.Attribute, ...]], name: str) -> int:
    """The number behind a name, 0 where the printer does not tell."""
    values = found.get(name, ())
    return int(values[0]) if values and isinstance(values[0], int) else 0


def _reasons(found: dict[str, tuple[ipp.Attribute, ...]]) -> list[str]:
    words = cast("tuple[str, ...]", found.get("printer-state-reasons", ()))
    return sorted({str(word) for word in words} - {"none"})
