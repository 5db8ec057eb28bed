"""prometheus.yml from the site."""

import msgspec
import pytest
import yaml

from hisops.core.errors import Exit, OpsError
from hisops.core.settings import Listen, Metrics, Scrape
from hisops.core.text import Secret
from hisops.monitor import configuration

_RULES = {"host.yml": "groups: []\n", "agent.yml": "groups: []\n"}


def _main(site, **settings):
    changed = msgspec.structs.replace(site.settings, **settings)
    files = configuration.render(msgspec.structs.replace(site, settings=changed), _RULES)
    return yaml.safe_load(files["prometheus.yml"])


def test_each_tier_is_a_job_with_its_own_pace(site):
    jobs = {job["job_name"]: job for job in _main(site)["scrape_configs"]}

    paces = {name: (job["scrape_interval"], job["scrape_timeout"]) for name, job in jobs.items()}
    assert paces == {
        "tier-0": ("1s", "1s"),
        "tier-0-local": ("1s", "1s"),
        "tier-1": ("5s", "3s"),
        "tier-1-local": ("5s", "3s"),
        "tier-2": ("15s", "5s"),
        "tier-3": ("30s", "10s"),
    }
    assert jobs["tier-2"]["file_sd_configs"] == [{"files": ["targets/tier-2.json"]}]


def test_alerts_go_to_the_engine_within_a_second(site):
    main = _main(site)

    assert main["alerting"]["alertmanagers"] == [
        {
            "api_version": "v2",
            "timeout": "1s",
            "static_configs": [{"targets": ["127.0.0.1:19093"]}],
        }
    ]
    assert main["global"]["evaluation_interval"] == "5s"


def test_alerts_without_a_team_belong_to_the_home_team(site):
    labels = _main(site)["global"]["external_labels"]

    assert labels == {"site": "First Hospital", "team": "sysadmin"}


def test_only_the_rules_in_effect_are_named(site):
    files = configuration.render(site, _RULES)

    main = yaml.safe_load(files["prometheus.yml"])
    assert main["rule_files"] == ["rules/agent.yml", "rules/host.yml"]
    assert files["rules/host.yml"] == "groups: []\n"


def test_agents_on_other_machines_are_asked_by_https_with_a_password(site):
    scrape = Scrape(ca="/etc/ca.pem", user="prom", password=Secret("credential:agents"))
    settings = Metrics(scrape=scrape)

    jobs = {job["job_name"]: job for job in _main(site, prometheus=settings)["scrape_configs"]}

    assert jobs["tier-1"]["scheme"] == "https"
    assert jobs["tier-1"]["tls_config"] == {"ca_file": "/etc/ca.pem"}
    path = f"{site.state}/credentials/agents"
    assert jobs["tier-1"]["basic_auth"] == {"username": "prom", "password_file": path}


def test_the_password_is_never_sent_to_loopback_in_the_clear(site):
    settings = Metrics(scrape=Scrape(user="prom", password=Secret("file:/etc/secret")))

    jobs = {job["job_name"]: job for job in _main(site, prometheus=settings)["scrape_configs"]}

    assert "basic_auth" not in jobs["tier-1-local"]
    assert "basic_auth" in jobs["tier-1"]


def test_an_engine_on_another_machine_is_posted_to_by_https(site):
    far = Listen(listen="10.10.0.5:9093", certificate="c", key="k", client_ca="ca")

    (engine,) = _main(site, engine=far)["alerting"]["alertmanagers"]

    assert engine["scheme"] == "https"


def test_a_password_that_is_no_file_is_refused_without_naming_its_value(site):
    settings = Metrics(scrape=Scrape(user="prom", password=Secret("env:AGENTS")))

    with pytest.raises(OpsError) as problem:
        _main(site, prometheus=settings)

    assert problem.value.code == Exit.USAGE
    assert "env:AGENTS" in problem.value.cause


def test_prometheus_itself_stays_on_this_machine(site):
    open_wide = Metrics(listen="0.0.0.0:9090", certificate="c", key="k", users="u")

    with pytest.raises(OpsError) as problem:
        _main(site, prometheus=open_wide)

    assert "must stay on this machine" in problem.value.cause


def test_the_same_site_renders_to_the_same_bytes(site):
    assert configuration.render(site, _RULES) == configuration.render(
        site, dict(reversed(_RULES.items()))
    )
