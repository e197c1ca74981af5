"""A firm registers: one thing per page, kept as it is typed, and sent once it was looked over."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.portal.api import drafts
from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.forms import Trouble, id_of, linked, trouble
from services.portal.api.profiles import (
    EACH,
    Fault,
    faults,
    fields_of,
    following,
    item_of,
    last_page,
    list_page,
    named,
    part_page,
)
from services.portal.domain.profile_changes import with_fields, with_item, without_item
from services.portal.domain.profile_fields import LISTS, ORDER, PARTS, PartName
from services.portal.domain.profile_form import all_unreadable, body_of
from services.portal.stages import StageProblem

NOTICE = "2026-3"
"""Version of the privacy notice: another one where its words change."""
Number = Annotated[int | None, Query(ge=0, le=34)]
Page = Annotated[int, Query(ge=0, le=34)]
Short = Annotated[str, Query(max_length=120)]
CHECK = "check"


def router() -> APIRouter:
    pages = APIRouter(prefix="/register")
    _add_whole(pages)
    _add_confirming(pages)
    for name in LISTS:
        _add_list(pages, name)
    _add_parts(pages)
    return pages


def _add_whole(pages: APIRouter) -> None:
    @pages.get("")
    async def begin(asked: Anybody) -> Response:
        """What is asked, what becomes of it, and how far it is."""
        typed = (await drafts.draft_of(asked)).typed
        parts = [(part, typed.begun(part), typed.lacks(part)) for part in ORDER]
        return asked.page("register.html", parts=parts, begun=any(begun for _, begun, _ in parts), notice=NOTICE)

    @pages.get(f"/{CHECK}")
    async def look_over(asked: Anybody) -> Response:
        """All of it, before it is sent."""
        return await _check(asked)

    @pages.post(f"/{CHECK}")
    async def send(asked: Anybody, form: Form) -> Response:
        """Ask to take part. Whether the privacy notice was read is asked here, because it is nothing of a firm's."""
        draft = await drafts.draft_of(asked)
        if form.get("notice") != NOTICE:
            missing = {"notice": asked.words("register.notice.missing")}
            return await _check(asked, Trouble(missing["notice"], missing), status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if wrong := [*all_unreadable(draft.typed)]:
            found = [Fault(part, number, name, asked.words(code)) for part, number, name, code in wrong]
            return await _check(asked, Trouble(asked.words("problem.fields")), found, HTTPStatus.UNPROCESSABLE_ENTITY)
        body = body_of(draft.typed) | {"privacy_notice": NOTICE}
        try:
            done = await asked.send("registration", "POST", "/suppliers", body, key=draft.key(body))
        except StageProblem as error:
            refused = trouble(error, asked.words)
            found = faults(error, refused)
            return await _check(asked, Trouble(refused.detail), found, error.status)
        answer = see(f"/register/sent?until={done.body['expires_at'][:19]}Z")
        await drafts.end(asked, answer)
        return answer

    @pages.post("/discard")
    async def discard(asked: Anybody, _: Form) -> Response:
        """Forget what was typed: others may use this browser."""
        answer = see("/register")
        await drafts.end(asked, answer)
        return answer

    @pages.get("/sent")
    async def sent(asked: Anybody, until: Short = "") -> Response:
        """That a mail is on its way."""
        return asked.page("register_sent.html", until=until if len(until) == len("2026-01-01T00:00:00Z") else "")

    @pages.post("/rfc")
    async def judge_rfc(asked: Anybody, form: Form) -> Response:
        """What an RFC is, while somebody types it: a part of the page."""
        verdict = await _verdict(asked, str(form.get("rfc", "")))
        return asked.page("rfc_told.html", verdict=verdict)


def _add_confirming(pages: APIRouter) -> None:
    @pages.get("/confirmation")
    async def ask_to_confirm(asked: Anybody, registration: Short = "", code: Short = "") -> Response:
        """Where the mail's link leads. Nothing happens before somebody says so: readers of mail open links too."""
        return asked.page("register_confirm.html", typed={"registration": registration, "code": code}, receipt=None)

    @pages.post("/confirmation")
    async def confirm(asked: Anybody, form: Form) -> Response:
        """The contact confirms."""
        typed = linked(form, "registration", "code")
        try:
            path = f"/suppliers/{id_of(typed['registration'])}/confirmation"
            done = await asked.send("registration", "POST", path, {"code": typed["code"]})
        except StageProblem as error:
            refused = trouble(error, asked.words)
            return asked.page("register_confirm.html", error.status, typed=typed, problem=refused, receipt=None)
        return asked.page("register_confirm.html", typed={}, receipt=done.body)


def _add_list(pages: APIRouter, name: str) -> None:
    @pages.get(f"/{name}")
    async def ask_list(asked: Anybody, number: Number = None, page: Page = 0) -> Response:
        """What the firm has several of: one more, or one that is there already."""
        typed = (await drafts.draft_of(asked)).typed
        return await list_page(asked, name, typed, number, item_of(typed, name, number), {}, page=page)

    @pages.post(f"/{name}")
    async def keep_item(asked: Anybody, form: Form, number: Number = None) -> Response:
        """Keep one of them."""
        given = fields_of(form, LISTS[name], asked.words)
        draft = await drafts.add(asked, lambda typed: with_item(typed, name, number, given))
        page = last_page(draft.typed, name) if number is None else number // EACH
        answer = see(f"/register/{name}?page={page}")
        drafts.remember(answer, draft)
        return answer

    @pages.post(f"/{name}/{{number}}/removal")
    async def leave_item_out(asked: Anybody, number: int, _: Form) -> Response:
        """Leave one of them out."""
        draft = await drafts.add(asked, lambda typed: without_item(typed, name, number))
        answer = see(f"/register/{name}")
        drafts.remember(answer, draft)
        return answer


def _add_parts(pages: APIRouter) -> None:
    @pages.get("/{part}")
    async def ask_part(asked: Anybody, part: PartName) -> Response:
        """One page of it, with what was typed before."""
        typed = (await drafts.draft_of(asked)).typed
        verdict = await _verdict(asked, typed.fields.get("rfc", "")) if part == "identity" else None
        return await part_page(asked, part, typed.fields, {"verdict": verdict})

    @pages.post("/{part}")
    async def keep_part(asked: Anybody, part: PartName, form: Form, then: Short = "") -> Response:
        """Keep it as it is typed, and go on."""
        given = fields_of(form, PARTS[part], asked.words)
        draft = await drafts.add(asked, lambda typed: with_fields(typed, given))
        answer = see(f"/register/{CHECK if then == CHECK else following(part)}")
        drafts.remember(answer, draft)
        return answer


async def _check(
    asked: Asking, problem: Trouble | None = None, found: list[Fault] | None = None, status: int = HTTPStatus.OK
) -> Response:
    typed = (await drafts.draft_of(asked)).typed
    return asked.page(
        "register_check.html",
        status,
        parts=PARTS,
        values=typed,
        lists=LISTS,
        most=EACH,
        names=await asked.areas(),
        notice=NOTICE,
        problem=problem,
        faults=found or [],
        named=named,
        verdict=await _verdict(asked, typed.fields.get("rfc", "")),
    )


async def _verdict(asked: Asking, rfc: str) -> object:
    """What registration says of it; None while it does not answer, or where nothing was typed."""
    if not rfc.strip():
        return None
    try:
        return (await asked.send("registration", "POST", "/rfc-verdicts", {"rfc": rfc[:100]})).body
    except StageProblem:
        return None
