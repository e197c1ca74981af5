"""Cohorts: who would have a place and why, what operators say of single firms, and the selection by another one."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import said, trouble, typed
from services.portal.api.limits import ROWS, groups, limits_of, named_in
from services.portal.domain.scope import Scope
from services.portal.stages import Answer, StageProblem
from shared.runtime.ids import new_id, text_of
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
DIRECTIONS = ("in", "out")
PLACES = {"free": "warn", "taken": "good", "replaced": ""}
"""How the tag of a place looks that became free."""


def router() -> APIRouter:
    pages = APIRouter(prefix="/cohorts")

    @pages.get("")
    async def list_cohorts(asked: Anybody, _: Operator, after: Cursor = "") -> Response:
        """All of them, the newest first."""
        return await _list(asked, after)

    @pages.post("")
    async def open_cohort(asked: Anybody, _: Operator, form: Form) -> Response:
        """Open one."""
        given, wrong = limits_of(form, asked.words)
        if wrong is not None:
            return await _list(asked, "", Tried(wrong, typed(form), status=HTTPStatus.UNPROCESSABLE_ENTITY))
        key = str(form.get("key", "")) or None
        try:
            done = await asked.send("development", "POST", "/cohorts", given, key=key)
        except StageProblem as error:
            return await _list(asked, "", Tried(trouble(error, asked.words), typed(form), status=error.status))
        return see(f"/cohorts/{done.body['id']}")

    @pages.get("/{cohort_id}")
    async def show_cohort(
        asked: Anybody,
        _: Operator,
        cohort_id: UUID,
        after: Cursor = "",
        overrides_after: Cursor = "",
        selected: Literal["", "true", "false", "waiting"] = "",
    ) -> Response:
        """Its firms, each with why it is in or out."""
        return await _page(asked, cohort_id, UNTRIED, (after, overrides_after), selected)

    _add_deciding(pages)
    _add_leaving(pages)
    return pages


def _add_deciding(pages: APIRouter) -> None:
    @pages.post("/{cohort_id}/limits")
    async def change_cohort(asked: Anybody, _: Operator, cohort_id: UUID, form: Form) -> Response:
        """Change its name and its limits, until its selection."""
        given, wrong = limits_of(form, asked.words)
        if wrong is not None:
            tried = Tried(wrong, typed(form), "limits-", HTTPStatus.UNPROCESSABLE_ENTITY)
            return await _page(asked, cohort_id, tried)
        return await _on_cohort(asked, cohort_id, "PUT", "", form, given, at="limits-", tells=False)

    @pages.post("/{cohort_id}/overrides")
    async def override(asked: Anybody, _: Operator, cohort_id: UUID, form: Form) -> Response:
        """Say of one firm that it is in or out, whatever the rule says."""
        given = {name: form.get(name) for name in ("supplier_id", "direction", "reason") if form.get(name)}
        return await _on_cohort(asked, cohort_id, "POST", "overrides", form, given, at="override-", tells=False)

    @pages.post("/{cohort_id}/overrides/{supplier_id}/end")
    async def end_override(asked: Anybody, _: Operator, cohort_id: UUID, supplier_id: UUID, form: Form) -> Response:
        """Judge it by the rule again."""
        return await _on_cohort(asked, cohort_id, "DELETE", f"overrides/{supplier_id}", form, tells=False)

    @pages.post("/{cohort_id}/selection")
    async def select(asked: Anybody, _: Operator, cohort_id: UUID, form: Form) -> Response:
        """Select, once and for good: what the preview showed that they looked at."""
        return await _on_cohort(asked, cohort_id, "POST", "selection", form, at="selection-")

    @pages.post("/{cohort_id}/replacement")
    async def replace(asked: Anybody, _: Operator, cohort_id: UUID, form: Form) -> Response:
        """Give a free place to the firm that they saw: with it the cohort is best, all others kept."""
        return await _on_cohort(asked, cohort_id, "POST", "replacements", form, at="replacement-")

    @pages.post("/{cohort_id}/reinstatement")
    async def reinstate(asked: Anybody, _: Operator, cohort_id: UUID, form: Form) -> Response:
        """Give a firm that dropped out by mistake its place back."""
        given = {name: form.get(name) for name in ("supplier_id", "reason") if form.get(name)}
        at = f"{form.get('supplier_id', '')}-"
        return await _on_cohort(asked, cohort_id, "POST", "reinstatements", form, given, at=at)


def _add_leaving(pages: APIRouter) -> None:
    @pages.get("/{cohort_id}/firms/{supplier_id}")
    async def show_place(asked: Anybody, _: Operator, cohort_id: UUID, supplier_id: UUID) -> Response:
        """One firm's place, and what is said of its leaving."""
        return await _place(asked, cohort_id, supplier_id)

    @pages.post("/{cohort_id}/firms/{supplier_id}/proposal")
    async def propose(asked: Anybody, _: Operator, cohort_id: UUID, supplier_id: UUID, form: Form) -> Response:
        """Say that it drops out; another operator decides."""
        return await _on_place(asked, cohort_id, supplier_id, "POST", "drop-out/proposal", form, at="propose-")

    @pages.post("/{cohort_id}/firms/{supplier_id}/proposal/end")
    async def keep(asked: Anybody, _: Operator, cohort_id: UUID, supplier_id: UUID, form: Form) -> Response:
        """Take that back."""
        return await _on_place(asked, cohort_id, supplier_id, "DELETE", "drop-out/proposal", form)

    @pages.post("/{cohort_id}/firms/{supplier_id}/drop-out")
    async def drop_out(asked: Anybody, _: Operator, cohort_id: UUID, supplier_id: UUID, form: Form) -> Response:
        """Agree, as the second of two operators: its place is free."""
        return await _on_place(asked, cohort_id, supplier_id, "POST", "drop-out", form, at="agree-", last=True)


async def _on_cohort(
    asked: Asking,
    cohort_id: UUID,
    method: str,
    path: str,
    form: FormData,
    given: dict[str, Any] | None = None,
    *,
    at: str = "",
    tells: bool = True,
) -> Response:
    return await acted(
        asked,
        _sent(asked, method, f"/cohorts/{cohort_id}/{path}".removesuffix("/"), form, given),
        lambda tried: _page(asked, cohort_id, tried),
        to=f"/cohorts/{cohort_id}",
        typed=typed(form),
        at=at,
        tells=tells,
    )


async def _on_place(
    asked: Asking,
    cohort_id: UUID,
    supplier_id: UUID,
    method: str,
    path: str,
    form: FormData,
    *,
    at: str = "",
    last: bool = False,
) -> Response:
    """`last`: the place is free, which an event tells, and its page has gone."""
    given = None if method == "DELETE" else {"reason": str(form.get("reason", ""))}
    cohort = f"/cohorts/{cohort_id}"
    return await acted(
        asked,
        _sent(asked, method, f"/plans/{supplier_id}/{path}", form, given),
        lambda tried: _place(asked, cohort_id, supplier_id, tried),
        to=cohort if last else f"{cohort}/firms/{supplier_id}",
        typed=typed(form),
        at=at,
        tells=last,
    )


def _sent(asked: Asking, method: str, path: str, form: FormData, given: dict[str, Any] | None) -> Awaitable[Answer]:
    return asked.send("development", method, path, given, version=str(form.get("version", "")))


async def _list(asked: Asking, after: str, tried: Tried = UNTRIED) -> Response:
    found = await asked.ask("development", "/cohorts", **({"after": after} if after else {}))
    shown: dict[str, Any] = {"found": found.body, "key": text_of(new_id()), "groups": await groups(asked), "rows": ROWS}
    return asked.page("cohorts.html", tried.status, **shown, **tried.shown)


async def _page(
    asked: Asking,
    cohort_id: UUID,
    tried: Tried = UNTRIED,
    after: tuple[str, str] = ("", ""),
    selected: str = "",
) -> Response:
    """`after`: which firms and which past overrides it goes on with."""
    path = f"/cohorts/{cohort_id}"
    cohort = await asked.ask("development", path)
    is_open = cohort.body["status"] == "open"
    waiting = selected == "waiting"
    list_ = "preview" if is_open else "waiting-list" if waiting else "candidates"
    filters = {} if is_open or waiting else {"selected": selected}
    query = {name: value for name, value in (filters | {"after": after[0]}).items() if value}
    firms = await asked.ask("development", f"{path}/{list_}", **query)
    named = named_in(cohort.body)
    past = await asked.glance("development", f"{path}/past-overrides", **({"after": after[1]} if after[1] else {}))
    firm_names = {each["supplier_id"]: each["legal_name"] or each["folio"] for each in firms.body["items"]}
    return asked.page(
        "cohort.html",
        tried.status,
        cohort=cohort.body,
        version=cohort.etag,
        contest=firms.etag,
        firms=firms.body,
        past=past,
        named=firm_names,
        directions=DIRECTIONS,
        places=PLACES,
        selected=selected,
        groups=await groups(asked) if is_open else {},
        **await _next_place(asked, cohort.body),
        groups_named=named,
        rows=max(ROWS, len(named)),
        **tried.shown,
    )


async def _next_place(asked: Asking, cohort: dict[str, Any]) -> dict[str, Any]:
    """To whom a free place would go, or why to nobody; neither where none is free."""
    left = any(each["status"] == "free" for each in cohort["drop_outs"])
    if cohort["status"] == "open" or not (left or cohort["overrides"]):
        return {"next_place": None, "nobody_next": ""}
    try:
        return {"next_place": await asked.ask("development", f"/cohorts/{cohort['id']}/next-place"), "nobody_next": ""}
    except StageProblem as error:
        return {"next_place": None, "nobody_next": "" if error.code == "no_free_place" else said(error, asked.words)}


async def _place(asked: Asking, cohort_id: UUID, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    plan = await asked.ask("development", f"/plans/{supplier_id}")
    return asked.page("place.html", tried.status, id=cohort_id, plan=plan.body, version=plan.etag, **tried.shown)
