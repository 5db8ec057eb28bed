"""A database with a table of the tests' own, and processes that write to it."""

import subprocess
import sys

import msgspec

OPEN = "import sys\nfrom hisops.io.store import Sqlite\nstore = Sqlite(sys.argv[1])\n"
# Adds rows one by one; says so after each commit.
ADDER = (
    OPEN
    + """
for number in range(int(sys.argv[3])):
    with store.write() as transaction:
        transaction.execute("INSERT INTO page VALUES (?, ?)", (sys.argv[2], number))
    print(number, flush=True)
"""
)
HANGER = (
    OPEN
    + """
with store.write() as transaction:
    transaction.execute("INSERT INTO page VALUES ('half', 1)")
    print("open", flush=True)
    sys.stdin.read()
"""
)


class Page(msgspec.Struct):
    """A row of the tests' own table."""

    who: str
    number: int


class Name(msgspec.Struct):
    """A row with one word."""

    name: str


def start(code, *words):
    argv = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(child):
    child.kill()
    child.communicate()


def add(store, who="a", number=1):
    with store.write() as transaction:
        transaction.execute("INSERT INTO page VALUES (?, ?)", (who, number))


def run(store, *statements):
    with store.write() as transaction:
        for statement in statements:
            transaction.execute(statement)


def pages(store):
    return store.read(Page, "SELECT * FROM page ORDER BY who, number")
