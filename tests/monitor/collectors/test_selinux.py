"""SELinux on, off and in between."""

import pytest

from hisops.monitor.collectors.selinux import Selinux, parse


def test_a_machine_without_it_says_that_it_is_off(machine, values):
    assert values(Selinux().read(machine)) == {("node_selinux_enabled",): 0}


def test_the_mode_of_now_and_after_the_next_boot_are_told(machine, values):
    machine.files = {
        "/sys/fs/selinux/enforce": "1",
        "/etc/selinux/config": "# SELINUX=x\nSELINUX=permissive\nSELINUXTYPE=targeted\n",
    }

    assert values(Selinux().read(machine)) == {
        ("node_selinux_enabled",): 1,
        ("node_selinux_config_mode",): 0,
        ("node_selinux_current_mode",): 1,
    }


@pytest.mark.parametrize(
    ("text", "mode"), [("SELINUX=enforcing", 1), ("SELINUX=disabled\n", -1), ("", -1)]
)
def test_the_configured_mode_is_a_number(text, mode):
    assert parse(text) == mode
