"""What readers make of what a firm was told of its alignment."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.alignment import Heard, merge

IDS = [UUID(int=number) for number in range(1, 5)]
A, B, C, _ = IDS
words = st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from(IDS)), st.sets(st.sampled_from(IDS))), max_size=5)
Word = tuple[int, dict[UUID, int], list[UUID], bool]


def told(given_: Sequence[tuple[bool, set[UUID], set[UUID]]]) -> tuple[list[Word], dict[UUID, int]]:
    """What was told, revision by revision, the first time whole, and what is so at the end."""
    now: dict[UUID, int] = {}
    said: list[Word] = []
    for revision, (whole, met, lost) in enumerate([(True, {A}, set()), *given_], 1):
        gone = [] if whole else sorted(lost - met)
        now = {} if whole else {id_: value for id_, value in now.items() if id_ not in gone}
        now |= dict.fromkeys(sorted(met), revision)
        said.append((revision, dict.fromkeys(sorted(met), revision), gone, whole))
    return said, now


def heard(said: Sequence[Word]) -> tuple[Heard, Mapping[UUID, int]]:
    state = Heard()
    known: Mapping[UUID, int] = {}
    for revision, met, lost, whole in said:
        state, known = merge(state, known, revision, met, lost, whole=whole)
    return state, known


@given(words, st.randoms(use_true_random=False))
def test_in_whatever_order_they_come_and_however_often(given_: list, chance) -> None:
    said, now = told(given_)
    mixed = [*said, *said[:2]]
    chance.shuffle(mixed)
    assert heard(mixed) == (Heard(len(said)), now)


@given(words)
def test_one_that_is_missing_is_seen_until_it_comes_or_all_is_told(given_: list) -> None:
    said, now = told([*given_, (False, {B}, set()), (False, {C}, set())])
    state, known = heard([*said[:-2], said[-1]])
    assert state.missed
    late, whole = merge(state, known, *said[-2][:3], whole=False), (len(said) + 1, now, (), True)
    assert (late[0].missed, late[1]) == (False, now)
    again = merge(state, known, *whole[:3], whole=True)
    assert (again[0].missed, again[1]) == (False, now)


def test_before_revisions_were_counted_each_set_was_whole() -> None:
    state, known = heard([(0, {A: 1}, [], True), (0, {B: 2}, [], True)])
    assert (state, known) == (Heard(), {B: 2})
    state, known = merge(state, known, 1, {C: 3}, whole=True)
    assert merge(state, known, 0, {A: 1}, whole=True) == (state, {C: 3})
