"""What registration knows of a firm: looked at, changed part by part, withdrawn."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api import drafts
from services.portal.api.admission import NotAllowed
from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import Trouble, trouble
from services.portal.api.my_firm import STAYING
from services.portal.api.profiles import PartName, fields_of, part_page, process_of, processes_page, told
from services.portal.domain.profile_form import PARTS, PROCESS, PROCESSES, Typed, body_of, typed_of, unreadable
from services.portal.domain.scope import OwnFirm, Scope
from services.portal.stages import Answer, StageProblem
from services.portal.views.words import Words
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
    _add_processes(pages)

    @pages.get("/{part}", dependencies=[STAYING])
    async def ask_part(asked: Anybody, mine: Mine, part: PartName) -> Response:
        """One part of it, as it is now."""
        present = await _present(asked, mine)
        return await part_page(asked, part, typed_of(present.body).fields, _at(present))

    @pages.post("/{part}")
    async def change_part(asked: Anybody, mine: Mine, part: PartName, form: Form) -> Response:
        """Change it as it was seen: the rest stays as it is."""
        given = fields_of(form, PARTS[part], asked.words)
        present = await _present(asked, mine)
        if wrong := {name: asked.words(code) for name, code in unreadable(given).items()}:
            return await part_page(asked, part, given, _at(present), Trouble(asked.words("problem.fields"), wrong), 422)
        version = str(form.get("version", ""))
        try:
            return await _replaced(asked, mine, present, version, lambda typed: drafts.with_fields(typed, given), part)
        except StageProblem as error:
            refused = told(error, asked, part)
            fields = typed_of(present.body).fields if refused.stale else {}
            rows = [(each, given[each.name], fields.get(each.name, "")) for each in PARTS[part]]
            both = [(asked.words(f"profile.{each.name}"), seen, at) for each, seen, at in rows if seen != at and fields]
            return await part_page(asked, part, given, _at(present) | {"both_rows": both}, refused, error.status)

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


def _add_processes(pages: APIRouter) -> None:
    @pages.get(f"/{PROCESSES}", dependencies=[STAYING])
    async def ask_processes(asked: Anybody, mine: Mine, number: Number = None, page: Page = 0) -> Response:
        """What it can make, area by area."""
        present = await _present(asked, mine)
        typed = typed_of(present.body)
        return await processes_page(asked, typed, number, process_of(typed, number), _at(present), page=page)

    @pages.post(f"/{PROCESSES}")
    async def change_process(asked: Anybody, mine: Mine, form: Form, number: Number = None) -> Response:
        """Another area, or this one anew."""
        given = fields_of(form, PROCESS, asked.words)
        return await _processes(
            asked, mine, form, lambda typed: drafts.with_process(typed, number, given), number, given
        )

    @pages.post(f"/{PROCESSES}/{{number}}/removal")
    async def leave_process_out(asked: Anybody, mine: Mine, number: int, form: Form) -> Response:
        """It makes this no longer."""
        return await _processes(asked, mine, form, lambda typed: drafts.without_process(typed, number), None, {})


async def _processes(
    asked: Asking,
    mine: OwnFirm,
    form: Form,
    change: Callable[[Typed], Typed],
    number: int | None,
    given: dict[str, str],
) -> Response:
    present = await _present(asked, mine)
    try:
        return await _replaced(asked, mine, present, str(form.get("version", "")), change, PROCESSES)
    except StageProblem as error:
        refused, typed = told(error, asked, PROCESSES), typed_of(present.body)
        return await processes_page(asked, typed, number, given, _at(present), refused, error.status)


async def _replaced(
    asked: Asking, mine: OwnFirm, present: Answer, version: str, change: Callable[[Typed], Typed], part: str
) -> Response:
    """Give registration the whole profile with this changed in what is there now: `version` says that it was seen."""
    body = body_of(change(typed_of(present.body)))
    done = await asked.send("registration", "PUT", f"/suppliers/{mine.supplier_id}", body, version=version)
    await asked.arrived(done)
    return see(f"{PROFILE}/{PROCESSES}" if part == PROCESSES else PROFILE)


async def _present(asked: Asking, mine: OwnFirm) -> Answer:
    return await asked.ask("registration", f"/suppliers/{mine.supplier_id}")


def _at(present: Answer) -> dict[str, object]:
    return {"version": present.etag or "", "back": PROFILE, "base": f"{PROFILE}/{PROCESSES}", "on": ""}


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
        process_fields=PROCESS,
        names=await asked.areas(),
        ending=_ending(present.body["offering"], asked.words),
        reasons=WITHDRAWALS,
        problem=problem,
        typed=given or {},
    )


def _ending(offering: dict[str, object], words: Words) -> list[tuple[str, date, str]]:
    """What ends, and when: name, last day, and whether it is over, soon or later; the next one first."""
    found: list[tuple[str, date]] = []
    if offering["qms_valid_to"]:
        found.append((words(f"qms.{offering['qms']}"), date.fromisoformat(str(offering["qms_valid_to"]))))
    processes = offering[PROCESSES]
    for process in processes if isinstance(processes, list) else ():
        for special in process["special_processes"]:
            last = date.fromisoformat(special["assessed_on"]) + ASSESSED_FOR
            found.append((f"{process['area']} {special['code']}", last))
    today = now().date()
    return [
        (name, last, "over" if last < today else "soon" if last <= today + SOON else "later")
        for name, last in sorted(found, key=lambda each: each[1])
    ]
