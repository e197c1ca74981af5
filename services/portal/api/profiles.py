"""Pages of a firm's profile, wherever it is typed: at its registration, or when it changes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from fastapi import HTTPException, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Asking
from services.portal.api.forms import Trouble, trouble
from services.portal.domain.profile_fields import LISTS, MOST, ORDER, PARTS, PLANTS, Asked
from services.portal.domain.profile_form import Item, Typed, items_of, place_of, texts_of
from services.portal.stages import StageProblem
from services.portal.views.words import Words
from shared.days import day_of
from shared.origin import judge
from shared.runtime.clock import now
from shared.service.http import Problem

EACH = 7
"""Of a list, on one page."""
MOST_SHOWN = 10
"""Of a list, where all of it is looked at and nothing is changed."""


class Fault(NamedTuple):
    """What a stage says is wrong, and where it is typed."""

    part: str
    number: int | None
    field: str
    text: str


def faults(error: StageProblem, refused: Trouble) -> list[Fault]:
    """All that a stage named; of an RFC that may not be given here it names no field."""
    named = refused.errors or ({"rfc": refused.detail} if error.code.startswith("rfc_") else {})
    return [Fault(*place_of(field), text) for field, text in named.items()]


def named(fault: Fault, words: Words) -> str:
    """The part where it is typed, and what the field is called there."""
    part, field = words(f"profile.part.{fault.part}"), words.maybe(f"profile.{fault.field}")
    return f"{part}, {field}" if field else part


def told(error: StageProblem, asked: Asking, part: str) -> Trouble:
    """What a stage refused, for the page of one part: what is wrong elsewhere is said too, without a field."""
    refused = trouble(error, asked.words)
    found = faults(error, refused)
    here = {fault.field: fault.text for fault in found if fault.part == part}
    elsewhere = [fault for fault in found if fault.part != part]
    detail = refused.detail
    if elsewhere:
        words = asked.words
        detail = " ".join(f"{named(each, words)}: {each.text}" for each in elsewhere)
    return Trouble(detail, here, refused.stale)


def fields_of(form: FormData, fields: tuple[Asked, ...], words: Words) -> dict[str, str]:
    """What was typed into these fields; what was left empty is empty. Raises Problem: no browser lets it be longer."""
    found = {each.name: str(form.get(each.name, "")) for each in fields}
    for each in fields:
        if len(found[each.name]) > each.longest:
            raise Problem(422, "field_too_long", field=words(f"profile.{each.name}"), most=each.longest)
    return found


def item_of(typed: Typed, part: str, number: int | None) -> Item:
    """The one that is changed, or nothing for a new one. Raises HTTPException for one that is not there."""
    if number is None:
        return {}
    if number >= len(typed.of(part)):
        raise HTTPException(404)
    return typed.of(part)[number]


def following(part: str) -> str:
    """The page after this one."""
    return [*ORDER, "check"][ORDER.index(part) + 1]


def last_page(typed: Typed, part: str) -> int:
    """Of a list, where another one will be."""
    return max(0, len(typed.of(part)) - 1) // EACH


async def part_page(
    asked: Asking,
    part: str,
    values: Mapping[str, str],
    more: Mapping[str, object],
    problem: Trouble | None = None,
    status: int = 200,
) -> Response:
    """The page of one part; `more`: where it leads, and what it was seen with."""
    shown = {"version": "", "both_rows": (), "back": "/register", "action": asked.look.address(), **more}
    return asked.page(
        "profile_part.html", status, part=part, fields=PARTS[part], typed=values, problem=problem, names={}, **shown
    )


async def list_page(
    asked: Asking,
    part: str,
    typed: Typed,
    number: int | None,
    values: Mapping[str, str],
    more: Mapping[str, object],
    problem: Trouble | None = None,
    status: int = 200,
    *,
    page: int = 0,
) -> Response:
    """A page of a list, with one that is changed: what was typed, and one form."""
    items = typed.of(part)
    at = page if number is None else number // EACH
    begun = {"back": "/register", "base": f"/register/{part}", "on": f"/register/{following(part)}"}
    shown = {"version": "", "both_rows": (), **begun, **more}
    return asked.page(
        "profile_list.html",
        status,
        part=part,
        fields=LISTS[part],
        items=[*enumerate(items)][at * EACH : (at + 1) * EACH],
        page=at,
        pages=range(last_page(typed, part) + 1),
        number=number,
        typed=values,
        problem=problem,
        names=await asked.areas(),
        plants=[each.get("name", "") for each in typed.of(PLANTS)],
        full=len(items) >= MOST[part],
        **shown,
    )


def judged(origins: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Origins as a stage shows them, each with what its list asks for today."""
    today = day_of(now())
    found = []
    for each in origins:
        verdict = judge(_Origin(each), today)
        found.append(
            {**each, "judgement": verdict.judgement, "required_bp": verdict.required_bp, "rules": verdict.rules}
        )
    return found


class _Origin:
    """One as a stage shows it, to be judged."""

    def __init__(self, shown: Mapping[str, Any]) -> None:
        self.vehicle: str = shown["vehicle"]
        self.list: str = shown["list"]
        self.method: str = shown["method"]
        self.rvc_bp: int = shown["rvc_bp"]
        self.valid_to = None if shown["valid_to"] is None else date.fromisoformat(shown["valid_to"])


async def offered(asked: Asking, offer: Mapping[str, Any] | None) -> dict[str, object]:
    """What matching shows a buyer of a firm's record, for a page; nothing of a firm of which it shows none."""
    if offer is None:
        return {"offer": None}
    of_firm = tuple(each for each in (*PARTS["quality"], *PARTS["dealing"]) if each.name in _OF_FIRM)
    fields = texts_of({"offering": offer}, of_firm)
    return {
        "offer": Typed(fields, {name: items_of(offer, name) for name in LISTS}),
        "offer_fields": of_firm,
        "lists": LISTS,
        "most": MOST_SHOWN,
        "names": await asked.areas(),
        "origins": offer["origins"],
    }


_OF_FIRM = frozenset({"offering.experience", "offering.languages", "offering.payment_terms_days"})
"""Of what is asked of a firm, what no criterion of the score shows."""
