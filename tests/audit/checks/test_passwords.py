"""Accounts with an empty password."""

from hisops.audit.checks.passwords import Passwords
from hisops.audit.facts import Shadow
from hisops.audit.finding import Reason
from tests.audit.sample import facts

SAMPLES = {
    "pass": facts(Shadow(passwords={"root": "locked", "li": "set"})),
    "fail": facts(Shadow(passwords={"root": "locked", "guest": "empty"})),
    "unknown": facts(gaps={"shadow": Reason.DENIED}),
}


def test_names_the_account():
    (finding,) = Passwords().check(SAMPLES["fail"])

    assert finding.subject == "guest"
