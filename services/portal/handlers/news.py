"""Decisions on news by mail: asked for, confirmed, due, sent, stopped."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.portal.domain.news import KINDS
from services.portal.domain.subscription import (
    LASTS,
    SUBSCRIPTION,
    Leaving,
    Letter,
    Reader,
    Subscription,
    ended,
    id_of,
    is_name,
    told,
)
from shared.contracts.development import SupplierSelected
from shared.contracts.diagnosis import (
    AssessmentReturned,
    AssessmentsCompared,
    DiagnosisAssessed,
    DiagnosisSubmitted,
)
from shared.contracts.event import EventData
from shared.contracts.matching import MatchFound
from shared.contracts.registration import AnchorLeft, ContactErased, PersonLeft, SupplierWithdrawn
from shared.mail_address import is_bare
from shared.mail_tries import next_try
from shared.messaging.decision import Decision, Refused, Timer, together, unchanged
from shared.one_time_code import one_time

LOOK, LAPSE = "news_look", "news_lapse"
NEWS_MAIL, CONFIRMATION_MAIL = "news_mail", "news_confirmation_mail"
TIMERS = (LOOK, LAPSE, NEWS_MAIL, CONFIRMATION_MAIL)

LINK_REFUSED = Refused("forbidden", "news_link_refused")


WAITS_AT: Mapping[type[EventData], str] = {
    DiagnosisSubmitted: "assessments",
    AssessmentReturned: "assessments",
    DiagnosisAssessed: "validations",
    AssessmentsCompared: "validations",
    SupplierSelected: "plans",
    MatchFound: "candidates",
}
"""The queue in which something waits after each of these events."""


def leaving(told: EventData) -> Leaving | None:
    """Who has no news any more after an event; None: nobody. Of a contact that is erased nobody says who it was, so
    that all of the firm's people have none, and those who still want some ask anew.
    """
    match told:
        case PersonLeft(supplier_id=firm, left_at=at, person=person):
            return Leaving(firm, at, person)
        case ContactErased(supplier_id=firm, erased_at=at) | SupplierWithdrawn(supplier_id=firm, withdrawn_at=at):
            return Leaving(firm, at)
        case AnchorLeft(anchor_id=anchor, left_at=at):
            return Leaving(anchor, at)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for, and what the portal knows of them by their token."""

    subject: str
    roles: frozenset[str]
    supplier_id: UUID | None
    anchor_id: UUID | None
    email: str
    name: str
    language: str
    kinds: tuple[str, ...]


def offered(roles: Collection[str]) -> tuple[str, ...]:
    """The kinds that people of these roles may ask for."""
    return tuple(name for name, kind in KINDS.items() if {*roles} & {*kind.roles})


def ask(state: Reader | None, wanted: Wanted, code: str, stop: str, now: datetime) -> Decision[Reader] | Refused:
    """Somebody asks for news, or for others than before. An address is confirmed before anything goes there."""
    kinds = tuple(kind for kind in offered(wanted.roles) if kind in wanted.kinds)
    rules = (
        (is_bare(wanted.email), "news_email", "email"),
        (is_name(wanted.name), "news_name", "name"),
        (bool(kinds), "news_kinds_missing", "kinds"),
    )
    if wrong := together([Refused("invalid", code, at=at) for holds, code, at in rules if not holds]):
        return wrong
    before = None if state is None else state.subscription
    known = {} if before is None else before.kinds
    asked = Subscription(
        id_of(wanted.subject),
        wanted.subject,
        SUBSCRIPTION.initial if before is None else SUBSCRIPTION.after(before.status, "ask") or before.status,
        now,
        wanted.supplier_id,
        wanted.anchor_id,
        "operator" in wanted.roles,
        wanted.email,
        wanted.name,
        wanted.language,
        {kind: known.get(kind, now) for kind in kinds},
        stop=stop,
    )
    if before is not None and before.status == "active" and before.email == wanted.email:
        kept = replace(
            before,
            supplier_id=asked.supplier_id,
            anchor_id=asked.anchor_id,
            operates=asked.operates,
            name=asked.name,
            language=asked.language,
            kinds=asked.kinds,
        )
        return _active(Reader(kept), now)
    sent = one_time(code, now)
    timers = Timer(CONFIRMATION_MAIL, now), Timer(LAPSE, sent.expires_at), Timer(LOOK, None), Timer(NEWS_MAIL, None)
    return Decision(Reader(replace(asked, code=sent)), timers=timers)


def confirmation_again(state: Reader | None, code: str, now: datetime) -> Decision[Reader]:
    """The mail with the code that confirms an address is due. The code before opens nothing any more."""
    if state is None or state.subscription.status != "pending" or state.subscription.code is None:
        return Decision(state, timers=(Timer(CONFIRMATION_MAIL, None),))
    subscription, sent = state.subscription, state.subscription.code.renewed(code)
    again = Timer(CONFIRMATION_MAIL, next_try(subscription.asked_at, now))
    return Decision(_with(state, replace(subscription, code=sent)), timers=(again,))


def confirm(state: Reader | None, code: str, now: datetime) -> Decision[Reader] | Refused:
    """Whoever has the address wants the news. From now on: what was news before is told to nobody."""
    if state is None or (sent := state.subscription.code) is None:
        return LINK_REFUSED
    subscription = state.subscription
    if subscription.status == "active" and sent.fits(code):
        return unchanged(state)
    status = SUBSCRIPTION.after(subscription.status, "confirm")
    if status is None or not sent.opens(code, now):
        return LINK_REFUSED
    kinds = dict.fromkeys(subscription.kinds, now)
    return _active(_with(state, replace(subscription, status=status, kinds=kinds)), now)


def miss(state: Reader | None) -> Decision[Reader]:
    """Somebody gave another code than the one that was mailed."""
    if state is None or state.subscription.code is None:
        return unchanged(state)
    return Decision(_with(state, replace(state.subscription, code=state.subscription.code.missed())))


def stop(state: Reader | None, secret: str, kind: str | None, now: datetime) -> Decision[Reader] | Refused:
    """Whoever has a mail of it wants none any more, or none of this kind."""
    if state is None or not state.subscription.stopped_by(secret):
        return LINK_REFUSED
    left = {each: since for each, since in state.subscription.kinds.items() if each != kind}
    if kind is None or not left:
        return end(state)
    return _looking(_with(state, replace(state.subscription, kinds=left)), now)


def end(state: Reader | None) -> Decision[Reader]:
    """There is nobody to write to any more."""
    if state is None:
        return unchanged(state)
    return Decision(Reader(ended(state.subscription)), timers=tuple(Timer(kind, None) for kind in TIMERS))


def lapse(state: Reader | None, _: datetime) -> Decision[Reader]:
    """Nobody confirmed it, a year is over, or they left the firm or the anchor, or are forgotten there."""
    return end(state)


def look(state: Reader | None, now: datetime) -> Decision[Reader]:
    """Something happened to what they asked for, or its time has come: is there anything to tell?"""
    if state is None or state.subscription.status != "active":
        return unchanged(state)
    if state.firm is not None and state.firm.withdrawn is not None:
        return end(state)
    if state.subscription.letter is not None:
        # Once that was taken, there is another look.
        return unchanged(state)
    return _looking(state, now)


def mail_again(state: Reader | None, _: str, now: datetime) -> Decision[Reader]:
    """Mail is due. It tells what is true now, whatever set it going."""
    if state is None or state.subscription.status != "active":
        return Decision(state, timers=(Timer(NEWS_MAIL, None),))
    due, before = state.due(now), state.subscription.letter
    if not due:
        idle = _with(state, replace(state.subscription, letter=None))
        return Decision(idle, timers=(Timer(NEWS_MAIL, None), Timer(LOOK, state.next_look(now))))
    letter = Letter(tuple(each.cause for each in due), now if before is None else before.begun_at, now)
    again = Timer(NEWS_MAIL, next_try(letter.begun_at, now))
    return Decision(_with(state, replace(state.subscription, letter=letter)), timers=(again,))


def mail_taken(state: Reader | None, outcome: Literal["sent", "failed", "refused"], now: datetime) -> Decision[Reader]:
    """A server took the mail, or says that there is no such address."""
    if state is None or state.subscription.status != "active":
        return unchanged(state)
    if outcome == "refused":
        return end(state)
    looked = _looking(_with(state, told(state.subscription, now)), now)
    return replace(looked, timers=(*looked.timers, Timer(NEWS_MAIL, None)))


def _active(state: Reader, now: datetime) -> Decision[Reader]:
    ends_at = now + LASTS
    active = _with(state, replace(state.subscription, ends_at=ends_at))
    # It has not seen what is there: the look has.
    return Decision(active, timers=(Timer(CONFIRMATION_MAIL, None), Timer(LAPSE, ends_at), Timer(LOOK, now)))


def _looking(state: Reader, now: datetime) -> Decision[Reader]:
    at = state.next_look(now)
    if at is not None and at <= now:
        return Decision(state, timers=(Timer(NEWS_MAIL, now), Timer(LOOK, None)))
    return Decision(state, timers=(Timer(LOOK, at),))


def _with(state: Reader, subscription: Subscription) -> Reader:
    return replace(state, subscription=subscription)
