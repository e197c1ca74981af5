"""News: what is to be done, for whoever asked to be told by mail. It is found in what the portal shows when it is told,
so that it is true then: what was done meanwhile is no news any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from services.portal.domain.firm import Firm
from shared.days import day_of, start_of

QUIET: Final = timedelta(days=7)
"""Of a questionnaire that is open: firms answer it over days."""
EXPIRES: Final = timedelta(days=60)
"""Before a certificate's last day: to have it renewed takes as long."""
LATE: Final = timedelta(days=90)
"""After a plan was agreed, until each of its activities should be done. Plans have no dates: an assumption."""
PATIENCE: Final = timedelta(days=3)
"""Of whatever stands in a queue."""
GATHERS: Final = timedelta(minutes=15)
"""What happens to a firm is told once nothing more has happened to it for so long: much comes together, and where
topics are read again, a firm is for a while what it was.
"""
WEEK: Final = timedelta(days=7)
"""A queue in which something waits too long is told of once in a week."""


class Kind(NamedTuple):
    """One kind of news."""

    name: str
    roles: tuple[str, ...]
    """Who may ask for it."""
    page: str
    """Where it is done."""


OF_FIRM: Final = (
    Kind("questionnaire", ("supplier",), "/my-firm/diagnosis"),
    Kind("certificate", ("supplier",), "/my-firm/profile"),
    Kind("evidence", ("supplier",), "/my-firm/plan"),
    Kind("calendar", ("supplier",), "/my-firm/plan"),
    Kind("papers", ("supplier",), "/my-firm/money"),
    Kind("activity", ("supplier",), "/my-firm/plan"),
    Kind("declined", ("supplier",), "/my-firm/alignment"),
)
QUEUES: Final = (
    Kind("candidates", ("anchor",), "/requirements"),
    Kind("assessments", ("assessor", "operator"), "/work"),
    Kind("validations", ("expert", "operator"), "/work"),
    Kind("plans", ("mentor", "operator"), "/work"),
)
PROGRAM: Final = Kind("program", ("supplier", "anchor", "assessor", "expert", "mentor", "operator"), "/")
"""What operators write."""
KINDS: Final = {kind.name: kind for kind in (*OF_FIRM, *QUEUES, PROGRAM)}
OPERATORS_PAGE: Final = "/firms"
"""Operators have no queue of their own."""


class Queue(NamedTuple):
    """What waits for somebody."""

    waiting: int = 0
    """So many for longer than `PATIENCE`."""
    oldest: datetime | None = None
    """Since when the one waits that waits longest."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell."""

    kind: str
    cause: str
    """The same news has the same: it is told once."""
    since: datetime
    """When it is news, or will be unless somebody acts before."""
    about: int = 1
    """How many are meant."""


def of_firm(firm: Firm) -> Iterator[News]:
    """What its people are to be told, now or later, as it stands."""
    if firm.withdrawn is not None:
        return
    diagnosis, profile, plan = firm.diagnosis, firm.profile, firm.plan
    if diagnosis is not None and diagnosis.status == "opened" and diagnosis.since is not None:
        yield News("questionnaire", f"questionnaire:{firm.id}:{diagnosis.since}", diagnosis.since + QUIET)
    if profile is not None and profile.qms_valid_to is not None:
        last = start_of(profile.qms_valid_to)
        yield News("certificate", f"certificate:{firm.id}:{profile.qms_valid_to}", last - EXPIRES)
    for activity in () if plan is None or plan.status != "agreed" else plan.activities:
        if activity.returned_at is not None:
            yield News("evidence", f"evidence:{activity.activity_id}:{activity.returned_at}", activity.returned_at)
        elif not activity.done and plan is not None and plan.agreed_at is not None:
            yield News("activity", f"activity:{activity.activity_id}", plan.agreed_at + LATE)
    if plan is not None and plan.status == "agreed" and plan.moved_at is not None:
        yield News("calendar", f"calendar:{plan.plan_id}:{plan.moved_at}", plan.moved_at)
    yield from _of_buyers(firm)
    for referral in firm.referrals:
        if referral.state == "info_requested" and referral.moved_at is not None:
            yield News("papers", f"papers:{referral.referral_id}:{referral.moved_at}", referral.moved_at)


def _of_buyers(firm: Firm) -> Iterator[News]:
    for match in firm.declines:
        if match.said_at is not None:
            yield News("declined", f"declined:{match.match_id}:{match.said_at}", match.said_at)


def of_queue(kind: str, queue: Queue, now: datetime) -> Iterator[News]:
    """That something waits too long: this week, or from when it will."""
    if queue.oldest is None:
        return
    due, monday = queue.oldest + PATIENCE, _monday(now)
    if due <= now:
        yield News(kind, f"{kind}:{monday}", max(due, start_of(monday)), queue.waiting)
        yield News(kind, f"{kind}:{monday + WEEK}", start_of(monday + WEEK), queue.waiting)
    else:
        yield News(kind, f"{kind}:{_monday(due)}", due, queue.waiting)


def _monday(moment: datetime) -> date:
    day = day_of(moment)
    return day - timedelta(days=day.weekday())
