"""Several Prometheus servers, each with its share."""

import msgspec
import pytest
import yaml

from hisops.core.errors import Exit, OpsError
from hisops.core.remote import RemoteWrite
from hisops.core.settings import Metrics
from hisops.core.text import Secret
from hisops.monitor import configuration

STORE = RemoteWrite(
    url="https://tsdb.hospital.example/api/v1/write", ca="/etc/ca.pem", token=Secret("file:/run/t")
)


def sharded(site, shards=2, **metrics):
    found = Metrics(shards=shards, remote_write=STORE, query="http://127.0.0.1:8428", **metrics)
    return msgspec.structs.replace(
        site, settings=msgspec.structs.replace(site.settings, prometheus=found)
    )


def main(site, **shard):
    return yaml.safe_load(configuration.render(site, {}, **shard)["prometheus.yml"])


def jobs(site, **shard):
    return {job["job_name"]: job for job in main(site, **shard)["scrape_configs"]}


def test_a_target_belongs_to_the_shard_that_its_address_hashes_to(site):
    steps = jobs(sharded(site), number=1)["tier-1"]["relabel_configs"]

    assert steps == [
        {
            "source_labels": ["__address__"],
            "modulus": 2,
            "target_label": "__tmp_shard",
            "action": "hashmod",
        },
        {"source_labels": ["__tmp_shard"], "regex": "1", "action": "keep"},
    ]


def test_what_runs_beside_the_first_is_scraped_by_the_first_only(site):
    first, second = sharded(site), sharded(site)

    assert "tier-0-local" in jobs(first)
    assert "tier-0-local" not in jobs(second, number=1)
    files = configuration.render(second, {}, number=1)
    assert "127.0.0.1:19090" in files["targets/tier-1-local.json"]
    assert "relabel_configs" not in jobs(second, number=1)["tier-1-local"]


def test_a_single_prometheus_keeps_all(site):
    assert not any("relabel_configs" in job for job in jobs(site).values())
    assert "remote_write" not in main(site)
    assert "shard" not in main(site)["global"]["external_labels"]


def test_every_shard_writes_to_the_store_with_its_number(site):
    found = main(sharded(site), number=1)

    assert found["global"]["external_labels"]["shard"] == "1"
    assert found["remote_write"] == [
        {
            "url": STORE.url,
            "tls_config": {"ca_file": "/etc/ca.pem"},
            "authorization": {"credentials_file": "/run/t"},
        }
    ]
    assert "/run/t" in configuration.needed_files(sharded(site))


@pytest.mark.parametrize("number", [2, -1])
def test_a_shard_that_the_site_does_not_have_is_wrong_usage(site, number):
    with pytest.raises(OpsError) as problem:
        main(sharded(site), number=number)

    assert problem.value.code == Exit.USAGE
    assert problem.value.fix == "name one from 0 to 1"


def test_several_shards_without_a_common_store_are_refused():
    with pytest.raises(ValueError, match="remote_write and query"):
        Metrics(shards=2)


@pytest.mark.parametrize(
    "url", ["http://tsdb.hospital.example/w", "https://a:b@tsdb/w", "tsdb:8428", "ftp://127.0.0.1/"]
)
def test_figures_leave_the_machine_only_by_https_and_without_a_password_in_the_url(url):
    with pytest.raises(ValueError, match="https"):
        RemoteWrite(url=url)
    with pytest.raises(ValueError, match="https"):
        Metrics(query=url)


def test_a_store_on_this_machine_needs_no_tls():
    assert RemoteWrite(url="http://127.0.0.1:8428/api/v1/write").password is None


def test_a_secret_must_be_a_file_for_prometheus(site):
    store = msgspec.structs.replace(STORE, token=Secret("env:TOKEN"))
    wrong = sharded(site)
    metrics = msgspec.structs.replace(wrong.settings.prometheus, remote_write=store)
    settings = msgspec.structs.replace(wrong.settings, prometheus=metrics)

    with pytest.raises(OpsError, match=r"remote_write\.token is env:TOKEN"):
        main(msgspec.structs.replace(wrong, settings=settings))
