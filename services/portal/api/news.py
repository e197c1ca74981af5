"""News by mail: asked for, confirmed at the address, and stopped by whoever has a mail of it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.acting import UNTRIED, Tried
from services.portal.api.admission import SignInNeeded
from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import Trouble, body, linked, typed
from services.portal.api.forms import id_of as id_in
from services.portal.domain.scope import Scope
from services.portal.domain.subscription import LASTS, Reader, id_of
from services.portal.handlers import news
from services.portal.handlers.news import Wanted
from services.portal.identity.people import Person
from services.portal.store import subscriptions
from services.portal.store.subscriptions import readers
from shared.messaging.commands import Decide
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.service.http.changes import STATUS
from shared.service.mailing import new_code

Readers = Annotated[Scope, Depends(Only(*Role))]
Short = Annotated[str, Query(max_length=120)]
PAGE = "/news"


def router() -> APIRouter:
    pages = APIRouter(prefix=PAGE)

    @pages.get("")
    async def show_news(asked: Anybody, _: Readers) -> Response:
        """What the person may be told, and what they asked for."""
        return await _page(asked)

    @pages.post("")
    async def ask_for_news(asked: Anybody, _: Readers, form: Form) -> Response:
        """Be told these from now on, in the language of the page."""
        person = _person(asked)
        wanted = _wanted(person, asked.language, body(form, lists=("kinds",)))
        code, stop = new_code(), new_code()
        outcome = await _run(asked, id_of(person.subject), lambda state, _: news.ask(state, wanted, code, stop, now()))
        if isinstance(outcome, Refused):
            said = asked.words(outcome.code)
            errors = {each.at: asked.words(each.code) for each in outcome.all}
            tried = Tried(Trouble(said, errors), typed(form), status=STATUS[outcome.kind])
            return await _page(asked, tried, wanted.kinds)
        return see(PAGE)

    @pages.post("/end")
    async def end_news(asked: Anybody, _: Readers, __: Form) -> Response:
        """Be told none any more."""
        await _run(asked, id_of(_person(asked).subject), lambda state, _: _if_there(news.end(state)))
        return see(PAGE)

    _add_confirming(pages)
    _add_stopping(pages)
    return pages


def _add_confirming(pages: APIRouter) -> None:
    @pages.get("/confirmation")
    async def ask_to_confirm_news(asked: Anybody, subscription: Short = "", code: Short = "") -> Response:
        """Where the first mail's link leads. Nothing happens before somebody says so: programs open links too."""
        return asked.page("news_confirm.html", typed={"subscription": subscription, "code": code}, confirmed=False)

    @pages.post("/confirmation")
    async def confirm_news(asked: Anybody, form: Form) -> Response:
        """Whoever reads mail at this address wants it there."""
        link = linked(form, "subscription", "code")
        outcome = await _run(
            asked, id_in(link["subscription"]), lambda state, _: news.confirm(state, link["code"], now())
        )
        if isinstance(outcome, Refused):
            await _run(asked, id_in(link["subscription"]), lambda state, _: _if_there(news.miss(state)))
            problem = Trouble(asked.words(outcome.code))
            return asked.page("news_confirm.html", STATUS[outcome.kind], typed=link, problem=problem, confirmed=False)
        return asked.page("news_confirm.html", typed={}, confirmed=True)


def _add_stopping(pages: APIRouter) -> None:
    @pages.get("/stop")
    async def ask_to_stop_news(asked: Anybody, subscription: Short = "", secret: Short = "") -> Response:
        """Where each mail's link leads: what can be stopped. Nothing is yet."""
        async with asked.portal.database.connection() as connection:
            found = await subscriptions.subscription(connection, id_in(subscription))
        known = found is not None and found.stopped_by(secret)
        kinds = [*found.kinds] if found is not None and known and found.status == "active" else []
        link = {"subscription": subscription, "secret": secret}
        return asked.page("news_stop.html", typed=link, kinds=kinds, stopped=not known)

    @pages.post("/stop")
    async def stop_news_at_once(asked: Anybody, subscription: Short = "", secret: Short = "") -> Response:
        """What a program of mail asks for whoever reads it (RFC 8058): by the link's secret alone. Nothing of what it
        sends is read, and it is told the same whether there was anything to stop.
        """
        await asked.portal.forms(asked.request)
        await _stop(asked, {"subscription": subscription, "secret": secret}, None)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @pages.post("/stopped")
    async def stop_news(asked: Anybody, form: Form) -> Response:
        """Be told none any more, or none of one kind."""
        link = linked(form, "subscription", "secret", "kind")
        await _stop(asked, link, link["kind"] or None)
        return asked.page("news_stop.html", typed={}, kinds=[], stopped=True)


async def _page(asked: Asking, tried: Tried = UNTRIED, chosen: tuple[str, ...] | None = None) -> Response:
    person = _person(asked)
    async with asked.portal.database.connection() as connection:
        found = await subscriptions.subscription(connection, id_of(person.subject))
    mine = found if found is not None and found.status != "ended" else None
    return asked.page(
        "news.html",
        tried.status,
        offered=news.offered(person.roles),
        mine=mine,
        chosen=chosen if chosen is not None else () if mine is None else tuple(mine.kinds),
        days=LASTS.days,
        **tried.shown,
    )


def _wanted(person: Person, language: str, fields: Mapping[str, object]) -> Wanted:
    kinds = fields.get("kinds")
    return Wanted(
        person.subject,
        frozenset(map(str, person.roles)),
        person.supplier_id,
        person.anchor_id,
        str(fields.get("email", "")),
        str(fields.get("name", "")),
        language,
        tuple(kinds) if isinstance(kinds, list) else (),
    )


async def _stop(asked: Asking, link: Mapping[str, str], kind: str | None) -> None:
    await _run(asked, id_in(link["subscription"]), lambda state, _: news.stop(state, link["secret"], kind, now()))


async def _run(asked: Asking, id_: UUID, decide: Decide[Reader, None]) -> Reader | Refused:
    return await asked.portal.commands.run(readers, id_, decide, asked.request.state.cause)


def _person(asked: Asking) -> Person:
    if asked.person is None:
        raise SignInNeeded
    return asked.person


def _if_there(decision: Decision[Reader]) -> Decision[Reader] | Refused:
    return news.LINK_REFUSED if decision.state is None else decision
