"""What people ask of their data (ARCO), as operators have it before them: the most urgent first."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import body, typed
from services.portal.api.my_data import HELD
from services.portal.domain.scope import Scope
from shared.contracts.acts import ProofGround
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
STATUSES = ("received", "answered", "carried_out")
OUTCOMES = ("granted", "granted_in_part", "refused")
GROUNDS = ("not_the_person", "nothing_held", "law_keeps_it", "rights_of_others", "decided_before")


def router() -> APIRouter:
    pages = APIRouter(prefix="/arco")

    @pages.get("")
    async def list_arco(
        asked: Anybody,
        scope: Operator,
        after: Cursor = "",
        status: Literal["", "received", "answered", "carried_out"] = "received",
    ) -> Response:
        """What people ask of their data, by the last day for its answer, or for what was granted."""
        query = {"status": status or "all"} | ({"after": after} if after else {})
        found = await asked.ask("registration", "/arco-requests", **query)
        names = await named(asked, scope, [each["supplier_id"] for each in found.body["items"]])
        return asked.page(
            "arco.html", found=found.body, statuses=STATUSES, wanted=query, names=names, today=day_of(now()).isoformat()
        )

    @pages.get("/consents/{consent_id}")
    async def prove_consent(
        asked: Anybody, _: Operator, consent_id: UUID, ground: ProofGround | None = None
    ) -> Response:
        """The exact text of a firm's consent, as it is kept under its hash: reckoned anew here.

        One that is no longer in force is blocked, and opened on a ground.
        """
        query = {"ground": ground} if ground else {}
        proof = (await asked.ask("financing", f"/consents/{consent_id}/text", **query)).body
        body_ = proof["body"]
        digest = None if body_ is None else sha256(body_.encode()).hexdigest()
        return asked.page("arco_consent.html", proof=proof, matches=digest == proof["sha256"])

    @pages.get("/{request_id}")
    async def show_arco(asked: Anybody, scope: Operator, request_id: UUID) -> Response:
        """One request: what was asked for, until when, and its answer."""
        return await _page(asked, scope, request_id)

    @pages.post("/{request_id}")
    async def answer_arco(asked: Anybody, scope: Operator, request_id: UUID, form: Form) -> Response:
        """Answer it: what was done, or on what ground not."""
        return await _sent(asked, scope, request_id, form, "answer", body(form, flags=["none_of_it"]))

    @pages.post("/{request_id}/completion")
    async def complete_arco(asked: Anybody, scope: Operator, request_id: UUID, form: Form) -> Response:
        """Say that what was granted is done."""
        return await _sent(asked, scope, request_id, form, "completion", at="complete-")

    @pages.post("/{request_id}/extension")
    async def extend_arco(asked: Anybody, scope: Operator, request_id: UUID, form: Form) -> Response:
        """Extend the term that runs, as the law allows once, with the reason that whoever asked reads."""
        return await _sent(asked, scope, request_id, form, "extension", body(form), at="extend-")

    return pages


def _extendable(request: dict[str, Any]) -> str | None:
    """Which term may still be extended: the one that runs, once."""
    if request["status"] == "carried_out":
        return None
    term = "answer" if request["status"] == "received" else "effect"
    until = request["answer_by"] if term == "answer" else request["effect_by"]
    if until is None or date.fromisoformat(until) < day_of(now()):
        return None
    return None if any(each["term"] == term for each in request["extensions"]) else term


async def _sent(
    asked: Asking, scope: Scope, request_id: UUID, form: FormData, act: str, given: object = None, at: str = ""
) -> Response:
    """Do this with the request as its page showed it."""
    version = str(form.get("version", ""))
    path = f"/arco-requests/{request_id}/{act}"
    return await acted(
        asked,
        asked.send("registration", "POST", path, given, version=version),
        lambda tried: _page(asked, scope, request_id, tried),
        to=f"/arco/{request_id}",
        typed=typed(form),
        at=at,
        tells=False,
    )


async def _may_hold(asked: Asking, stage: str, firm: str) -> bool:
    """Whether a stage knows a firm, also where its data are erased, or does not say."""
    return await asked.beside(stage, HELD[stage][0].format(id=firm)) is not None or stage in asked.away


async def _page(asked: Asking, scope: Scope, request_id: UUID, tried: Tried = UNTRIED) -> Response:
    shown = await asked.ask("registration", f"/arco-requests/{request_id}")
    names = await named(asked, scope, [shown.body["supplier_id"]])
    case = await asked.glance("financing", f"/cases/{shown.body['supplier_id']}")
    return asked.page(
        "arco_request.html",
        tried.status,
        request=shown.body,
        version=shown.etag,
        names=names,
        outcomes=OUTCOMES,
        grounds=GROUNDS,
        consents=[] if case is None else case.body["consents"],
        held=[stage for stage in HELD if stage == "portal" or await _may_hold(asked, stage, shown.body["supplier_id"])],
        extendable=_extendable(shown.body),
        **tried.shown,
    )
