"""Certificates that cannot be loaded are one line of cause, whatever stands in their place."""

import pytest

from hisops.agent.channel import Tls
from hisops.agent.conf import Conf
from hisops.core.errors import OpsError


@pytest.mark.parametrize("make", ["mkdir", "touch"])
def test_what_is_no_certificate_is_told_with_its_file(tmp_path, make):
    place = tmp_path / "server.pem"
    getattr(place, make)()

    with pytest.raises(OpsError, match=r"server\.pem"):
        Tls(Conf(certificate=str(place), key=str(place)))
