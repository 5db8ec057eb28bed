"""What every tier shares."""

import pytest

from hisops.io.fake import Fake


@pytest.fixture
def io() -> Fake:
    """An Io that knows only what the test tells it."""
    return Fake()
