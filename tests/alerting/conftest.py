"""A small site with two people, a real store, and a clock that moves only when told."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from hisops.alerting import intake
from hisops.alerting.alert import Posted
from hisops.alerting.desk import Desk
from hisops.alerting.incident import Incident
from hisops.alerting.outbox import Row
from hisops.alerting.rota import Rota, Shift
from hisops.alerting.step import change
from hisops.core.journal import Entry
from hisops.core.model import Class, Inventory, Name, Person, System, Team
from hisops.core.settings import Settings
from hisops.core.site import Site
from hisops.core.text import Secret
from hisops.io.store import Sqlite

LI = Person(
    name="李娜",
    email="li@hospital.example",
    webhook=Secret("credential:li"),
    channels=("smtp", "webhook"),
)
WANG = Person(name="王伟", email="wang@hospital.example")
LEAD = Person(name="何静", email="he@hospital.example")


@pytest.fixture
def desk() -> Desk:
    """Team dba: li, then wang, weekly; lead answers what has no team."""
    inventory = Inventory(
        people={"li": LI, "wang": WANG, "he": LEAD},
        teams={
            "dba": Team(
                name=Name(zh="数据库组", en="Databases"), lead="li", members=("li", "wang")
            ),
            "lead": Team(name=Name(zh="主任", en="Lead"), lead="he", members=("he",)),
        },
        systems={
            "his": _system("his", "门诊HIS", "HIS", ()),
            "pay": _system("pay", "收费", "Payment", ("his",)),
        },
    )
    site = Site(
        root="/site",
        settings=Settings(name="test", language="en"),
        inventory=inventory,
        state="/site/var",
    )
    teams = {"dba": Shift(people=("li", "wang")), "lead": Shift(people=("he",))}
    return Desk(site, Rota(teams=teams, fallback="lead"))


@pytest.fixture
def store(tmp_path):
    """A database of its own for each test."""
    store = Sqlite(str(tmp_path / "hisops.db"))
    yield store
    store.close()


@pytest.fixture
def world(io, store, desk):
    """What most tests ask for, with short words for what they do."""
    return World(io, store, desk)


class World(SimpleNamespace):
    """An Io, a store and a desk, and what happens to them."""

    def __init__(self, io, store, desk):
        super().__init__(io=io, store=store, desk=desk)

    def post(self, *posted):
        """Take alerts in as one request."""
        with change(self.store, self.io, "prometheus") as step:
            return intake.take(step, self.desk, posted)

    def do(self, work):
        """Run a change as the person root."""
        with change(self.store, self.io, "root") as step:
            return work(step)

    def incidents(self):
        """All incidents, by id."""
        return self.store.read(Incident, "SELECT * FROM incident ORDER BY id")

    def rows(self, kind="page"):
        """The outbox rows of a kind, by id."""
        return self.store.read(Row, "SELECT * FROM outbox WHERE kind = ? ORDER BY id", (kind,))

    def events(self, kind):
        """The journal's entries of a kind."""
        rows = self.store.read(Entry, "SELECT * FROM event WHERE kind = ? ORDER BY seq", (kind,))
        return [row.event() for row in rows]


def firing(name="AgentDown", instance="his-1", **more) -> Posted:
    """A firing alert as Prometheus posts it."""
    labels = {"alertname": name, "instance": instance, "severity": "critical", "team": "dba"}
    labels |= {"system": "his"} | more
    notes = {"summary": f"{instance} does not answer", "summary_zh": f"{instance} 无应答"}
    return Posted(labels=labels, annotations=notes | {"runbook": "server-down"})


def resolved(posted: Posted, at: datetime, starts_at: datetime | None = None) -> Posted:
    """The same alert after its end."""
    return Posted(
        labels=posted.labels, annotations=posted.annotations, ends_at=at, starts_at=starts_at
    )


@pytest.fixture
def alerts():
    """Makers of posted alerts."""
    return SimpleNamespace(firing=firing, resolved=resolved)


def _system(name, zh, en, depends_on):
    return System(
        name=Name(zh=zh, en=en),
        class_=Class.C1,
        owner="dba",
        depends_on=depends_on,
        function=("registration",),
        vendor="Acme +86 10 5550 0000",
    )


@pytest.fixture
def start():
    """The moment at which the fake clock begins."""
    return datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
