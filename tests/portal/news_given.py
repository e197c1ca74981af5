"""Of each kind of news: what makes it true, and what people do about it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from services.portal.domain.firm import Activity, Diagnosis, Firm, Match, Plan, Profile
from services.portal.domain.message import Message, Written
from services.portal.domain.money import Referral
from services.portal.domain.news import EXPIRES, LATE, PATIENCE, QUIET, Queue
from services.portal.domain.subscription import Reader, Subscription
from tests.portal.events import ANCHOR, SUPPLIER

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
"""A Tuesday."""
BEFORE = NOW - timedelta(days=400)
LAST_DAY = date(2026, 5, 2)
"""60 days on: of a certificate that has just come into its last ones."""


Given = Firm | Queue | Message


@dataclass(frozen=True)
class Case:
    """One kind."""

    true: Given
    """As it is when it is news, since less than a day."""
    settled: Given
    """As it is once somebody has acted."""
    early: timedelta = timedelta(days=2)
    """So long before, it is no news yet."""


def reader(kind: str, given: Given, since: datetime = BEFORE, **more: Any) -> Reader:
    """Somebody who asked for this kind alone, and what they would see."""
    subscription = Subscription(SUPPLIER, "person-1", "active", BEFORE, SUPPLIER, ANCHOR, email="ana@firm.mx")
    more = {"language": "es", "kinds": {kind: since}} | more
    subscription = replace(subscription, **more)
    if isinstance(given, Message):
        return Reader(subscription, messages=(given,))
    return Reader(subscription, given) if isinstance(given, Firm) else Reader(subscription, queues={kind: given})


def _plan(**activity: Any) -> Firm:
    at = NOW - LATE - timedelta(hours=1) if not activity else NOW - timedelta(days=9)
    planned = Activity(SUPPLIER, "M11", "training", 24, ("O01",), **({"done": False} | activity))
    return Firm(SUPPLIER, plan=Plan(SUPPLIER, "agreed", (planned,), (), at))


def _moved(status: str) -> Firm:
    at = NOW - timedelta(hours=1)
    return Firm(SUPPLIER, plan=Plan(SUPPLIER, status, (), (), NOW - timedelta(days=9), at))


def _profile(last: date | None) -> Firm:
    values: dict[str, Any] = dict.fromkeys(Profile.__dataclass_fields__, "x") | {"areas": (), "qms_valid_to": last}
    return Firm(SUPPLIER, profile=Profile(**values))


def _diagnosis(status: str) -> Firm:
    return Firm(SUPPLIER, diagnosis=Diagnosis(status, "2026.1", since=NOW - QUIET - timedelta(hours=1)))


def _referral(state: str) -> Firm:
    moved = NOW - timedelta(hours=1)
    return Firm(SUPPLIER, referrals=(Referral(SUPPLIER, "NAFIN", "P1", SUPPLIER, state, None, moved),))


def _answered(standing: str) -> Firm:
    said_at = NOW - timedelta(hours=1)
    match = Match(SUPPLIER, SUPPLIER, ANCHOR, "P01", standing=standing, because="price", said_at=said_at)
    return Firm(SUPPLIER, matches=(match,))


def _message(status: Literal["sent", "withdrawn"]) -> Message:
    written = Written("A call opens", "Firms may register until May.\nSee the portal.")
    return Message(SUPPLIER, status, written, written, BEFORE, settled_at=NOW - timedelta(hours=1))


def _queue() -> Case:
    return Case(Queue(2, NOW - PATIENCE - timedelta(hours=1)), Queue())


CASES: dict[str, Case] = {
    "questionnaire": Case(_diagnosis("opened"), _diagnosis("submitted")),
    "certificate": Case(_profile(LAST_DAY), _profile(LAST_DAY + timedelta(days=365))),
    "evidence": Case(_plan(returned_at=NOW - timedelta(hours=1)), _plan(done=True)),
    "calendar": Case(_moved("agreed"), _moved("completed")),
    "papers": Case(_referral("info_requested"), _referral("in_review")),
    "activity": Case(_plan(), _plan(done=True)),
    "declined": Case(_answered("declined"), _answered("shortlisted")),
    "program": Case(_message("sent"), _message("withdrawn")),
    **{kind: _queue() for kind in ("candidates", "assessments", "validations", "plans")},
}
assert NOW - EXPIRES < datetime.combine(LAST_DAY, NOW.timetz()) - EXPIRES <= NOW
