"""What anchors report of the parts that they buy: facts of their own, month by month, beside what the firm states."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.matching.domain.calendar import months_after
from services.matching.domain.reasons import ContestReason, Refusal, RetractReason

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
class Retraction:
    """That the anchor takes a report back: nothing is reported of that month until it reports it again."""

    reason: RetractReason
    by: str
    at: datetime


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
    retraction: Retraction | None = None

    @property
    def about(self) -> tuple[UUID, date]:
        """A later report of the same replaces it."""
        return self.requirement_id, self.month

    @property
    def reply(self) -> Reply | None:
        return self.replies[-1] if self.replies else None


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst months of those that count, each of all anchors together: a good year hides a terrible month. No rule
    reads them.
    """

    ppm: int
    ppm_in: str
    """The month, as 2026-10; of several that are equal the last."""
    otif_bp: int
    otif_in: str


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
    worst: Worst | None = None
    """None: reckoned before this was kept."""


def last_told(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Of each month for each requirement what was reported last, by month; nothing where that was taken back."""
    last = {report.about: report for report in reports}
    counting = (report for report in last.values() if report.retraction is None)
    return tuple(sorted(counting, key=lambda report: (report.month, report.requirement_id)))


def measured(reports: Sequence[Report], months: int, least: int) -> Measured | None:
    """The figures of so many months up to the last one that was reported, each weighted by its volume; they count for
    as many months after it. None of fewer reports than `least`: one bad month says little of a firm. A month without
    pieces has no figures, and is none.
    """
    told = [report for report in last_told(reports) if report.figures.delivered > 0]
    last = max((report.month for report in told), default=None)
    if last is None:
        return None
    within = [report for report in told if report.month > months_after(last, -months)]
    if len(within) < least:
        return None
    by_month: dict[date, list[Report]] = {}
    for report in within:
        by_month.setdefault(report.month, []).append(report)
    ppm, otif_bp = _weighted(within)
    return Measured(
        ppm,
        otif_bp,
        len({report.anchor_id for report in within}),
        len(by_month),
        months_after(last, months + 1) - timedelta(days=1),
        _worst({month: _weighted(of_month) for month, of_month in by_month.items()}),
    )


def _weighted(reports: Sequence[Report]) -> tuple[int, int]:
    """Defects and deliveries of all their pieces, rounded against the firm: nobody comes within a limit by rounding."""
    volume = sum(report.figures.delivered for report in reports)
    defects = sum(report.figures.ppm * report.figures.delivered for report in reports)
    kept = sum(report.figures.otif_bp * report.figures.delivered for report in reports)
    return -(-defects // volume), kept // volume


def _worst(months: Mapping[date, tuple[int, int]]) -> Worst:
    ppm_in = max(months, key=lambda month: (months[month][0], month))
    otif_in = max(months, key=lambda month: (-months[month][1], month))
    return Worst(months[ppm_in][0], f"{ppm_in:%Y-%m}", months[otif_in][1], f"{otif_in:%Y-%m}")


def tell(reports: Sequence[Report], report: Report) -> tuple[Report, ...] | Refusal:
    """The reports with one more. The same figures again, by whomever, are nothing new, unless they were taken back."""
    before = [each for each in reports if each.about == report.about]
    if before and before[-1].retraction is None and before[-1].figures == report.figures:
        return tuple(reports)
    if len(before) >= MOST_TELLINGS:
        return "reports_too_many"
    return _kept((*reports, report))


def retract(
    reports: Sequence[Report], about: tuple[UUID, date], retraction: Retraction
) -> tuple[Report, ...] | Refusal:
    """The reports without what counts of a month, which stays on record. Taken back again is nothing new."""
    report = next((each for each in reversed(reports) if each.about == about), None)
    if report is None:
        return "report_unknown"
    if report.retraction is not None:
        return tuple(reports)
    return tuple(replace(each, retraction=retraction) if each is report else each for each in reports)


def answer(reports: Sequence[Report], about: tuple[UUID, date], reply: Reply) -> tuple[Report, ...] | Refusal:
    """The reports with what the firm says of the last one of a month. The same said again is nothing new."""
    report = next((each for each in reversed(reports) if each.about == about), None)
    if report is None or report.retraction is not None:
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
