"""HTTP and HTTPS: whether an answer is the right one (blackbox_exporter's http prober)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.core.model import Value
from hisops.core.text import Duration, Secret, Size
from hisops.monitor.connection import REGEX, address_samples, tls_samples
from hisops.monitor.pattern import check, matches
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import json_path
from hisops.wire.http import Reply, fetch
from hisops.wire.http_message import basic
from hisops.wire.tls import Tls, UntrustedError

if TYPE_CHECKING:
    from hisops.core.net import Net

_STATUS = Family("probe_http_status_code", "gauge", "Response HTTP status code")
_PHASE = Family(
    "probe_http_duration_seconds",
    "gauge",
    "Duration of http request by phase, summed over all redirects",
)
_LENGTH = Family("probe_http_content_length", "gauge", "Length of http content response")
_PLAIN = Family(
    "probe_http_uncompressed_body_length", "gauge", "Length of uncompressed response body"
)
_REDIRECTS = Family("probe_http_redirects", "gauge", "The number of redirects")
_SSL = Family("probe_http_ssl", "gauge", "Indicates if SSL was used for the final redirect")
_VERSION = Family(
    "probe_http_version", "gauge", "Returns the version of HTTP of the probe response"
)
_MODIFIED = Family(
    "probe_http_last_modified_timestamp_seconds",
    "gauge",
    "Returns the Last-Modified HTTP response header in unixtime",
)
_LABELS = tuple(
    (("phase", name),) for name in ("resolve", "connect", "tls", "processing", "transfer")
)
MOST_SEARCHED = 65536
_MOST_REDIRECTS = 10


class Match(Value, frozen=True, kw_only=True):
    """A header and what it must not, or must, look like."""

    header: str
    regexp: str
    allow_missing: bool = False

    def __post_init__(self) -> None:
        check([self.regexp])


class BasicAuth(Value, frozen=True, kw_only=True):
    """User and password of RFC 7617."""

    username: str
    password: Secret


class Wish(Value, frozen=True, kw_only=True):
    """A value inside a JSON answer: what it equals, or what it looks like."""

    path: str
    equals: str | int | float | bool | None = None
    regexp: str = ""

    def __post_init__(self) -> None:
        check([self.regexp])


class Http(Probe, frozen=True, kw_only=True):
    """An answer with the right status, headers, body, JSON values and speed."""

    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: str = ""
    valid_status_codes: tuple[int, ...] = ()
    valid_http_versions: tuple[str, ...] = ()
    follow_redirects: bool = True
    fail_if_ssl: bool = False
    fail_if_not_ssl: bool = False
    fail_if_body_matches_regexp: tuple[str, ...] = ()
    fail_if_body_not_matches_regexp: tuple[str, ...] = ()
    fail_if_header_matches: tuple[Match, ...] = ()
    fail_if_header_not_matches: tuple[Match, ...] = ()
    json: tuple[Wish, ...] = ()
    max_latency: Duration | None = None
    tls_config: Tls = Tls()
    basic_auth: BasicAuth | None = None
    bearer_token: Secret | None = None
    body_size_limit: Size = Size(10_000_000)

    def __post_init__(self) -> None:
        check([*self.fail_if_body_matches_regexp, *self.fail_if_body_not_matches_regexp])

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the last answer, after redirects, passes every check."""
        start = net.tick()
        try:
            reply = await fetch(
                net,
                endpoint.text,
                method=self.method,
                headers=self._headers(net),
                body=self.body.encode(),
                tls=self.tls_config,
                redirects=_MOST_REDIRECTS if self.follow_redirects else 0,
                most_bytes=self.body_size_limit.bytes,
            )
        except UntrustedError as error:
            return Outcome(False, tls_samples(error.session), error.cause)
        cause = self._complaint(reply) or self._mismatch(reply)
        failed_by_text = bool(cause) and not self._complaint(reply)
        if not cause and self.max_latency and net.tick() - start > self.max_latency.seconds:
            cause = f"the answer took longer than {self.max_latency}"
        samples = [*describe(reply), Sample(REGEX, int(failed_by_text))]
        if reply.tls:
            samples += tls_samples(reply.tls, verified=not self.tls_config.insecure_skip_verify)
        return Outcome(not cause, samples, cause)

    def _headers(self, net: Net) -> dict[str, str]:
        found = dict(self.headers)
        if self.basic_auth:
            password = net.secret(self.basic_auth.password.ref)
            found["Authorization"] = basic(self.basic_auth.username, password)
        if self.bearer_token:
            found["Authorization"] = f"Bearer {net.secret(self.bearer_token.ref)}"
        return found

    def _complaint(self, reply: Reply) -> str:
        """What is wrong with the answer's status, version or encryption; empty when nothing is."""
        codes = self.valid_status_codes
        if not (reply.status in codes if codes else reply.is_ok):
            return f"status {reply.status}"
        versions = self.valid_http_versions
        if versions and f"HTTP/{reply.version}" not in versions:
            return f"HTTP/{reply.version} is not one of {', '.join(versions)}"
        if self.fail_if_ssl and reply.tls:
            return "the answer came over TLS"
        if self.fail_if_not_ssl and not reply.tls:
            return "the answer came without TLS"
        return ""

    def _mismatch(self, reply: Reply) -> str:
        """Which pattern or wish the answer fails; empty when none."""
        # Python's expressions can take quadratic time, and the peer chooses the text.
        text = reply.body[:MOST_SEARCHED].decode(errors="replace") if self._reads_body else ""
        for pattern in self.fail_if_body_matches_regexp:
            if matches(pattern, text):
                return f"the body matches {pattern!r}"
        for pattern in self.fail_if_body_not_matches_regexp:
            if not matches(pattern, text):
                return f"the body does not match {pattern!r}"
        return self._wrong_header(reply) or wrong_value(self.json, reply.body)

    @property
    def _reads_body(self) -> bool:
        return bool(self.fail_if_body_matches_regexp or self.fail_if_body_not_matches_regexp)

    def _wrong_header(self, reply: Reply) -> str:
        for wishes, is_bad in (
            (self.fail_if_header_matches, True),
            (self.fail_if_header_not_matches, False),
        ):
            for wish in wishes:
                value = reply.headers.get(wish.header.lower())
                if value is None:
                    if not wish.allow_missing:
                        return f"there is no header {wish.header}"
                elif matches(wish.regexp, value) is is_bad:
                    return f"header {wish.header} is {value[:80]!r}"
        return ""


def describe(reply: Reply) -> list[Sample]:
    """The series of one answer."""
    samples = [
        *address_samples(reply.address, reply.phases.resolve),
        Sample(_STATUS, reply.status),
        Sample(_LENGTH, _stated(reply)),
        Sample(_PLAIN, len(reply.body)),
        Sample(_REDIRECTS, reply.redirects),
        Sample(_SSL, int(reply.tls is not None)),
        Sample(_VERSION, float(reply.version)),
    ]
    samples += [Sample(_PHASE, *pair) for pair in zip(reply.phases, _LABELS, strict=True)]
    try:
        modified = parsedate_to_datetime(reply.headers.get("last-modified", ""))
        samples.append(Sample(_MODIFIED, modified.timestamp()))
    except ValueError:
        pass  # none, or none that can be read
    return samples


def wrong_value(wishes: tuple[Wish, ...], body: bytes) -> str:
    """Which wish a JSON body fails; empty when none."""
    if not wishes:
        return ""
    try:
        document = json_path.decode(body)
        for wish in wishes:
            value = json_path.find(document, wish.path)
            fits = matches(wish.regexp, str(value)) if wish.regexp else _same(value, wish.equals)
            if not fits:
                return f"{wish.path} is {str(value)[:80]!r}"
    except ValueError as error:
        return str(error)
    return ""


def _same(value: object, wanted: object) -> bool:
    """Equality of JSON, in which 1 is not true."""
    return value == wanted and isinstance(value, bool) is isinstance(wanted, bool)


def _stated(reply: Reply) -> int:
    """The length that the head states; -1 when it states none, as Go has it."""
    text = reply.headers.get("content-length", "")
    return int(text) if text.isdecimal() else -1
