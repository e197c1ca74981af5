"""To whom what of a firm was sent, and when: each referral, introduction and mail by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from services.portal.domain.story import Entry
from services.portal.domain.subscription import Subscription

INTRODUCED: Final = "matching.candidate-introduced"
LEARNED: Final = ("folio", "state", "contact_role")
"""What an anchor learns of a firm by its introduction; of a legal person its name too."""


@dataclass(frozen=True, slots=True)
class Sent:
    """`at`: as its stage wrote it."""

    kind: Literal["referral", "introduction", "mail"]
    to: str
    at: str
    what: tuple[str, ...]


def referrals(case: Mapping[str, Any]) -> list[Sent]:
    """What partners received, by the classes of the consent that it went under."""
    classes = {each["id"]: each["data_classes"] for each in case["consents"]}
    return [
        Sent("referral", each["partner"], each["sent_at"], tuple(classes.get(each["consent_id"], ())))
        for each in case["referrals"]
    ]


def introductions(story: Iterable[Entry], anchors: Mapping[UUID, str], *, natural: bool) -> list[Sent]:
    """Which anchors learned who the firm is."""
    what = LEARNED if natural else ("name", *LEARNED)
    told = (each for each in story if each.type == INTRODUCED)
    return [
        Sent("introduction", _named(anchors, each.facts.get("anchor_id", "")), each.at.isoformat(), what)
        for each in told
    ]


def mails(mine: Subscription | None, people: Sequence[Mapping[str, Any]]) -> list[Sent]:
    """News that whoever asks was told, and invitations to the firm's people."""
    asked = [Sent("mail", each["email"], each["invited_at"], ("invitation",)) for each in people if each.get("email")]
    told = {} if mine is None else mine.told
    news = [Sent("mail", (mine and mine.email) or "", at.isoformat(), (cause,)) for cause, at in told.items()]
    return asked + news


def _named(anchors: Mapping[UUID, str], id_: str) -> str:
    return next((name for known, name in anchors.items() if str(known) == id_), id_)
