"""Second roots and shared UIDs."""

from hisops.audit.checks.accounts import Accounts
from hisops.audit.facts import Accounts as Read
from tests.audit.sample import facts

# /etc/passwd of Debian 12, first lines
PASSWD = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
SAMPLES = {
    "pass": facts(Read(passwd=PASSWD)),
    "fail": facts(Read(passwd=PASSWD + "toor:x:0:0::/root:/bin/bash\n")),
    "unknown": facts(Read(passwd="")),
}


def test_names_the_second_root():
    (finding,) = Accounts().check(SAMPLES["fail"])

    assert finding.text == "toor has UID 0: it is root by another name"


def test_names_all_who_share_a_uid():
    shared = PASSWD + "li:x:1000:1000::/home/li:/bin/bash\nwang:x:1000:1000::/home/w:/bin/sh\n"

    (finding,) = Accounts().check(facts(Read(passwd=shared)))

    assert finding.text == "UID 1000 is shared by li, wang"


def test_entries_of_nis_are_no_accounts():
    (finding,) = Accounts().check(facts(Read(passwd=PASSWD + "+::::::\n")))

    assert finding.text.startswith("2 accounts")
