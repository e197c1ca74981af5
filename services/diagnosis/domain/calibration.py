"""A share of diagnoses is assessed twice, by two people who do not see each other's levels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args
from uuid import UUID

from services.diagnosis.domain.agreement import FULL, Agreement, agreement_of, sums_of
from services.diagnosis.domain.answers import Answer, Answers
from services.diagnosis.domain.instrument import Bounds
from shared.four_eyes import NOBODY, Participants
from shared.state_machine import StateMachine, Transition

Standing = Literal["drawn", "within", "out", "reconciled", "waived"]

CALIBRATION = StateMachine[Standing](
    "calibration",
    get_args(Standing),
    "drawn",
    (
        Transition("agree", ("drawn",), "within"),
        Transition("differ", ("drawn",), "out"),
        Transition("reconcile", ("out", "reconciled"), "reconciled"),
        Transition("waive", ("drawn",), "waived"),
    ),
    final={
        "within": "the two agree; the next round is drawn anew",
        "waived": "nothing is compared; the next round is drawn anew",
    },
)
HOLDS: frozenset[Standing] = frozenset({"drawn", "out"})
"""In which nothing is validated."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question to which both gave a level, and who did."""

    question: str
    first: int
    second: int
    first_by: str
    second_by: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the lead assessor says of the questions on which the two are apart."""

    levels: Mapping[str, int]
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiver:
    """A drawn round goes on without its second assessor: who let it, and why."""

    round: int
    reason: str
    by: str
    at: datetime


def who_waived(waivers: Iterable[Waiver]) -> frozenset[str]:
    """None of them has a part in that diagnosis, then or later."""
    return frozenset(waiver.by for waiver in waivers)


@dataclass(frozen=True, slots=True)
class Sides:
    """Who was ever on which side of a diagnosis, whatever the round, also who only read. It only grows."""

    firsts: Participants = NOBODY
    seconds: Participants = NOBODY
    leads: Participants = NOBODY
    saw: Participants = NOBODY
    """Who was on a side of a round whose two sheets were opened to both."""


NO_SIDES = Sides()


@dataclass(frozen=True, slots=True)
class Calibration:
    round: int
    """0: the first; one more with each reopening."""
    standing: Standing = "drawn"
    second: str | None = None
    """Subject of the second assessor."""
    lead: str | None = None
    """Subject of the lead assessor, who reconciles."""
    visit: Mapping[str, Answer] = field(default_factory=dict)
    """What the second has answered since their last sheet."""
    sheet: Answers | None = None
    """The second's."""
    pairs: tuple[Pair, ...] = ()
    """As both stood when the later one came in: corrections since, with the other's levels in sight, are no part."""
    alone: tuple[str, ...] = ()
    """Questions to which one of the two alone gave a level. Of them nobody knows whether the two agree."""
    compared_at: datetime | None = None
    reconciliation: Reconciliation | None = None

    @property
    def authors(self) -> frozenset[str]:
        """Whoever answered a question of the second sheet."""
        return authors_of(self.sheet, self.visit)

    def agreement(self, bounds: Bounds) -> Agreement | None:
        """How far the two agree; None before both are in, or where they never will be."""
        if self.compared_at is None:
            return None
        return agreement_of(sums_of(((pair.first, pair.second) for pair in self.pairs), bounds.apart))

    def apart(self, bounds: Bounds) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if abs(pair.first - pair.second) >= bounds.apart)

    def is_within(self, bounds: Bounds) -> bool:
        """Whether the two agree well enough. What one of them did not see counts with what is apart: unknown is no
        agreement, and whoever leaves a question out must not be nearer for it.
        """
        agreement = agreement_of(sums_of(((pair.first, pair.second) for pair in self.pairs), bounds.apart))
        return agreement.within(bounds) and agreement.apart + len(self.alone) <= bounds.apart_max

    def to_reconcile(self, bounds: Bounds) -> tuple[str, ...]:
        """Questions of which the lead assessor says the level."""
        return (*(pair.question for pair in self.apart(bounds)), *self.alone)


def is_drawn(diagnosis_id: UUID, round_: int, share: int) -> bool:
    """Whether a round of a diagnosis is assessed twice, where so many basis points of all are: the same for whoever
    asks, and a larger share has all of a smaller one.
    """
    drawn = int.from_bytes(sha256(f"{diagnosis_id}:{round_}".encode()).digest()[:8])
    return drawn % FULL < share


def pairs_of(first: Answers, second: Answers) -> tuple[Pair, ...]:
    """Questions to which both gave a level."""
    return tuple(
        Pair(code, level, other, first.authors.get(code, first.by), second.authors.get(code, second.by))
        for code, level in first.levels.items()
        if level is not None and (other := second.levels.get(code)) is not None
    )


def alone_in(first: Answers, second: Answers) -> tuple[str, ...]:
    """Questions to which one gave a level and the other none."""
    return tuple(code for code, level in first.levels.items() if (level is None) != (second.levels.get(code) is None))


def authors_of(sheet: Answers | None, since: Mapping[str, Answer]) -> frozenset[str]:
    """Whoever answered a question of a sheet, or of the next one."""
    given = () if sheet is None else (sheet.by, *sheet.authors.values())
    return frozenset({*given, *(answer.by for answer in since.values())})
