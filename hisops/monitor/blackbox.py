"""blackbox_exporter's configuration turned into modules of hisops, with a note for what is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hisops.core.model import Value
from hisops.core.text import Size

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwy])")
_ADDRESS = "the first address of a name is used, whatever its family"
_LEFT_OUT = {
    "preferred_ip_protocol": _ADDRESS,
    "ip_protocol_fallback": "",
    "source_ip_address": "the kernel chooses the source address",
    "dont_fragment": "echoes may be fragmented",
    "enable_http2": "",
    "skip_resolve_phase_with_proxy": "",
    "proxy_url": "there is no proxy: probe the service itself",
    "oauth2": "there is no OAuth: use bearer_token",
    "dns_over_tls": "there is no DNS over TLS",
    "query_class": "questions are of class IN",
    "service": "",
}
_COPIED = {
    "http": {
        "method", "headers", "body", "valid_status_codes", "valid_http_versions",
        "follow_redirects", "fail_if_ssl", "fail_if_not_ssl", "fail_if_body_matches_regexp",
        "fail_if_body_not_matches_regexp", "fail_if_header_matches", "fail_if_header_not_matches",
    },
    "tcp": {"tls", "query_response"},
    "dns": {
        "query_name", "query_type", "recursion_desired", "valid_rcodes", "transport_protocol",
        "validate_answer_rrs", "validate_authority_rrs", "validate_additional_rrs",
    },
    "icmp": {"payload_size", "ttl"},
}  # fmt: skip
_TLS = {
    "ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify", "min_version",
    "max_version",
}  # fmt: skip


class Note(Value, frozen=True, kw_only=True):
    """Something of a module that is not as it was, and what to do about it."""

    module: str
    text: str


def convert(modules: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Note]]:
    """Modules as `probes/*.yml` has them, and notes; a prober that is not known is left out."""
    found: dict[str, dict[str, Any]] = {}
    notes: list[Note] = []
    for name, module in modules.items():
        prober = str(module.get("prober", ""))
        if prober not in _COPIED:
            notes.append(Note(module=name, text=f"prober {prober!r} is not known: left out"))
            continue
        options: dict[str, Any] = {"probe": prober}
        if "timeout" in module:
            options["timeout"] = f"{seconds(str(module['timeout'])):g} s"
        for key, value in (module.get(prober) or {}).items():
            texts = _take(options, prober, name, key, value)
            notes += [Note(module=name, text=text) for text in texts if text]
        if prober == "dns":
            options.setdefault("query_type", "ANY")
        found[name] = options
    return found, notes


def seconds(text: str) -> float:
    """A span as Go writes it, `1m30s`; raises ValueError."""
    parts = _SPAN.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        raise ValueError(f"{text!r} is no duration such as 5s or 1m30s")
    return sum(float(count) * _UNITS[unit] for count, unit in parts)


def _take(options: dict[str, Any], prober: str, module: str, key: str, value: Any) -> Iterator[str]:
    """Put one option where it belongs; yields what is to be said about it."""
    if key in _COPIED[prober]:
        options[key] = value
        if key == "valid_http_versions" and "HTTP/1.1" not in value:
            yield "valid_http_versions: HTTP/1.1 is spoken, so the probe would always fail"
    elif key == "no_follow_redirects":
        options["follow_redirects"] = not value
    elif key == "tls_config":
        options[key] = {word: value[word] for word in value if word in _TLS}
        yield from (f"tls_config.{word} is left out" for word in value if word not in _TLS)
    elif key in ("basic_auth", "bearer_token", "bearer_token_file", "authorization"):
        yield from _credentials(options, module, key, value)
    elif key == "compression":
        options.setdefault("headers", {}).setdefault("Accept-Encoding", value)
        if value not in ("gzip", "deflate", "identity", ""):
            yield f"compression: {value} is not unpacked"
    elif key == "body_size_limit":
        yield from _size(options, str(value))
    else:
        why = _LEFT_OUT.get(key, "it is not known")
        yield f"{key} is left out: {why}" if why else ""


def _credentials(options: dict[str, Any], module: str, key: str, value: Any) -> Iterator[str]:
    """References in place of passwords: none is copied into the site."""
    kept = f"credential:{module}-secret"
    advice = f"the secret is not copied: put it into the credential {module}-secret"
    if key == "basic_auth":
        path = value.get("password_file")
        options[key] = {"username": value.get("username", "")}
        options[key]["password"] = f"file:{path}" if path else kept
        yield "" if path else advice
    elif key == "bearer_token_file":
        options["bearer_token"] = f"file:{value}"
    elif key == "bearer_token":
        options["bearer_token"] = kept
        yield advice
    elif value.get("type", "Bearer") == "Bearer":
        path = value.get("credentials_file")
        options["bearer_token"] = f"file:{path}" if path else kept
        yield "" if path else advice
    else:
        yield f"authorization of type {value['type']} is left out"


def _size(options: dict[str, Any], text: str) -> Iterator[str]:
    if text in ("0", "0B"):
        return
    try:
        Size.parse(text)
    except ValueError:
        yield f"body_size_limit {text} is left out: write 10 MB"
    else:
        options["body_size_limit"] = text
