"""A small hospital for each file of tests."""

import pytest

from tests.real.hospital.ward import ward as opened


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Orthanc, a worklist and an engine, in a namespace of their own."""
    with opened(tmp_path_factory.mktemp("ward")) as place:
        yield place
