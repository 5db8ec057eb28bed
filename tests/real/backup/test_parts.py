"""The embedded off-site sshd and the sample database of a one-machine site."""

import subprocess
from pathlib import Path

import pytest

from hisops.backup.sources.postgres import Postgres
from hisops.workflow.parts import database, offsite


def fingerprints(folder):
    return {str(p): p.stat().st_mtime_ns for p in Path(folder).rglob("*") if p.is_file()}


def test_preparing_the_off_site_place_twice_changes_nothing(world):
    offsite.prepare(world.io, world.site)
    before = fingerprints(f"{world.site.state}/offsite")

    offsite.prepare(world.io, world.site)

    assert fingerprints(f"{world.site.state}/offsite") == before
    assert not offsite.ready(world.io, world.site)


def test_private_keys_and_the_password_are_readable_by_their_owner_alone(world):

    offsite.prepare(world.io, world.site)

    for name in ("credentials/offsite-key", "offsite/host_key"):
        assert Path(world.site.state, name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "word", ["PasswordAuthentication no", "DisableForwarding yes", "ForceCommand internal-sftp"]
)
def test_the_off_site_sshd_allows_files_only(world, word):
    offsite.prepare(world.io, world.site)
    config = f"{world.site.state}/offsite/sshd_config"

    assert subprocess.run(["/usr/sbin/sshd", "-t", "-f", config], check=False).returncode == 0
    assert word in Path(config).read_text()


def test_the_sample_database_answers_and_can_be_backed_up(world, children, wait_for):
    database.prepare(world.io, world.site)
    before = fingerprints(f"{world.site.state}/database")
    database.prepare(world.io, world.site)
    assert fingerprints(f"{world.site.state}/database") == before
    assert not database.ready(world.io, world.site)
    server = subprocess.Popen(database.argv(world.site), stderr=subprocess.DEVNULL)
    children.append(server)
    wait_for(lambda: database.ready(world.io, world.site))

    source = Postgres(database="his", user="his", host=f"{world.site.state}/database/run")
    with source.prepare(world.io, f"{world.site.state}/staging") as prepared:
        rows = prepared.manifest
    server.terminate()
    server.wait(20)

    assert rows["clinic.lab_result"] == 18000
    assert len(rows) == 4
