"""What a firm meets, as it is told: whole, then by differences, in whatever order they are read."""

from itertools import permutations
from uuid import UUID

from services.portal.domain.firm import Firm
from services.portal.handlers import firms
from shared.contracts.event import EventData
from shared.contracts.matching import AlignmentChanged, OfferingAligned, OfferingNotAligned
from shared.runtime.clock import now
from tests.portal.events import SUPPLIER, example

A, B, C = (UUID(int=number) for number in (1, 2, 3))
HANDLERS = {
    OfferingAligned: firms.aligned,
    AlignmentChanged: firms.alignment_changed,
    OfferingNotAligned: firms.not_aligned,
}


def told(kind: type[EventData], revision: int, *met: UUID, **more: object) -> EventData:
    [one, *_] = example(OfferingAligned).model_dump()["requirements"]
    requirements = (
        {} if kind is OfferingNotAligned else {"requirements": [one | {"requirement_id": id_} for id_ in met]}
    )
    return example(kind, revision=revision, **requirements, **more)


def after(*events: EventData) -> Firm:
    state: Firm | None = None
    for event in events:
        state = HANDLERS[type(event)](state, event, now()).state  # type: ignore[operator]  # each takes its own
    assert state is not None
    assert state.id == SUPPLIER
    return state


def test_differences_are_merged_in_whatever_order_they_are_read() -> None:
    said = (
        told(OfferingAligned, 1, A, B),
        told(AlignmentChanged, 2, C, lost=[str(A)]),
        told(AlignmentChanged, 3, A, lost=[str(B)]),
    )
    for order in permutations(said):
        alignment = after(*order).alignment
        assert alignment is not None
        assert [each.requirement_id for each in alignment.requirements] == [A, C]
        assert not alignment.heard.missed


def test_reasons_stay_until_something_is_met() -> None:
    none = told(OfferingNotAligned, 3)
    alignment = after(told(OfferingAligned, 1, A), told(AlignmentChanged, 2, B, lost=[]), none).alignment
    assert alignment is not None
    assert (alignment.requirements, bool(alignment.missing)) == ((), True)
    late = after(none, told(AlignmentChanged, 2, B, lost=[])).alignment
    assert late is not None
    assert (late.requirements, late.missing) == ((), alignment.missing)
    met = after(none, told(OfferingAligned, 4, A)).alignment
    assert met is not None
    assert (len(met.requirements), met.missing) == (1, ())
