"""Passwords are checked on a thread: whatever a client sends, the thread lives on."""

import base64
import os
import threading

import pytest

from hisops.agent.auth import Gate, verify

# openssl passwd -6 -salt abcdefgh "ward 7 East" (OpenSSL 3.0)
HASH = "$6$abcdefgh$VAbC93RZHpRJuU6WYJh1cmRSG7J3nqiYaTmProJN8zoaZ6razBA.35Wc8n1rVMQHhLrpqhuw2Bc4kdVdeD6l.1"


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


GOOD = basic("prometheus", "ward 7 East")


class Door:
    """A gate, and the answers that it gave."""

    def __init__(self, path):
        self.path, self.rung, self.answers = path, threading.Event(), []
        path.write_text(f"prometheus:{HASH}\n")
        self.gate = Gate(str(path), self.rung.set)

    def knock(self, header: str) -> None:
        """Ask, without waiting for the answer."""
        self.gate.admit(header, self.answers.append)

    def wait(self) -> list[int]:
        """The answers, when the check that was asked for has ended."""
        assert self.rung.wait(20), "the check did not end"
        self.rung.clear()
        self.gate.collect()
        return self.answers

    def replace_users(self) -> None:
        """Take everybody out but somebody else."""
        self.path.write_text(f"other:{HASH}\n")
        os.utime(self.path, (1, 1))


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "users")


@pytest.mark.parametrize(
    "header", ["Basic \xe9", "Basic !", "Basic", "Basic /w==", "Bearer " + GOOD[6:], "\xff\x00"]
)
def test_what_is_no_password_is_refused_and_the_next_one_is_checked(door, header):
    door.knock(header)
    assert door.wait() == [401]
    door.knock(GOOD)

    assert door.wait() == [401, 200]


def test_a_password_that_was_right_is_remembered(door):
    door.knock(GOOD)
    door.wait()
    door.knock(GOOD)

    assert door.answers == [200, 200]


def test_a_user_who_is_taken_out_during_the_check_is_not_remembered(door):
    door.knock(GOOD)
    assert door.rung.wait(20)
    door.replace_users()
    door.knock("")
    door.wait()
    door.knock(GOOD)

    assert door.wait()[-1] == 401


def test_a_user_of_another_name_has_no_way_in():
    assert verify(GOOD, {"prometheus": HASH})
    assert not verify(basic("nobody", "ward 7 East"), {"prometheus": HASH})
