"""Firms as registration has them: who is held and why, who disputes an RFC, and what an operator decides."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import body, trouble, typed
from services.portal.api.leaving import end_news_at
from services.portal.api.my_data import RIGHTS
from services.portal.api.profiles import MOST_SHOWN, judged
from services.portal.domain.profile_fields import LISTS, PARTS
from services.portal.domain.profile_form import typed_of
from services.portal.domain.scope import Scope
from services.portal.stages import Answer, StageProblem
from shared.runtime.ids import new_id, text_of
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
Typed = Annotated[str, Query(max_length=40)]
STATUSES = ("held", "registered", "withdrawn")
STRATA = ("micro", "small", "medium", "large")
HOLDS = ("rfc_check_digit", "rfc_homoclave_unusual", "list_69b_presumed", "rfc_disputed")
PERSONAL = ("name", "folio", "rfc")
"""By what a firm is sought that is no part of an address: of a natural person it is personal data."""
WITHDRAWALS = ("own_decision", "ceased_operations", "duplicate_registration", "rules_not_met")
"""Reasons that somebody who withdraws a firm gives."""
DISPUTED = "rfc_disputed"
"""Is decided, and not only confirmed."""
NOBODY: Final[dict[str, Any]] = {"items": [], "next": None}


def router() -> APIRouter:
    pages = APIRouter(prefix="/registrations")

    @pages.get("")
    async def list_registrations(
        asked: Anybody,
        _: Operator,
        after: Cursor = "",
        status: Literal["", "held", "registered", "withdrawn"] = "held",
        state: Typed = "",
        area: Typed = "",
        scian: Typed = "",
        stratum: Typed = "",
        hold: Typed = "",
    ) -> Response:
        """Those that fit, in the order in which they came; the held ones unless others are asked for."""
        wanted = {"status": status, "state": state, "area": area, "scian": scian, "stratum": stratum, "hold": hold}
        query = {name: value.strip() for name, value in (("after", after), *wanted.items()) if value.strip()}
        try:
            found = await asked.ask("registration", "/suppliers", **query)
        except StageProblem as error:
            if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            return await _listed(asked, NOBODY, Tried(trouble(error, asked.words), wanted, status=error.status), wanted)
        return await _listed(asked, found.body, wanted=wanted)

    @pages.post("")
    async def search(asked: Anybody, _: Operator, form: Form) -> Response:
        """Those of a name, a folio or an RFC. The next page of them is asked for by the same form."""
        after = str(form.get("after", ""))
        given = {name: value for name, value in body(form).items() if name in PERSONAL}
        path = f"/suppliers/search?{urlencode({'after': after})}" if after else "/suppliers/search"
        try:
            found = await asked.send("registration", "POST", path, given)
        except StageProblem as error:
            tried = Tried(trouble(error, asked.words), typed(form), status=error.status)
            return await _listed(asked, NOBODY, tried)
        return await _listed(asked, found.body, Tried(typed=typed(form)))

    @pages.get("/{supplier_id}")
    async def show_registration(asked: Anybody, _: Operator, supplier_id: UUID) -> Response:
        """What is known of it, why it is held, and who else has its RFC."""
        return await _page(asked, supplier_id)

    _add_deciding(pages)
    return pages


def _add_deciding(pages: APIRouter) -> None:
    @pages.post("/{supplier_id}/release")
    async def release(asked: Anybody, _: Operator, supplier_id: UUID, form: Form) -> Response:
        """Confirm the reasons that were looked into."""
        given = {"reasons": body(form, lists=("reasons",)).get("reasons", [])}
        return await _acted(asked, supplier_id, "release", form, given, at="release-")

    @pages.post("/{supplier_id}/dispute")
    async def settle(asked: Anybody, _: Operator, supplier_id: UUID, form: Form) -> Response:
        """Say whose the RFC is."""
        said = {"yes": True, "no": False}.get(str(form.get("upheld", "")))
        given = {} if said is None else {"upheld": said}
        return await _acted(asked, supplier_id, "dispute", form, given, at="dispute-")

    @pages.post("/{supplier_id}/withdrawal")
    async def withdraw(asked: Anybody, _: Operator, supplier_id: UUID, form: Form) -> Response:
        """Have it leave the program."""
        given = {"reason": reason} if (reason := str(form.get("reason", ""))) else {}
        return await _acted(asked, supplier_id, "withdrawal", form, given, at="leave-")

    @pages.post("/{supplier_id}/arco-requests")
    async def write_arco_down(asked: Anybody, _: Operator, supplier_id: UUID, form: Form) -> Response:
        """Write down what somebody asked for who came, wrote or called: answered within twenty working days."""
        given = body(form)
        key = str(form.get("key", ""))
        return await acted(
            asked,
            asked.send("registration", "POST", f"/suppliers/{supplier_id}/arco-requests", given, key=key),
            lambda tried: _page(asked, supplier_id, tried),
            to="/arco",
            typed=typed(form),
            at="arco-",
            tells=False,
        )

    @pages.post("/{supplier_id}/contact/erasure")
    async def erase_contact(asked: Anybody, _: Operator, supplier_id: UUID, form: Form) -> Response:
        """Forget the person to talk to, and where they wanted to be told news."""
        contact = (await asked.ask("registration", f"/suppliers/{supplier_id}")).body["contact"]
        answer = await _acted(asked, supplier_id, "contact", form, method="DELETE", tells=False)
        if contact is not None and answer.status_code == HTTPStatus.SEE_OTHER:
            await end_news_at(asked, contact["email"])
        return answer


async def _acted(
    asked: Asking,
    supplier_id: UUID,
    path: str,
    form: FormData,
    given: dict[str, Any] | None = None,
    *,
    method: str = "POST",
    at: str = "",
    tells: bool = True,
) -> Response:
    version = str(form.get("version", ""))
    act: Awaitable[Answer] = asked.send(
        "registration", method, f"/suppliers/{supplier_id}/{path}", given, version=version
    )
    return await acted(
        asked,
        act,
        lambda tried: _page(asked, supplier_id, tried),
        to=f"/registrations/{supplier_id}",
        typed=typed(form),
        at=at,
        tells=tells,
    )


async def _listed(
    asked: Asking, found: dict[str, Any], tried: Tried = UNTRIED, wanted: dict[str, str] | None = None
) -> Response:
    """`wanted`: by what they are filtered; None of those that were sought by what is personal."""
    return asked.page(
        "registrations.html",
        tried.status,
        found=found,
        statuses=STATUSES,
        strata=STRATA,
        holds=HOLDS,
        sought=PERSONAL,
        names=await asked.areas(),
        twins=await _twins(asked, limit=1),
        wanted=wanted,
        **tried.shown,
    )


async def _page(asked: Asking, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    shown = await asked.ask("registration", f"/suppliers/{supplier_id}")
    supplier: dict[str, Any] = shown.body
    others: list[dict[str, Any]] = []
    if DISPUTED in supplier["holds"]:
        same = await _of_same_rfc(asked, supplier["rfc"])
        others = [each for each in same if each["id"] != str(supplier_id)]
    return asked.page(
        "registration.html",
        tried.status,
        supplier=supplier,
        version=shown.etag,
        others=others,
        twins=await _twins(asked, supplier_id=str(supplier_id)),
        disputed=DISPUTED,
        values=typed_of(supplier),
        parts=PARTS,
        lists=LISTS,
        most=MOST_SHOWN,
        names=await asked.areas(),
        origins=judged(supplier["offering"].get("origins", ())),
        withdrawals=WITHDRAWALS,
        rights=RIGHTS,
        key=text_of(new_id()),
        **tried.shown,
    )


async def _of_same_rfc(asked: Asking, rfc: str) -> list[dict[str, Any]]:
    """Who else has it; nobody while registration does not tell."""
    try:
        answer = await asked.send("registration", "POST", "/suppliers/search", {"rfc": rfc})
    except StageProblem:
        return []
    return [*answer.body["items"]]


async def _twins(asked: Asking, **query: str | int) -> list[dict[str, Any]]:
    """Firms that are probably one and wait for a decision; nobody while registration does not tell."""
    found = await asked.glance("registration", "/twins", status="open", **query)
    return [] if found is None else [*found.body["items"]]
