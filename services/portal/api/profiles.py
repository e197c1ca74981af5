"""Pages of a firm's profile, wherever it is typed: at its registration, or when it changes."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from fastapi import HTTPException, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Asking
from services.portal.api.forms import Trouble, trouble
from services.portal.domain.profile_form import MOST_PROCESSES, ORDER, PARTS, PROCESS, PROCESSES, Asked, Typed, place_of
from services.portal.stages import StageProblem
from services.portal.views.words import Words
from shared.service.http import Problem

PartName = Literal["identity", "contact", "business", "size", "quality"]
EACH = 7
"""Of what a firm can make, on one page."""


class Fault(NamedTuple):
    """What a stage says is wrong, and where it is typed."""

    part: str
    number: int | None
    field: str
    text: str


def faults(error: StageProblem, refused: Trouble) -> list[Fault]:
    """All that a stage named; of an RFC it names no field, as it is judged by itself."""
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


def process_of(typed: Typed, number: int | None) -> Mapping[str, str]:
    """The one that is changed, or nothing for a new one. Raises HTTPException for one that is not there."""
    if number is None:
        return {}
    if number >= len(typed.processes):
        raise HTTPException(404)
    return typed.processes[number]


def following(part: str) -> str:
    """The page after this one."""
    return ORDER[ORDER.index(part) + 1]


def last_page(typed: Typed) -> int:
    """Of what a firm can make, where another one will be."""
    return max(0, len(typed.processes) - 1) // EACH


async def part_page(
    asked: Asking,
    part: PartName,
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


async def processes_page(
    asked: Asking,
    typed: Typed,
    number: int | None,
    values: Mapping[str, str],
    more: Mapping[str, object],
    problem: Trouble | None = None,
    status: int = 200,
    page: int = 0,
) -> Response:
    """A page of what the firm can make, with one that is changed: what was typed, and one form."""
    at = page if number is None else number // EACH
    rows = [*enumerate(typed.processes)][at * EACH : (at + 1) * EACH]
    begun = {"back": "/register", "base": "/register/processes", "on": "/register/check"}
    shown = {"version": "", "both_rows": (), **begun, **more}
    return asked.page(
        "profile_processes.html",
        status,
        part=PROCESSES,
        fields=PROCESS,
        processes=rows,
        page=at,
        pages=range(last_page(typed) + 1),
        number=number,
        typed=values,
        problem=problem,
        names=await asked.areas(),
        full=len(typed.processes) >= MOST_PROCESSES,
        **shown,
    )
