"""Paging counters."""

from hisops.monitor.collectors.vmstat import Vmstat


def test_takes_the_chosen_fields_that_the_kernel_has(machine, values):
    # Linux 6.18, Debian 12, /proc/vmstat
    machine.files["/proc/vmstat"] = "nr_free_pages 6034127\npgpgin 2310481\noom_kill 1\n"

    found = values(Vmstat().read(machine))

    assert found == {("node_vmstat_oom_kill",): 1, ("node_vmstat_pgpgin",): 2310481}
