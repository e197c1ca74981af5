"""Who asked to be told news by mail: confirmed by a code that was mailed, and stopped by one link in each mail."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, get_args
from uuid import UUID, uuid5

from services.portal.domain.firm import Firm
from services.portal.domain.message import Message
from services.portal.domain.news import PROGRAM, News, Queue, of_firm, of_queue
from shared.one_time_code import OneTimeCode
from shared.state_machine import StateMachine, Transition

PEOPLE: Final = UUID("5b0e6a52-4d5c-5c7e-8a43-0c9b8f1d7a11")
"""Namespace of subscriptions: one for each person."""
LASTS: Final = timedelta(days=365)
"""Then whoever still wants news asks again: nobody tells the portal that somebody left an office."""
EVERY: Final = timedelta(days=1)
"""Between two mails to one person: who gets more of them reads none."""
STALE: Final = timedelta(days=7)
"""What is older was not told when it was news, as while nobody could send mail: it is told no more."""
REMEMBERED: Final = timedelta(days=400)
"""How long it is known what was told. A stage that tells its journal again tells of a year at most."""
LONGEST_NAME: Final = 60
_BETWEEN: Final = " .'’-"
"""What stands in names but letters: no address, no number, no second line. They go into mail."""

Status = Literal["pending", "active", "ended"]
SUBSCRIPTION = StateMachine[Status](
    "subscription",
    get_args(Status),
    "pending",
    (
        Transition("ask", ("pending", "active", "ended"), "pending"),
        Transition("confirm", ("pending",), "active"),
        Transition("end", ("pending", "active"), "ended"),
    ),
)
"""`ask`: for news at an address that is not confirmed."""


class Leaving(NamedTuple):
    """That somebody is of a firm or an anchor no longer, or wants to be forgotten there."""

    office: UUID
    """The firm, or the anchor."""
    at: datetime
    person: str | None = None
    """Their mark; None: whoever is of it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail on its way: what it tells, and since when it is tried."""

    causes: tuple[str, ...]
    begun_at: datetime
    at: datetime
    """When it was found to be true last."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person's. Once it ended, nothing of the person is in it but the pseudonym of their token."""

    id: UUID
    subject: str
    status: Status
    asked_at: datetime
    supplier_id: UUID | None = None
    anchor_id: UUID | None = None
    operates: bool = False
    """Whether they operate the program, and see no queue of their own."""
    email: str | None = None
    name: str = ""
    language: str = ""
    kinds: Mapping[str, datetime] = field(default_factory=dict)
    """Of news, each with the moment from which on they are told."""
    code: OneTimeCode | None = None
    stop: str = ""
    """Secret of the link that stops it. In the clear: every mail has it, and it opens nothing else."""
    ends_at: datetime | None = None
    told: Mapping[str, datetime] = field(default_factory=dict)
    """Causes of news that were told, and when."""
    letter: Letter | None = None
    mailed_at: datetime | None = None

    def stopped_by(self, secret: str) -> bool:
        """Whether somebody has a mail of it."""
        return self.status != "ended" and hmac.compare_digest(self.stop.encode(), secret.encode())


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who asked for news, with what the portal shows of what they asked for."""

    subscription: Subscription
    firm: Firm | None = None
    queues: Mapping[str, Queue] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    """Of the program, that were sent."""

    @property
    def id(self) -> UUID:
        return self.subscription.id

    def news(self, now: datetime) -> list[News]:
        """What was not told yet, now or later; of kinds that were asked for, and no older than that."""
        kinds, told = self.subscription.kinds, self.subscription.told
        return [
            each
            for each in self._found(now)
            if each.kind in kinds and each.cause not in told and each.since >= max(kinds[each.kind], now - STALE)
        ]

    def due(self, now: datetime) -> list[News]:
        """What is to be told now."""
        return [each for each in self.news(now) if each.since <= now]

    def written(self) -> list[News]:
        """What its letter tells."""
        letter = self.subscription.letter
        if letter is None:
            return []
        causes = {*letter.causes}
        return [each for each in self.news(letter.at) if each.cause in causes]

    def next_look(self, now: datetime) -> datetime | None:
        """When there may be something to tell, unless something happens before."""
        moments = [each.since for each in self.news(now)]
        if not moments:
            return None
        mailed = self.subscription.mailed_at
        return max(now, min(moments), now if mailed is None else mailed + EVERY)

    def _found(self, now: datetime) -> Iterator[News]:
        if self.firm is not None:
            yield from of_firm(self.firm)
        for kind, queue in self.queues.items():
            yield from of_queue(kind, queue, now)
        for message in self.messages:
            if message.status == "sent" and message.settled_at is not None:
                yield News(PROGRAM.name, cause_of(message), message.settled_at)


def is_name(text: str) -> bool:
    """Whether somebody may be called so in mail; nothing is a name too."""
    written = all(each.isalpha() or each in _BETWEEN for each in text)
    return not text or (len(text) <= LONGEST_NAME and text[0].isalpha() and written)


def cause_of(message: Message) -> str:
    """Of the news that it was sent."""
    return f"{PROGRAM.name}:{message.id}"


def id_of(subject: str) -> UUID:
    return uuid5(PEOPLE, subject)


def ended(subscription: Subscription) -> Subscription:
    """It, without anything of the person."""
    status = SUBSCRIPTION.after(subscription.status, "end")
    if status is None:
        return subscription
    return Subscription(subscription.id, subscription.subject, status, subscription.asked_at)


def told(subscription: Subscription, now: datetime) -> Subscription:
    """After its letter was taken."""
    causes = () if subscription.letter is None else subscription.letter.causes
    known = {cause: at for cause, at in subscription.told.items() if at > now - REMEMBERED}
    return replace(subscription, told=known | dict.fromkeys(causes, now), letter=None, mailed_at=now)
