"""The reconciliation must be able to fail: each kind of trouble, put into evidence that is otherwise in order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.reconciliation import Evidence, OnTopic, Reconciliation, reconcile

SPACE = UUID(int=1)
SUPPLIERS, MATCHES = "registration.supplier.v1", "matching.match.v1"
READERS = {SUPPLIERS: ("matching", "financing"), MATCHES: ("financing",)}


def event(name: str) -> UUID:
    return uuid5(SPACE, name)


REGISTERED = [event(f"registered {number}") for number in range(3)]
ALIGNED = [event(f"aligned {number}") for number in range(3)]


def in_order() -> Evidence:
    """Three firms register; matching aligns each; financing reads both topics."""
    return Evidence(
        journals={
            "registration": {(SUPPLIERS, each) for each in REGISTERED},
            "matching": {(MATCHES, each) for each in ALIGNED},
            "financing": set(),
        },
        records=[
            *(OnTopic(SUPPLIERS, each, each) for each in REGISTERED),
            *(
                OnTopic(MATCHES, each, each, effect=f"aligned because of {cause}")
                for each, cause in zip(ALIGNED, REGISTERED, strict=True)
            ),
        ],
        inboxes={"registration": [], "matching": list(REGISTERED), "financing": [*REGISTERED, *ALIGNED]},
        readers=READERS,
    )


def with_inbox(evidence: Evidence, reader: str, inbox: Sequence[UUID]) -> Evidence:
    inboxes: Mapping[str, Sequence[UUID]] = {**evidence.inboxes, reader: inbox}
    return replace(evidence, inboxes=inboxes)


def test_all_in_order() -> None:
    assert reconcile(in_order()) == Reconciliation(published=6, consumed=9, unknown=0, lost=0, doubled=0, republished=0)


def test_a_row_missing_in_a_readers_inbox_is_a_loss() -> None:
    found = reconcile(with_inbox(in_order(), "financing", [*REGISTERED, *ALIGNED[1:]]))
    assert (found.lost, found.consumed) == (1, 8)


def test_a_type_that_a_reader_does_not_read_is_no_loss_and_one_that_it_reads_is() -> None:
    evidence = with_inbox(in_order(), "financing", REGISTERED)
    records = [replace(each, type="aligned" if each.topic == MATCHES else "registered") for each in evidence.records]
    read = replace(evidence, records=records, types={"financing": {"registered"}})
    assert (reconcile(read).lost, reconcile(read).consumed) == (0, 6)
    assert reconcile(replace(read, types={"financing": {"registered", "aligned"}})).lost == 3


def test_a_reader_without_an_inbox_lost_all() -> None:
    evidence = in_order()
    inboxes = {name: inbox for name, inbox in evidence.inboxes.items() if name != "matching"}
    assert reconcile(replace(evidence, inboxes=inboxes)).lost == 3


def test_what_was_decided_and_never_published_is_lost() -> None:
    evidence = in_order()
    decided = {**evidence.journals, "registration": {*evidence.journals["registration"], (SUPPLIERS, event("unsent"))}}
    found = reconcile(replace(evidence, journals=decided))
    assert (found.lost, found.published) == (1, 6)


def test_an_event_on_another_topic_than_its_own_is_lost_and_unknown() -> None:
    evidence = in_order()
    records = [replace(each, topic=MATCHES) if each.event_id == REGISTERED[0] else each for each in evidence.records]
    found = reconcile(replace(evidence, records=records))
    assert (found.lost, found.unknown) == (1, 1)


def test_a_claim_that_stands_twice_is_a_double() -> None:
    assert reconcile(with_inbox(in_order(), "matching", [*REGISTERED, REGISTERED[0]])).doubled == 1


def test_one_cause_that_is_told_twice_is_a_double() -> None:
    evidence = in_order()
    again = event("aligned 0, again")
    changed = replace(
        evidence,
        journals={**evidence.journals, "matching": {*evidence.journals["matching"], (MATCHES, again)}},
        records=[*evidence.records, OnTopic(MATCHES, again, again, effect=f"aligned because of {REGISTERED[0]}")],
    )
    found = reconcile(with_inbox(changed, "financing", [*REGISTERED, *ALIGNED, again]))
    assert (found.doubled, found.lost) == (1, 0)


def test_publishing_again_is_allowed_and_no_double() -> None:
    evidence = in_order()
    found = reconcile(replace(evidence, records=[*evidence.records, evidence.records[-1]]))
    assert (found.republished, found.doubled, found.lost, found.published) == (1, 0, 0, 6)


def test_garbage_is_unknown_and_every_reader_has_to_take_it_in() -> None:
    evidence = in_order()
    garbage = event("garbage")
    found = reconcile(replace(evidence, records=[*evidence.records, OnTopic(SUPPLIERS, garbage, None)]))
    assert (found.unknown, found.lost) == (1, 2)


@given(st.sets(st.sampled_from(range(9))))
def test_every_missing_claim_is_counted(missing: set[int]) -> None:
    claims = [("matching", each) for each in REGISTERED] + [("financing", each) for each in (*REGISTERED, *ALIGNED)]
    kept = [claim for number, claim in enumerate(claims) if number not in missing]
    evidence = in_order()
    for reader in ("matching", "financing"):
        evidence = with_inbox(evidence, reader, [each for name, each in kept if name == reader])
    found = reconcile(evidence)
    assert (found.lost, found.consumed) == (len(missing), len(kept))


@pytest.mark.parametrize("copies", [2, 5])
def test_the_same_journal_entry_is_one_event_however_often_it_is_on_the_topic(copies: int) -> None:
    evidence = in_order()
    found = reconcile(replace(evidence, records=list(evidence.records) * copies))
    assert (found.published, found.republished, found.lost, found.doubled) == (6, 6 * (copies - 1), 0, 0)
