"""A missing program is told with the package that brings it."""

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.workflow import program


def test_names_every_missing_program_and_its_package():
    with pytest.raises(OpsError) as problem:
        program.need(("prometheus", "offsite"), path="/nowhere")

    assert problem.value.code is Exit.MISSING
    assert problem.value.cause.startswith("missing on this machine: prometheus, promtool")
    assert problem.value.fix.endswith(
        "apt-get install openssh-client openssh-server prometheus restic util-linux"
    )


def test_a_stack_of_our_own_parts_needs_nothing_else():
    program.need(("agent", "engine", "inbox"), path="/nowhere")
