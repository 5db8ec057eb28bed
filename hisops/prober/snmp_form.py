"""snmp_exporter's own form, `/snmp?target=&module=&auth=`, so that its scrape jobs need no change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hisops.agent import http
from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample, expose
from hisops.core.text import Duration
from hisops.monitor import block, profile, watch
from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.snmp import Snmp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hisops.core.net import Net
    from hisops.monitor.probe import Probe

# snmp_exporter's names for communities that everybody knows, and their versions.
_PUBLIC = {"": "2c", "public_v2": "2c", "public_v1": "1"}
_SECONDS = Family(
    "snmp_scrape_duration_seconds",
    "gauge",
    "Total SNMP time scrape took (walk and processing).",
)


def make(
    words: Mapping[str, str],
    modules: Mapping[str, Mapping[str, Any]],
    kinds: Mapping[str, type[Probe]],
) -> Snmp:
    """The probe for a request: `auth` names a site's SNMP module, `module` profiles or one too."""
    auth, names = words.get("auth", ""), words.get("module", "if_mib").split(",")
    base = _module(auth, modules, kinds) or (Snmp() if auth in _PUBLIC else None)
    if base is None:
        raise OpsError(f"auth: there is no SNMP module {auth!r}", fix="see probes/*.yml")
    own = [_module(name, modules, kinds) for name in names]
    if len(names) == 1 and own[0] is not None:
        return own[0]
    for name in names:
        if name not in profile.shipped() and not any(f"/{name}.yml" in f"/{o}" for o in base.own):
            raise OpsError(f"module: there is no SNMP profile or module {name!r}")
    version = _PUBLIC.get(auth, base.version)
    return msgspec.structs.replace(base, profiles=tuple(names), version=version)


async def answer(unit: Snmp, net: Net, target: str, patience: float) -> http.Answer:
    """The page of one device, or 503 with the cause: Prometheus then knows the device as down."""
    seconds = min(patience, unit.timeout.seconds)
    start = net.tick()
    try:
        found = await net.within(seconds, unit.read(net, Endpoint(target)))
    except TimeoutError:
        return _refuse(f"no answer within {Duration(seconds)}")
    except OpsError as error:
        return _refuse(error.cause)
    except OSError as error:
        return _refuse(error.strerror or str(error))
    except ValueError as error:
        return _refuse(f"the answer is not understood: {error}")
    text = block.page(found.blocks) + expose([Sample(_SECONDS, net.tick() - start)])
    return http.Answer(
        200, text.encode(errors="replace"), type="text/plain; version=0.0.4; charset=utf-8"
    )


def _module(
    name: str, modules: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, type[Probe]]
) -> Snmp | None:
    if name not in modules:
        return None
    unit = watch.make(name, modules, kinds)
    return unit if isinstance(unit, Snmp) else None


def _refuse(cause: str) -> http.Answer:
    return http.Answer(503, f"{cause}\n".encode())
