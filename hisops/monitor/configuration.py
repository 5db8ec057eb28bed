"""The configuration of Prometheus: its files as text, from the site (prometheus.io/docs, 2.42)."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

import yaml

from hisops.core.errors import Exit, OpsError
from hisops.core.settings import Scrape
from hisops.core.site import Site
from hisops.core.text import Secret
from hisops.monitor import shard, targets
from hisops.monitor.targets import Target

_Block = dict[str, object]


class Pace(NamedTuple):
    """How often a tier is scraped, and how long one scrape may take."""

    interval: str
    timeout: str


# oncall.md, decision 4: the time-out counts too, for a host that is off behaves as one that hangs.
PACES: Mapping[int, Pace] = {
    0: Pace("1s", "1s"),
    1: Pace("5s", "3s"),
    2: Pace("15s", "5s"),
    3: Pace("30s", "10s"),
    4: Pace("1m", "10s"),
}


def render(
    site: Site,
    rules: Mapping[str, str],
    groups: Iterable[str] = (),
    *,
    number: int = shard.FIRST,
) -> dict[str, str]:
    """Every file of the configuration of one shard by its path inside the folder of Prometheus.

    `groups` are those of the prober that have something to look at.
    Raises OpsError USAGE for settings that Prometheus cannot follow.
    """
    shard.require(number, site.settings.prometheus.shards)
    found = shard.own(targets.list_targets(site.inventory, site.settings), number)
    probed = groups if _has_prober(site, number) else ()
    files = {"prometheus.yml": _main(site, found, rules, probed, number)}
    files |= {f"targets/{stem}.json": text for stem, text in targets.render(found).items()}
    files |= {f"rules/{name}": text for name, text in rules.items()}
    return files


def needed_files(site: Site) -> list[str]:
    """Files that Prometheus reads besides its own: it would fail at each scrape without them."""
    scrape = site.settings.prometheus.scrape
    named = [scrape.ca, scrape.certificate, scrape.key]
    if scrape.password:
        named.append(_password_file(site, scrape.password))
    remote = site.settings.prometheus.remote_write
    if remote:
        named += [remote.ca, remote.certificate, remote.key]
        secrets = [secret for secret in (remote.password, remote.token) if secret]
        named += [_password_file(site, secret, "remote_write") for secret in secrets]
    return [name for name in named if name]


def _has_prober(site: Site, number: int) -> bool:
    """A prober on loopback is reached by the Prometheus beside it only."""
    return number == shard.FIRST or not targets.is_loopback(site.settings.prober.listen)


def _main(
    site: Site,
    found: Iterable[Target],
    rules: Iterable[str],
    probed: Iterable[str],
    number: int,
) -> str:
    settings = site.settings.prometheus
    if not targets.is_loopback(settings.listen):
        raise OpsError(
            f"site.yml: prometheus.listen is {settings.listen}: "
            "Prometheus itself must stay on this machine",
            fix="set it to 127.0.0.1:19090; people read its figures through hisops",
            code=Exit.USAGE,
        )
    groups = {target.group: target for target in found}
    document: _Block = {
        "global": {
            "evaluation_interval": "5s",
            "external_labels": {
                **_external(site),
                **shard.external(number, site.settings.prometheus.shards),
            },
        },
        "rule_files": [f"rules/{name}" for name in sorted(rules)],
        "alerting": {"alertmanagers": [_engine(site)]},
        "scrape_configs": [
            *(_job(site, name, groups[name], number) for name in sorted(groups)),
            *(_probe_job(site, name, number) for name in sorted(probed)),
        ],
        **shard.remote_write(settings.remote_write, partial(_password_file, site)),
    }
    head = "# written by hisops from the inventory; changes are lost\n"
    return head + yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def _external(site: Site) -> dict[str, str]:
    """Labels of every alert that lacks them; `team` owns what no host is to blame for."""
    labels = {"site": site.settings.name, "team": targets.home_team(site.inventory)}
    return {key: value for key, value in labels.items() if value}


def _engine(site: Site) -> _Block:
    address = site.settings.engine.listen
    # A hung engine must not hold back the next batch (oncall.md, 1.4).
    block: _Block = {"api_version": "v2", "timeout": "1s"}
    if not targets.is_loopback(address):
        block |= _protection(site)
    return block | {"static_configs": [{"targets": [address]}]}


def _job(site: Site, name: str, sample: Target, number: int) -> _Block:
    if sample.tier not in PACES:
        fix = f"set it to one of {', '.join(map(str, PACES))}"
        raise OpsError(f"there is no tier {sample.tier}", fix=fix, code=Exit.USAGE)
    pace = PACES[sample.tier]
    block: _Block = {
        "job_name": name,
        "scrape_interval": pace.interval,
        "scrape_timeout": pace.timeout,
    }
    if not sample.is_local:
        block |= _distant(site, number)
    return block | {"file_sd_configs": [{"files": [f"targets/{name}.json"]}]}


def _probe_job(site: Site, group: str, number: int) -> _Block:
    """One page of the prober; its series bring their own labels."""
    pace = PACES[int(group.removeprefix("tier-"))]
    address = site.settings.prober.listen
    return {
        "job_name": f"probe-{group}",
        "scrape_interval": pace.interval,
        "scrape_timeout": pace.timeout,
        "honor_labels": True,
        "metrics_path": "/probes",
        "params": {"group": [group]},
        **({} if targets.is_loopback(address) else _distant(site, number)),
        "static_configs": [{"targets": [address], "labels": {"job": "probe"}}],
    }


def _distant(site: Site, number: int) -> _Block:
    shards = site.settings.prometheus.shards
    return {**_protection(site), **shard.relabel(number, shards)}


def _protection(site: Site) -> _Block:
    """HTTPS, and how Prometheus proves itself to a program on another machine."""
    scrape: Scrape = site.settings.prometheus.scrape
    named = {"ca_file": scrape.ca, "cert_file": scrape.certificate, "key_file": scrape.key}
    block: _Block = {"scheme": "https"}
    block["tls_config"] = {key: path for key, path in named.items() if path}
    if scrape.password:
        secret = _password_file(site, scrape.password)
        block["basic_auth"] = {"username": scrape.user, "password_file": secret}
    return block


def _password_file(site: Site, secret: Secret, name: str = "scrape.password") -> str:
    if secret.kind == "file":
        return secret.name
    if secret.kind == "credential":
        return f"{site.state}/credentials/{secret.name}"
    cause = f"site.yml: prometheus.{name} is {secret.ref}: Prometheus reads a file"
    fix = "use credential:NAME or file:PATH"
    raise OpsError(cause, fix=fix, code=Exit.USAGE)
