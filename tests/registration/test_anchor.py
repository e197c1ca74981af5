import pytest

from services.registration.domain.anchor import anchor_id, faults, joined, left
from tests.registration.given import LATER, NOW


def test_the_code_identifies_an_anchor() -> None:
    assert joined("ANCLA-1", " Armadora Uno ", ("22", "11"), NOW).id == anchor_id("ANCLA-1")
    assert anchor_id("ANCLA-1") != anchor_id("ANCLA-2")


def test_states_are_kept_in_their_order() -> None:
    anchor = joined("ANCLA-1", " Armadora Uno ", ("22", "11"), NOW)
    assert (anchor.name, anchor.states, anchor.status) == ("Armadora Uno", ("11", "22"), "joined")


def test_leaving_keeps_who_it_was() -> None:
    anchor = left(joined("ANCLA-1", "Armadora Uno", ("22",), NOW), "agreement_ended", LATER)
    assert (anchor.status, anchor.departure, anchor.left_at, anchor.joined_at) == (
        "left",
        "agreement_ended",
        LATER,
        NOW,
    )


@pytest.mark.parametrize(
    ("code", "name", "states", "reason"),
    [
        ("A", "Armadora", ("22",), "anchor_code_form"),
        ("ancla", "Armadora", ("22",), "anchor_code_form"),
        ("ANCLA-1", "  ", ("22",), "anchor_name_length"),
        ("ANCLA-1", "Arma\ndora", ("22",), "anchor_name_length"),
        ("ANCLA-1", "-", ("22",), "name_says_nothing"),
        ("ANCLA-1", "Armadora", (), "anchor_states_missing"),
        ("ANCLA-1", "Armadora", ("33",), "state_unknown"),
        ("ANCLA-1", "Armadora", ("22", "22"), "anchor_states_repeated"),
    ],
)
def test_an_anchor_that_breaks_a_rule(code: str, name: str, states: tuple[str, ...], reason: str) -> None:
    assert [fault.reason for fault in faults(code, name, states)] == [reason]
