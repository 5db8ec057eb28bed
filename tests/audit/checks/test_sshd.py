"""Effective settings of sshd."""

from hisops.audit.checks.sshd import Sshd
from hisops.audit.facts import Sshd as Answer
from hisops.audit.finding import Status
from tests.audit.sample import facts

# OpenSSH 9.2p1 of Debian 12: sshd -T, trimmed
GOOD = """port 22
permitrootlogin without-password
ignorerhosts yes
hostbasedauthentication no
passwordauthentication yes
permitemptypasswords no
ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com
macs umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha1
kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,diffie-hellman-group14-sha256
"""
# The same with -o Ciphers=aes128-cbc,aes256-ctr -o PermitRootLogin=yes -o PermitEmptyPasswords=yes
BAD = (
    GOOD.replace("permitrootlogin without-password", "permitrootlogin yes")
    .replace("permitemptypasswords no", "permitemptypasswords yes")
    .replace("ciphers chacha20-poly1305@openssh.com,aes128-ctr,", "ciphers aes128-cbc,")
)
UNUSED = "Missing privilege separation directory: /run/sshd\r\n"


def answer(out: str, code: int = 0, err: str = "") -> Answer:
    return Answer(program="/usr/sbin/sshd", code=code, out=out, err=err)


SAMPLES = {
    "pass": facts(answer(GOOD)),
    "fail": facts(answer(BAD)),
    "unknown": facts(answer("", code=255, err=UNUSED)),
}


def test_tells_each_forbidden_setting():
    found = [finding.subject for finding in Sshd().check(SAMPLES["fail"])]

    assert found == ["permitemptypasswords", "permitrootlogin", "ciphers"]


def test_an_answer_without_settings_is_not_a_pass():
    (finding,) = Sshd().check(facts(answer("")))

    assert finding.status is Status.UNKNOWN


def test_no_sshd_is_not_applicable():
    (finding,) = Sshd().check(facts(Answer(program="", code=0, out="", err="")))

    assert finding.status is Status.NOT_APPLICABLE
