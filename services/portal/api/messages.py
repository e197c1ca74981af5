"""What the program tells by mail, shown before it goes: each kind of news as it is read, and messages of operators."""

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.portal.api.acting import UNTRIED, Tried
from services.portal.api.admission import SignInNeeded
from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import Trouble, typed
from services.portal.domain.message import Message, Written
from services.portal.domain.news import KINDS, PROGRAM
from services.portal.domain.scope import Scope
from services.portal.handlers import messages as handlers
from services.portal.handlers.news import LOOK
from services.portal.store import messages, subscriptions
from services.portal.store.subscriptions import Counted
from services.portal.views.mails import preview, preview_of_confirmation
from shared.contracts import audit as catalogue
from shared.i18n import LANGUAGES
from shared.messaging.commands import CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.service.callers import Role
from shared.service.http.changes import STATUS

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
PAGE = "/operations/news"
SHOWN = 20
"""Messages on the page."""

Decide = Callable[[Message | None], Decision[Message] | Refused]


def router() -> APIRouter:
    pages = APIRouter(prefix=PAGE)

    @pages.get("")
    async def show_mails(asked: Anybody, _: Operator) -> Response:
        """Each kind of news as its readers get it, how many asked for it and were told; and messages of the program."""
        return await _page(asked)

    @pages.post("/messages")
    async def write_message(asked: Anybody, _: Operator, form: Form) -> Response:
        """Write to whoever asked for news of the program. It is shown as it will be; another operator sends it."""
        es, en = (Written(_text(form.get(f"subject_{code}")), _text(form.get(f"text_{code}"))) for code in LANGUAGES)
        id_ = new_id()
        outcome = await _decided(asked, id_, lambda _: handlers.propose(id_, es, en, _subject(asked), now()))
        return await _after(asked, outcome, typed(form), "write-")

    @pages.post("/messages/{message_id}/sending")
    async def send_message(asked: Anybody, _: Operator, message_id: UUID, __: Form) -> Response:
        """Send what another operator wrote, to all who asked for news of the program."""
        outcome = await _decided(
            asked, message_id, lambda state: handlers.send(state, _subject(asked), now()), wakes=True
        )
        return await _after(asked, outcome)

    @pages.post("/messages/{message_id}/withdrawal")
    async def withdraw_message(asked: Anybody, _: Operator, message_id: UUID, __: Form) -> Response:
        """Not send it after all."""
        outcome = await _decided(asked, message_id, lambda state: handlers.withdraw(state, now()))
        return await _after(asked, outcome)

    return pages


async def _decided(asked: Asking, id_: UUID, decide: Decide, *, wakes: bool = False) -> Refused | None:
    """Decide one message, on record. `wakes`: whoever asked for news of the program looks at once."""
    action = catalogue.change("portal", asked.request.scope["route"].name)
    cause = asked.request.state.cause._replace(action=action)

    async def decided(unit: CommandUnit) -> Refused | None:
        await unit.load(messages.messages, [id_])
        outcome = decide(unit.state(messages.messages, id_))
        if isinstance(outcome, Refused):
            return outcome
        unit.apply(messages.messages, id_, outcome)
        if wakes:
            await subscriptions.wake_of_program(unit.connection, LOOK, cause.correlation_id)
        return None

    return await asked.portal.commands.run_unit(cause, decided)


async def _after(
    asked: Asking, outcome: Refused | None, given: Mapping[str, str] | None = None, at: str = ""
) -> Response:
    if outcome is None:
        return see(PAGE)
    said = asked.words(outcome.code, **outcome.params)
    problem = Trouble(said, {each.at: asked.words(each.code, **each.params) for each in outcome.all if each.at})
    return await _page(asked, Tried(problem, given or {}, at, STATUS[outcome.kind]))


async def _page(asked: Asking, tried: Tried = UNTRIED) -> Response:
    async with asked.portal.database.connection() as connection:
        counts = await subscriptions.counts(connection)
        written = await messages.newest(connection, SHOWN)
    url, none = asked.portal.url, Counted()
    kinds = [name for name, kind in KINDS.items() if kind is not PROGRAM]
    return asked.page(
        "news_mails.html",
        tried.status,
        kinds=[
            (name, counts.get(name, none), [(code, preview(name, code, url)) for code in LANGUAGES]) for name in kinds
        ],
        confirmation=[(code, preview_of_confirmation(code, url)) for code in LANGUAGES],
        program=counts.get(PROGRAM.name, none),
        messages=[(each, [(code, preview(PROGRAM.name, code, url, [each])) for code in LANGUAGES]) for each in written],
        mine={each.id for each in written if not each.took_part.may_approve(_subject(asked))},
        languages=LANGUAGES,
        **tried.shown,
    )


def _text(value: object) -> str:
    """As it goes into mail: a browser sends lines that end in two characters."""
    return str(value or "").replace("\r\n", "\n").strip()


def _subject(asked: Asking) -> str:
    if asked.person is None:
        raise SignInNeeded
    return asked.person.subject
