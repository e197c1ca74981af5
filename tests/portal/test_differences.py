"""What differs between two profiles: all of it, and nothing that is the same."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain.differences import KNOWN_BY, differences
from services.portal.domain.profile_fields import LISTS, PARTS
from services.portal.domain.profile_form import Typed, typed_of
from tests.registration.bodies_given import WHOLE

SAID = typed_of(WHOLE)
FIELDS = [(part, each.name) for part, asked in PARTS.items() for each in asked if part != "contact"]
ITEMS = [(name, each.name) for name, asked in LISTS.items() for each in asked if each.name not in KNOWN_BY[name]]


def told(before: Typed, after: Typed) -> list[tuple[str, str, tuple[tuple[str, str, str], ...]]]:
    found = differences(before, after)
    return [(each.part, each.kind, tuple((f.name, was, is_) for f, was, is_ in each.fields)) for each in found]


def with_(part: str, field: str, value: str) -> Typed:
    if part in PARTS:
        return Typed({**SAID.fields, field: value}, SAID.lists)
    first, *rest = SAID.of(part)
    return Typed(SAID.fields, {**SAID.lists, part: ({**first, field: value}, *rest)})


@given(st.sampled_from(FIELDS + ITEMS), st.sampled_from(["", "otro"]))
def test_every_field_that_differs_is_told_alone_with_what_it_was(where: tuple[str, str], value: str) -> None:
    part, field = where
    before = SAID.fields.get(field, "") if part in PARTS else SAID.of(part)[0].get(field, "")
    expected = [] if before == value else [(part, "changed", ((field, before, value),))]
    assert told(SAID, with_(part, field, value)) == expected
    assert told(with_(part, field, value), SAID) == [
        (part, kind, tuple((name, after, was) for name, was, after in rows)) for part, kind, rows in expected
    ]


def test_each_of_a_list_that_came_or_went_is_told_whole() -> None:
    for name in LISTS:
        without = Typed(SAID.fields, {**SAID.lists, name: SAID.of(name)[1:]})
        ((part, kind, rows),) = told(without, SAID)
        filled = {field: value for field, value in SAID.of(name)[0].items() if value}
        assert (part, kind, {field: after for field, _, after in rows}) == (name, "added", filled)
        ((_, gone, _),) = told(SAID, without)
        assert gone == "gone"


def test_another_order_is_no_difference_and_two_of_one_name_are_two() -> None:
    two: dict[str, Any] = deepcopy(WHOLE)
    (origin,) = two["offering"]["origins"]
    two["offering"]["origins"] = [origin, origin | {"rvc_bp": 8_000}]
    ((part, kind, _),) = told(SAID, typed_of(two))
    assert (part, kind) == ("origins", "added")
    turned = Typed(SAID.fields, {**SAID.lists, "plants": SAID.of("plants")[::-1]})
    assert told(SAID, turned) == []


def test_a_contact_is_in_none() -> None:
    assert told(SAID, typed_of(WHOLE | {"contact": None})) == []
