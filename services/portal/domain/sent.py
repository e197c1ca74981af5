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
    protection: Literal["encrypted", "clear", "not_recorded"] | None = None
    """Of a referral: whether its partner's key alone opened it on its topic. Of one that went before this was recorded,
    or waits to go, nobody can say."""
    key_id: str | None = None


def referrals(case: Mapping[str, Any]) -> list[Sent]:
    """What partners received, as often as it was sent, by the classes of the consent that it went under."""
    classes = {each["id"]: tuple(each["data_classes"]) for each in case["consents"]}
    what = {each["id"]: classes.get(each["consent_id"], ()) for each in case["referrals"]}
    sendings = case.get("sendings", ())  # a financing of the release before has none
    found = [
        Sent(
            "referral",
            each["partner"],
            each["sent_at"],
            what.get(each["referral_id"], ()),
            "encrypted" if each["key_id"] else "clear",
            each["key_id"],
        )
        for each in sendings
    ]
    recorded = {each["referral_id"] for each in sendings}
    found += [
        Sent("referral", each["partner"], each["sent_at"], what[each["id"]], "not_recorded")
        for each in case["referrals"]
        if each["id"] not in recorded
    ]
    return sorted(found, key=lambda each: each.at)


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
