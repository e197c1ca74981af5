from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from services.registration.domain import prospect as prospects
from services.registration.domain.prospect import PROSPECT, ActOn, Prospect, RegisterEntry
from services.registration.domain.prospect_areas import PLACING
from tests.registration.given import LATER, NOW

ENTRY = RegisterEntry(
    source="retc",
    source_id="EJE0100100001",
    edition="2022",
    name="TROQUELADOS EJEMPLO, S.A. DE C.V.",
    scian="336370",
    activity="Estampado",
    state="11",
    latitude=Decimal("21.01030"),
)


def brought() -> Prospect:
    return prospects.brought(None, ENTRY, NOW)


def test_a_new_one_is_placed_and_the_same_again_is_the_same() -> None:
    new = brought()
    assert (new.status, new.areas[0].area, new.areas[0].confidence) == ("prospect", "P01", "high")
    assert new.name_key == "TROQUELADOS EJEMPLO"
    assert prospects.brought(new, ENTRY, LATER) is new


def test_what_the_register_says_now_is_placed_anew_and_what_operators_did_stays() -> None:
    invited = prospects.acted(brought(), ActOn("invite", "operator-1", NOW, "letter"))
    assert invited is not None
    after = prospects.brought(invited, replace(ENTRY, activity="Comercio", edition="2023"), LATER)
    assert (after.id, after.status, after.acts, after.edition) == (invited.id, "invited", invited.acts, "2023")
    assert after.areas[0].confidence == "medium"


def test_other_tables_place_it_anew() -> None:
    other = replace(PLACING, version="other", classes={}, terms={})
    after = prospects.placed(brought(), other)
    assert (after.areas, after.rules) == ((), "other")
    assert prospects.placed(after) == brought()


def test_every_act_has_a_way_back() -> None:
    for status in PROSPECT.states:
        for after in PROSPECT.ways(status).values():
            assert status in PROSPECT.reachable(after)


def test_a_prospect_tells_its_last_acts() -> None:
    state = brought()
    for number in range(60):
        act = ActOn("invite", f"operator-{number}", NOW, "letter")
        state = prospects.acted(state, act) or state
    assert [act.by for act in state.acts] == [f"operator-{number}" for number in range(10, 60)]
    assert (
        prospects.acted(replace(state, status="registered", supplier_id=UUID(int=1)), ActOn("invite", "x", NOW)) is None
    )


@pytest.mark.parametrize(
    ("note", "is_personal"),
    [
        ("Contestó recepción; prefiere marzo de 2026", False),
        ("Línea 4, nave 12, 250 personas", False),
        ("ana@ejemplo.mx", True),
        ("Llamar al 442 555 0101", True),
        ("(442) 555-01.01", True),
    ],
)
def test_a_note_with_an_address_or_a_telephone_is_personal(note: str, is_personal: bool) -> None:
    assert prospects.is_personal(note) is is_personal
