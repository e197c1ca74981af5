"""What anchors report of the parts that they buy: facts of their own, month by month, beside what the firm states."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.matching.domain.calendar import months_after
from services.matching.domain.reasons import ContestReason, Refusal

Verdict = Literal["accepted", "contested"]

MOST_TELLINGS = 20
"""Of one month for one requirement, and so many replies to each: more are a program in a loop."""

MOST_REPORTS = 600
"""Of one firm, in the row that holds all of it; the journal has those before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One month of deliveries."""

    ppm: int
    """Defective parts per million delivered."""
    otif_bp: int
    """Deliveries on time in full, basis points."""
    delivered: int
    """Pieces."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the firm says of a report. It changes no figure."""

    verdict: Verdict
    by: str
    """Who said it: the subject of the token."""
    at: datetime
    reason: ContestReason | None = None
    """Of one that it contests."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an anchor reported of one month."""

    requirement_id: UUID
    anchor_id: UUID
    month: date
    """Its first day."""
    figures: Figures
    by: str
    at: datetime
    replies: tuple[Reply, ...] = ()
    """Oldest first."""

    @property
    def about(self) -> tuple[UUID, date]:
        """A later report of the same replaces it."""
        return self.requirement_id, self.month

    @property
    def reply(self) -> Reply | None:
        return self.replies[-1] if self.replies else None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a firm's anchors measured together."""

    ppm: int
    otif_bp: int
    anchors: int
    """How many of them reported."""
    months: int
    """How many months they reported of."""
    until: date
    """The last day on which it counts instead of what the firm states."""


def last_told(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Of each month for each requirement what was reported last, by month."""
    last = {report.about: report for report in reports}
    return tuple(sorted(last.values(), key=lambda report: (report.month, report.requirement_id)))


def measured(reports: Sequence[Report], months: int, least: int) -> Measured | None:
    """The figures of so many months up to the last one that was reported, each weighted by its volume; they count for
    as many months after it. None of fewer reports than `least`: one bad month says little of a firm. Rounded against
    the firm: nobody comes within a limit by rounding.
    """
    told = last_told(reports)
    last = max((report.month for report in told), default=None)
    if last is None:
        return None
    within = [report for report in told if report.month > months_after(last, -months)]
    if len(within) < least:
        return None
    volume = sum(report.figures.delivered for report in within)
    defects = sum(report.figures.ppm * report.figures.delivered for report in within)
    kept = sum(report.figures.otif_bp * report.figures.delivered for report in within)
    return Measured(
        -(-defects // volume),
        kept // volume,
        len({report.anchor_id for report in within}),
        len({report.month for report in within}),
        months_after(last, months + 1) - timedelta(days=1),
    )


def tell(reports: Sequence[Report], report: Report) -> tuple[Report, ...] | Refusal:
    """The reports with one more. The same figures again, by whomever, are nothing new."""
    before = [each for each in reports if each.about == report.about]
    if before and before[-1].figures == report.figures:
        return tuple(reports)
    if len(before) >= MOST_TELLINGS:
        return "reports_too_many"
    return _kept((*reports, report))


def answer(reports: Sequence[Report], about: tuple[UUID, date], reply: Reply) -> tuple[Report, ...] | Refusal:
    """The reports with what the firm says of the last one of a month. The same said again is nothing new."""
    report = next((each for each in reversed(reports) if each.about == about), None)
    if report is None:
        return "report_unknown"
    if report.reply and (report.reply.verdict, report.reply.reason) == (reply.verdict, reply.reason):
        return tuple(reports)
    if len(report.replies) >= MOST_TELLINGS:
        return "reports_too_many"
    answered = replace(report, replies=(*report.replies, reply))
    return tuple(answered if each is report else each for each in reports)


def _kept(reports: Sequence[Report]) -> tuple[Report, ...]:
    """No more than a row holds: what was replaced goes first, then the oldest months."""
    if len(reports) <= MOST_REPORTS:
        return tuple(reports)
    counts = set(map(id, last_told(reports)))
    least = min(reports, key=lambda report: (id(report) in counts, report.month))
    return tuple(report for report in reports if report is not least)
