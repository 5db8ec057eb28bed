"""Decoding of what a collector wrote."""

import json

import pytest

from hisops.audit.facts import Accounts, Reboot, Shadow, decode
from hisops.audit.finding import Reason
from hisops.core.errors import OpsError

HEADER = '{"schema": 1, "host": "his-01", "collected_at": 1795488292.0}\n'
END = '{"end": true}\n'


def line(group: str, status: str = "ok", **more: object) -> str:
    return json.dumps({"group": group, "status": status, "seconds": 0.1, **more}) + "\n"


REBOOT = line("reboot", data={"required": False, "packages": ""})


def test_gives_groups_gaps_and_costs():
    known = decode(HEADER + REBOOT + line("shadow", "denied", detail="no") + END)

    assert known.get(Reboot) == Reboot(required=False, packages="")
    assert known.gap(Shadow).reason is Reason.DENIED
    assert known.costs["reboot"] == 0.1


def test_what_was_never_asked_for_is_missing():
    assert decode(HEADER + END).gap(Accounts).reason is Reason.MISSING


@pytest.mark.parametrize("cut", [HEADER, HEADER + REBOOT, HEADER + REBOOT + '{"group": "acc'])
def test_what_was_cut_off_is_truncated(cut):
    assert decode(cut).gap(Accounts).reason is Reason.TRUNCATED


def test_data_of_another_form_is_broken():
    known = decode(HEADER + line("reboot", data={"required": "perhaps", "packages": ""}) + END)

    assert known.gap(Reboot).reason is Reason.BROKEN


def test_a_group_that_this_version_does_not_know_is_passed_over():
    assert decode(HEADER + line("tomorrow", data=1) + REBOOT + END).gap(Reboot) is None


@pytest.mark.parametrize("text", ["", "bash: python3: not found\n", HEADER.replace("1,", "2,")])
def test_no_facts_or_another_schema_is_told(text):
    with pytest.raises(OpsError):
        decode(text)
