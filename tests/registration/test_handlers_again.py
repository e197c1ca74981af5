"""A firm that a file brings again, as the decision sees it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registration import handlers
from services.registration.domain.supplier import Supplier
from shared.messaging.decision import Decision, Refused
from tests.registration.given import EMPTY, LATER, NOW, command, profile

BY = "operator-1"
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "workers": st.integers(0, 300),
        "annual_sales_mxn": st.integers(1_000_000, 900_000_000).map(Decimal),
        "legal_name": st.sampled_from(["Maquinados  Uno", "Maquinados Uno", "Ñandú SA"]),
        "exports": st.booleans(),
    },
)


def brought(state: Supplier | None, **more: Any) -> tuple[Supplier, int]:
    """The firm, and how many events readers get."""
    asked = replace(command(of=profile(**more)), by=BY)
    decision = handlers.bring(state, asked, LATER if state else NOW, EMPTY)
    assert isinstance(decision, Decision), decision
    assert decision.state is not None
    return decision.state, len(decision.events)


@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_a_row_twice_is_once_whatever_came_before(rows: list[dict[str, Any]]) -> None:
    state: Supplier | None = None
    for row in rows:
        state, _ = brought(state, **row)
        assert brought(state, **row) == (state, 0), "the second is told to nobody, and counts as unchanged"
    assert state is not None
    assert state.took_part.subjects == (BY,)


def test_what_somebody_else_said_is_not_overwritten() -> None:
    state, _ = brought(None)
    other = replace(state, took_part=state.took_part.joined_by("firm-1"))
    asked = replace(command(of=profile(workers=1)), by=BY)
    refused = handlers.bring(other, asked, LATER, EMPTY)
    assert isinstance(refused, Refused)
    assert refused.code == "changed_by_hand"
    lacks = handlers.bring(state, replace(asked, lacking=["idiomas", "area_4"]), LATER, EMPTY)
    assert isinstance(lacks, Refused)
    assert (lacks.code, lacks.params) == ("columns_lacking", {"columns": "idiomas, area_4", "count": 2})
    another = handlers.bring(state, replace(asked, by="operator-2"), LATER, EMPTY)
    assert isinstance(another, Refused)
    assert another.code == "rfc_taken"
