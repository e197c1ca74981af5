"""A message of the program to whoever asked for its news: written by one operator, sent by another."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from shared.four_eyes import NOBODY, Participants
from shared.state_machine import StateMachine, Transition

LONGEST_SUBJECT, LONGEST_TEXT = 100, 2_000
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that nobody sees, and that may turn what others see."""

Status = Literal["proposed", "sent", "withdrawn"]
MESSAGE = StateMachine[Status](
    "message",
    get_args(Status),
    "proposed",
    (Transition("send", ("proposed",), "sent"), Transition("withdraw", ("proposed",), "withdrawn")),
    {"sent": "nobody takes mail back; another message mends it", "withdrawn": "it is written anew"},
)


@dataclass(frozen=True, slots=True)
class Written:
    """Its words in one language."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, in both languages. Its words are the program's: nobody's data is in them."""

    id: UUID
    status: Status
    es: Written
    en: Written
    proposed_at: datetime
    took_part: Participants = NOBODY
    settled_at: datetime | None = None
    """When it was sent or withdrawn."""

    def in_(self, language: str) -> Written:
        return self.en if language == "en" else self.es


def settled(message: Message, act: Literal["send", "withdraw"], now: datetime) -> Message | None:
    """It after this; None where it was sent or withdrawn before."""
    status = MESSAGE.after(message.status, act)
    return None if status is None else replace(message, status=status, settled_at=now)


def wrong_in(written: Written) -> tuple[str, ...]:
    """The parts that no mail can have."""
    subject, text = written.subject, written.text
    faults = {
        "subject": not subject or len(subject) > LONGEST_SUBJECT or "\n" in subject or _hides(subject),
        "text": not text or len(text) > LONGEST_TEXT or _hides(text),
    }
    return tuple(part for part, wrong in faults.items() if wrong)


def _hides(text: str) -> bool:
    return any(each != "\n" and unicodedata.category(each) in _UNSEEN for each in text)
