"""The ledger's own arithmetic."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.testing.ledger import INVARIANTS, Books, Findings, balance, violations

A, B = UUID(int=1), UUID(int=2)


def test_books_that_agree_are_clean() -> None:
    found = balance(Books([(A, 1), (A, 2), (B, 1)], [(A, 1), (B, 1), (A, 2)]))
    assert (found.sent, found.effects, found.lost, found.doubled, found.disordered) == (3, 3, 0, 0, 0)


def test_what_is_set_aside_or_blocked_is_not_lost() -> None:
    found = balance(Books([(A, 1), (A, 2), (A, 3)], [(A, 1)], dead=[(A, 2)], blocked=[(A, 3)]))
    assert (found.lost, found.doubled, found.dead, found.blocked) == (0, 0, 1, 1)


def test_what_is_nowhere_is_lost() -> None:
    assert balance(Books([(A, 1), (B, 1)], [(A, 1)])).lost == 1


def test_an_effect_twice_and_an_effect_of_what_was_set_aside_are_doubled() -> None:
    assert balance(Books([(A, 1)], [(A, 1), (A, 1), (A, 1)])).doubled == 2
    assert balance(Books([(A, 1)], [(A, 1)], dead=[(A, 1)])).doubled == 1


def test_an_effect_after_a_later_one_of_its_key_is_out_of_order() -> None:
    assert balance(Books([(A, 1), (A, 2), (B, 9)], [(A, 2), (B, 9), (A, 1)])).disordered == 1


marks = st.lists(st.tuples(st.sampled_from([A, B]), st.integers(1, 5)), max_size=12)


@given(marks, marks)
def test_every_sent_event_is_in_effect_or_lost(sent: list[tuple[UUID, int]], effects: list[tuple[UUID, int]]) -> None:
    found = balance(Books(sent, effects))
    assert found.lost == len({mark for mark in sent if mark not in effects})
    assert found.effects - found.doubled == len(set(effects))


def test_what_a_run_did_not_look_at_does_not_hold() -> None:
    nothing = Findings(hops=[], healed_s=None, highest_lag=0)
    assert set(violations(nothing, INVARIANTS)) == {"I4", "I5", "I6", "I7", "I8", "I9", "I10"}
