"""The helper's units: root with few rights, and only where an agent shows what it writes."""

import msgspec

from hisops.workflow import privileged


def test_the_service_is_root_with_few_rights_and_writes_into_the_state_only(site):
    service, timer = privileged.units(site, "/units")

    assert service.path.endswith("-helper.service")
    assert "User=root\n" in service.text
    assert "ProtectSystem=strict\n" in service.text
    assert f'ReadWritePaths=-"{site.state}"\n' in service.text
    assert 'helper" "--interval" "5 min"\n' in service.text
    assert "OnCalendar=*:0/5\n" in timer.text


def test_a_site_without_an_agent_has_no_helper(site):
    settings = msgspec.structs.replace(site.settings, stack=("prometheus",))

    assert privileged.units(msgspec.structs.replace(site, settings=settings)) == []
