"""What registration knows of a firm: looked at, changed part by part, withdrawn."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.admission import NotAllowed
from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import Trouble, trouble
from services.portal.api.my_firm import STAYING
from services.portal.api.profiles import EACH, fields_of, item_of, judged, list_page, part_page, told
from services.portal.domain.profile_changes import with_fields, with_item, without_item
from services.portal.domain.profile_fields import CERTIFICATES, LISTS, PARTS, PROCESSES, Asked, PartName
from services.portal.domain.profile_form import Typed, body_of, typed_of, unreadable
from services.portal.domain.scope import OwnFirm, Scope
from services.portal.stages import Answer, StageProblem
from services.portal.views.words import Words
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role

PROFILE = "/my-firm/profile"
Number = Annotated[int | None, Query(ge=0, le=34)]
Page = Annotated[int, Query(ge=0, le=34)]
WITHDRAWALS = ("own_decision", "ceased_operations", "duplicate_registration", "rules_not_met")
"""Reasons that registration takes."""
ASSESSED_FOR = timedelta(days=365)
"""An AIAG CQI self-assessment is a yearly one."""
SOON = timedelta(days=60)


async def _own(scope: Annotated[Scope, Depends(Only(Role.SUPPLIER))]) -> OwnFirm:
    if not isinstance(scope, OwnFirm):
        raise NotAllowed
    return scope


Mine = Annotated[OwnFirm, Depends(_own)]


def router() -> APIRouter:
    pages = APIRouter(prefix=PROFILE)
    _add_whole(pages)
    for name in LISTS:
        _add_list(pages, name)
    _add_parts(pages)
    return pages


def _add_whole(pages: APIRouter) -> None:
    @pages.get("")
    async def show_profile(asked: Anybody, mine: Mine) -> Response:
        """All of it, and what ends soon."""
        return await _page(asked, mine)

    @pages.post("/withdrawal")
    async def withdraw(asked: Anybody, mine: Mine, form: Form) -> Response:
        """Leave the program, as the firm was seen."""
        reason = str(form.get("reason", ""))
        path, version = f"/suppliers/{mine.supplier_id}/withdrawal", str(form.get("version", ""))
        try:
            done = await asked.send("registration", "POST", path, {"reason": reason} if reason else {}, version=version)
        except StageProblem as error:
            return await _page(asked, mine, trouble(error, asked.words), {"reason": reason}, error.status)
        await asked.arrived(done)
        return see("/my-firm")


def _add_list(pages: APIRouter, name: str) -> None:
    @pages.get(f"/{name}", dependencies=[STAYING])
    async def ask_list(asked: Anybody, mine: Mine, number: Number = None, page: Page = 0) -> Response:
        """What it has several of: one more, or one that is there."""
        present = await _present(asked, mine)
        typed = typed_of(present.body)
        return await list_page(asked, name, typed, number, item_of(typed, name, number), _at(present, name), page=page)

    @pages.post(f"/{name}")
    async def change_item(asked: Anybody, mine: Mine, form: Form, number: Number = None) -> Response:
        """Another one, or this one anew."""
        given = fields_of(form, LISTS[name], asked.words)
        editing = _Editing(asked, mine, name, LISTS[name], given, number)
        return await _change(editing, form, lambda typed: with_item(typed, name, number, given))

    @pages.post(f"/{name}/{{number}}/removal")
    async def leave_item_out(asked: Anybody, mine: Mine, number: int, form: Form) -> Response:
        """One of them is none of the firm's any more."""
        editing = _Editing(asked, mine, name, (), {}, None)
        return await _change(editing, form, lambda typed: without_item(typed, name, number))


def _add_parts(pages: APIRouter) -> None:
    @pages.get("/{part}", dependencies=[STAYING])
    async def ask_part(asked: Anybody, mine: Mine, part: PartName) -> Response:
        """One part of it, as it is now."""
        present = await _present(asked, mine)
        return await part_page(asked, part, typed_of(present.body).fields, _at(present, part))

    @pages.post("/{part}")
    async def change_part(asked: Anybody, mine: Mine, part: PartName, form: Form) -> Response:
        """Change it as it was seen: the rest stays as it is."""
        given = fields_of(form, PARTS[part], asked.words)
        editing = _Editing(asked, mine, part, PARTS[part], given, None)
        return await _change(editing, form, lambda typed: with_fields(typed, given))


class _Editing(NamedTuple):
    """What somebody types anew."""

    asked: Asking
    mine: OwnFirm
    part: str
    fields: tuple[Asked, ...]
    given: dict[str, str]
    number: int | None


async def _change(editing: _Editing, form: Form, change: Callable[[Typed], Typed]) -> Response:
    asked, part, given = editing.asked, editing.part, editing.given
    present = await _present(asked, editing.mine)
    if wrong := {name: asked.words(code) for name, code in unreadable(given, editing.fields).items()}:
        return await _again(editing, present, Trouble(asked.words("problem.fields"), wrong), 422)
    try:
        return await _replaced(asked, editing.mine, present, str(form.get("version", "")), change, part)
    except StageProblem as error:
        return await _again(editing, present, told(error, asked, part), error.status)


async def _again(editing: _Editing, present: Answer, refused: Trouble, status: int) -> Response:
    """The page with what was typed and, where somebody changed it meanwhile, with what is there now."""
    asked, part, given = editing.asked, editing.part, editing.given
    typed, at = typed_of(present.body), _at(present, part)
    if part in LISTS:
        return await list_page(asked, part, typed, editing.number, given, at, refused, status)
    now_there = typed.fields if refused.stale else {}
    rows = [(each, given[each.name], now_there.get(each.name, "")) for each in editing.fields]
    both = [(asked.words(f"profile.{each.name}"), seen, now) for each, seen, now in rows if seen != now and now_there]
    return await part_page(asked, part, given, at | {"both_rows": both}, refused, status)


async def _replaced(
    asked: Asking, mine: OwnFirm, present: Answer, version: str, change: Callable[[Typed], Typed], part: str
) -> Response:
    """Give registration the whole profile with this changed in what is there now: `version` says that it was seen."""
    body = body_of(change(typed_of(present.body)))
    done = await asked.send("registration", "PUT", f"/suppliers/{mine.supplier_id}", body, version=version)
    await asked.arrived(done)
    return see(f"{PROFILE}/{part}" if part in LISTS else PROFILE)


async def _present(asked: Asking, mine: OwnFirm) -> Answer:
    return await asked.ask("registration", f"/suppliers/{mine.supplier_id}")


def _at(present: Answer, part: str) -> dict[str, object]:
    return {"version": present.etag or "", "back": PROFILE, "base": f"{PROFILE}/{part}", "on": ""}


async def _page(
    asked: Asking,
    mine: OwnFirm,
    problem: Trouble | None = None,
    given: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    try:
        present = await _present(asked, mine)
    except StageProblem as error:
        return asked.page("my_profile.html", error.status, present=None, problem=trouble(error, asked.words))
    return asked.page(
        "my_profile.html",
        status,
        present=present,
        values=typed_of(present.body),
        parts=PARTS,
        lists=LISTS,
        most=EACH,
        names=await asked.areas(),
        origins=judged(present.body["offering"].get("origins", ())),
        ending=_ending(present.body["offering"], asked.words),
        reasons=WITHDRAWALS,
        problem=problem,
        typed=given or {},
    )


def _ending(offering: dict[str, object], words: Words) -> list[tuple[str, date, str]]:
    """What ends, and when: name, last day, and whether it is over, soon or later; the next one first."""
    found: list[tuple[str, date]] = []
    certificates = [(words.or_code("standard", each["standard"]), each) for each in _each(offering, CERTIFICATES)]
    programs = [(words.or_code("program", each["program"]), each) for each in _each(offering, "programs")]
    origins = [(each["family"], each) for each in _each(offering, "origins")]
    for name, each in (*certificates, *programs, *origins):
        if each["valid_to"]:
            found.append((name, date.fromisoformat(each["valid_to"])))
    if offering["qms_valid_to"] and not certificates:
        found.append((words(f"qms.{offering['qms']}"), date.fromisoformat(str(offering["qms_valid_to"]))))
    for process in _each(offering, PROCESSES):
        for special in process["special_processes"]:
            last = date.fromisoformat(special["assessed_on"]) + ASSESSED_FOR
            found.append((f"{process['area']} {special['code']}", last))
    today = day_of(now())
    return [
        (name, last, "over" if last < today else "soon" if last <= today + SOON else "later")
        for name, last in sorted(found, key=lambda each: each[1])
    ]


def _each(offering: dict[str, object], name: str) -> list[dict[str, Any]]:
    found = offering.get(name)
    return found if isinstance(found, list) else []
