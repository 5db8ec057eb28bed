"""Nothing stale is ever green."""

import pytest

from hisops.workflow.light import Light, fresh, worst


def test_a_good_fact_older_than_its_limit_is_stale():
    assert fresh(Light.OK, 301, 300) is Light.STALE


def test_a_fact_from_the_future_is_stale():
    assert fresh(Light.OK, -3600, 300) is Light.STALE


def test_a_bad_fact_stays_bad_however_old():
    assert fresh(Light.BAD, 10_000, 300) is Light.BAD


@pytest.mark.parametrize("light", [Light.BAD, Light.UNKNOWN, Light.STALE, Light.WARN])
def test_one_light_that_is_not_green_decides(light):
    assert worst([Light.OK, light, Light.OK]) is light


def test_unknown_is_louder_than_a_warning():
    assert worst([Light.WARN, Light.UNKNOWN]) is Light.UNKNOWN
