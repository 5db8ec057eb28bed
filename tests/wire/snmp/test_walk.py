"""Walks: whole tables from honest agents, an error from lying ones."""

import pytest

from hisops.wire.snmp import ber
from hisops.wire.snmp.credentials import Community
from hisops.wire.snmp.session import Session
from tests.wire.snmp.agent import Agent, response, run

A, B, C = "1.3.6.1.2.1.99.1.1", "1.3.6.1.2.1.99.1.2", "1.3.6.1.2.1.99.1.3"


def full(rows):
    return {f"{column}.{row}": ber.integer(row) for row in rows for column in (A, B)}


def walk(agent, columns=(A, B), version="2c", **options):
    return run(Session(agent, Community(version=version)).table(columns, **options))


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_table_comes_whole(version):
    rows = [1, 2, 127, 128, 16383, 16384, 2**31, *range(300, 500)]

    found = walk(Agent(full(rows)), version=version)

    assert found == {(row,): {A: row, B: row} for row in sorted(rows)}


def test_a_column_with_holes_keeps_its_rows():
    values = full(range(1, 100)) | {f"{C}.{row}": ber.integer(-row) for row in (3, 97)}

    found = walk(Agent(values), (A, C))

    assert {index[0]: row[C] for index, row in found.items() if C in row} == {3: -3, 97: -97}
    assert len(found) == 99


def test_a_column_that_is_not_there_is_empty():
    assert walk(Agent(full([1])), (A, "1.3.6.1.2.1.98.1")) == {(1,): {A: 1}}


def test_an_agent_that_is_silent_when_asked_for_much_is_asked_for_less():
    agent = Agent(full(range(1, 60)), silent_above=5)

    found = walk(agent)

    assert len(found) == 59
    assert max(columns * rows for columns, rows in agent.questions[-5:]) <= 5


def test_an_agent_that_says_too_big_is_asked_for_less():
    assert len(walk(Agent(full(range(1, 60)), too_big_above=1))) == 59


def test_the_pace_of_a_slow_agent_is_remembered():
    agent = Agent(full(range(1, 60)), silent_above=5)
    walk(agent)
    agent.questions.clear()

    walk(agent)

    assert max(columns * rows for columns, rows in agent.questions) <= 5


def test_identifiers_that_go_back_end_the_walk():
    agent = Agent(full(range(1, 200)))
    honest = agent.next
    back = {ber.oid_content(f"{A}.150"): ber.oid_content(f"{A}.3")}
    agent.next = lambda oid: back.get(oid) or honest(oid)

    with pytest.raises(ValueError, match="comes after a later one"):
        walk(agent)


def test_an_endless_table_ends_at_the_limit():
    agent = Agent({})

    def grow(oid):
        *front, last = ber.index_arcs(oid)
        content = ber.index_content((*front, last + 1))
        agent.values[content] = ber.integer(1)
        return content

    agent.next = grow
    agent.values[ber.oid_content(f"{A}.1")] = ber.integer(1)

    def endless(oid):
        root = ber.oid_content(A)
        return ber.oid_content(f"{A}.1") if oid == root else grow(oid)

    agent.next = endless

    with pytest.raises(ValueError, match="more than 1000 rows"):
        walk(agent, (A,), most_rows=1000)


def test_an_empty_answer_does_not_loop_for_ever():
    agent = Agent({})
    agent.answer = lambda data: response(request_id(data), [])

    with pytest.raises(ValueError, match="0 variables"):
        walk(agent)


def test_an_answer_to_another_question_is_none():
    agent = Agent(full([1]))
    agent.answer = lambda data: response(request_id(data) - 1, [])

    with pytest.raises(TimeoutError):
        walk(agent)


def test_get_leaves_out_what_the_agent_does_not_have():
    found = run(Session(Agent(full([1])), Community()).get([f"{A}.1", f"{C}.1"]))

    assert found == {f"{A}.1": 1}


def request_id(data):
    at, _ = ber.header(data, 0, ber.SEQUENCE)
    _, at = ber.take_integer(data, at)
    _, at = ber.take_octets(data, at)
    _, at, _ = ber.element(data, at)
    return ber.take_integer(data, at)[0]
