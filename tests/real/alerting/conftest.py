"""A real engine over a site of its own, and the sinks that its pages go to."""

import pytest

from tests.real.alerting.harness import MailSink, Site, WebSink


@pytest.fixture
def mail():
    """The mail server."""
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture
def web():
    """The webhook provider."""
    sink = WebSink()
    yield sink
    sink.close()


@pytest.fixture
def site(tmp_path, mail, web):
    """A site whose engines are always ended."""
    made = Site(tmp_path / "site", mail, web)
    yield made
    made.stop()
