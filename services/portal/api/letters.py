"""Dead letters of all services: listed by filters that stay in the address, shown, replayed or discarded."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import Trouble, trouble
from services.portal.domain.scope import Scope
from services.portal.stages import SERVICES, StageProblem
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Text = Annotated[str, Query(max_length=1_000)]
OF_EACH, OF_ONE = 20, 50
"""Letters on a page: of each service, or of the one that was chosen."""
MOST_SHOWN = 8_000
"""Characters of an event's data."""
ACTS = {"replay": "/dead-letters/replay", "discard": "/dead-letters/discard"}
FILTERS = ("reason", "topic", "key")


class Told(NamedTuple):
    """What one service said."""

    service: str
    done: dict[str, Any] | None
    refused: Trouble | None


def router() -> APIRouter:
    pages = APIRouter(prefix="/operations/dead-letters")

    @pages.get("")
    async def list_letters(
        asked: Anybody,
        _: Operator,
        service: Text = "",
        reason: Text = "",
        topic: Text = "",
        key: Text = "",
        closed: Text = "",
        after: Text = "",
    ) -> Response:
        """The oldest first, of each service or of one; the closed ones too where asked for."""
        given = {"reason": reason, "topic": topic, "key": key, "closed": "true" if closed else ""}
        return await _list(asked, service, given, after)

    @pages.post("")
    async def resolve_letters(asked: Anybody, _: Operator, form: Form) -> Response:
        """Replay or discard those that were chosen, or all that fit, and tell what each service made of it."""
        act = ACTS.get(str(form.get("act", "")))
        if act is None:
            raise HTTPException(404)
        wanted = _everything(form) if form.get("which") == "all" else _chosen(form)
        told = await asyncio.gather(*(_resolve(asked, service, act, each) for service, each in wanted.items()))
        return asked.page("letters_resolved.html", told=told, back=_address(form))

    @pages.get("/{service}/{letter_id}")
    async def show_letter(asked: Anybody, _: Operator, service: str, letter_id: UUID) -> Response:
        """Its record, what was tried, and what waits behind it."""
        if service not in SERVICES:
            raise HTTPException(404)
        found = (await asked.ask(service, f"/dead-letters/{letter_id}")).body
        data = None if found["data"] is None else json.dumps(found["data"], ensure_ascii=False, indent=1)[:MOST_SHOWN]
        return asked.page("letter.html", service=service, letter=found, data=data)

    return pages


async def _list(asked: Asking, service: str, given: Mapping[str, str], after: str) -> Response:
    chosen = [service] if service in SERVICES else list(SERVICES)
    query = {name: value for name, value in given.items() if value}
    query |= {"after": after} if after and len(chosen) == 1 else {}
    most = OF_ONE if len(chosen) == 1 else OF_EACH
    found = await asyncio.gather(*(asked.glance(each, "/dead-letters", limit=most, **query) for each in chosen))
    return asked.page("letters.html", services=SERVICES, found=[*zip(chosen, found, strict=True)], one=len(chosen) == 1)


def _chosen(form: FormData) -> dict[str, dict[str, Any]]:
    """What was ticked, by service: `service:id` each."""
    wanted: dict[str, dict[str, Any]] = {}
    for each in form.getlist("letter"):
        service, _, id_ = str(each).partition(":")
        if service in SERVICES:
            wanted.setdefault(service, {"ids": []})["ids"].append(id_)
    return wanted


def _everything(form: FormData) -> dict[str, dict[str, Any]]:
    """All that fit the filters of the list, of one service or of each."""
    fitting: dict[str, Any] = {name: str(form[name]) for name in FILTERS if form.get(name)}
    services: Sequence[str] = [str(form["service"])] if form.get("service") in SERVICES else SERVICES
    return {service: fitting or {"all": True} for service in services}


def _address(form: FormData) -> dict[str, str]:
    """The filters of the list that the form was on."""
    return {name: str(form[name]) for name in ("service", *FILTERS) if form.get(name)}


async def _resolve(asked: Asking, service: str, act: str, wanted: dict[str, Any]) -> Told:
    """What one refuses hides no other's answer."""
    try:
        done = await asked.send(service, "POST", act, wanted)
    except StageProblem as error:
        return Told(service, None, trouble(error, asked.words))
    return Told(service, done.body, None)
