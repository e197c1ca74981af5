"""What an anchor's buyers answered about a firm for a requirement: facts of their own, beside the match that the rules
derive. Nothing derived deletes them: a match that was lost and comes back has its standing again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import takewhile
from typing import Literal, get_args
from uuid import UUID

from services.matching.domain.award import Award
from services.matching.domain.calendar import month_of
from services.matching.domain.reasons import AnswerReason, GateName, Refusal
from shared.days import day_of
from shared.state_machine import StateMachine, Transition

Standing = Literal["found", "shortlisted", "declined", "awarded", "ended"]
Act = Literal["shortlist", "decline", "award", "correct", "end"]

STANDING = StateMachine[Standing](
    "candidate's standing",
    get_args(Standing),
    "found",
    (
        Transition("shortlist", ("found", "shortlisted", "declined", "ended"), "shortlisted"),
        Transition("decline", ("found", "shortlisted", "declined", "ended"), "declined"),
        Transition("award", ("found", "shortlisted", "ended"), "awarded"),
        Transition("correct", ("awarded",), "awarded"),
        Transition("end", ("awarded", "ended"), "ended"),
    ),
)

MOST_ANSWERS = 200
"""About one firm for one requirement: more are a program in a loop, and the offering's row holds them all."""

_WAYS_OUT: frozenset[Act] = frozenset({"decline", "end"})
"""Told also of a firm about which as many answers were given as there may be: what is bought can always end."""

_AFTER: Mapping[str, Standing] = {way.act: way.after for way in STANDING.transitions}


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that a buyer said."""

    act: Act
    standing: Standing
    """The candidate's after it."""
    by: str
    """Who said it: the subject of the token."""
    at: datetime
    reason: AnswerReason | None = None
    """Of a decline, a correction and an end."""
    award: Award | None = None
    """Of an award and its corrections."""
    confirmed: tuple[GateName, ...] = ()
    """Of an award: gates of which nobody knew, and the buyer made sure."""
    bounds: str | None = None
    """Of an award and its corrections: version of the prices that it was compared with."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What an anchor bought, from its award to its end."""

    award: Award
    """As it was corrected last."""
    since: datetime
    ended_at: datetime | None = None
    mistyped: bool = False
    """Nothing was ever bought."""

    def in_month(self, month: date) -> bool:
        """Whether something was bought in the month of this first day."""
        ended = None if self.ended_at is None else month_of(day_of(self.ended_at))
        return not self.mistyped and month_of(day_of(self.since)) <= month and (ended is None or month <= ended)


@dataclass(frozen=True, slots=True)
class Answers:
    """All that was said about a firm for one requirement."""

    requirement_id: UUID
    anchor_id: UUID
    area: str
    said: tuple[Answer, ...] = ()
    """Oldest first."""

    @property
    def last(self) -> Answer | None:
        return self.said[-1] if self.said else None

    @property
    def standing(self) -> Standing:
        return self.last.standing if self.last else STANDING.initial

    @property
    def reason(self) -> AnswerReason | None:
        return self.last.reason if self.last else None

    @property
    def award(self) -> Award | None:
        """What the anchor buys now."""
        return self.last.award if self.last else None

    @property
    def awarded_at(self) -> datetime | None:
        """When it began to buy what it buys now; a correction does not move it."""
        if self.award is None:
            return None
        return next(answer.at for answer in reversed(self.said) if answer.act == "award")

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped buying; another reason that is given for it later does not move it."""
        ends = takewhile(lambda answer: answer.act == "end", reversed(self.said))
        return min((answer.at for answer in ends), default=None)

    @property
    def purchases(self) -> tuple[Purchase, ...]:
        """All that was awarded, oldest first."""
        found: list[Purchase] = []
        for answer in self.said:
            if answer.act == "award" and answer.award:
                found.append(Purchase(answer.award, answer.at))
            elif answer.act == "correct" and answer.award:
                found[-1] = replace(found[-1], award=answer.award)
            elif answer.act == "end":
                last = found[-1]
                mistyped = answer.reason == "mistyped"
                found[-1] = replace(last, ended_at=last.ended_at or answer.at, mistyped=mistyped)
        return tuple(found)

    def bought_in(self, month: date) -> Award | None:
        """What the anchor bought in the month of this first day, by its last award; None where it bought nothing."""
        return next((each.award for each in reversed(self.purchases) if each.in_month(month)), None)

    @property
    def introduced(self) -> bool:
        """Whether a buyer went on with the firm at any time, and so knows it."""
        return any(answer.standing in {"shortlisted", "awarded"} for answer in self.said)


def buying(answers: Iterable[Answers]) -> frozenset[UUID]:
    """The requirements for which the firm's parts are bought now."""
    return frozenset(each.requirement_id for each in answers if each.award is not None)


def say(
    answers: Answers,
    act: Act,
    by: str,
    at: datetime,
    *,
    reason: AnswerReason | None = None,
    award: Award | None = None,
    confirmed: tuple[GateName, ...] = (),
    bounds: str | None = None,
) -> Answers | Refusal:
    """The answers after one more. The same said again, by whomever, is nothing new."""
    last = answers.last
    same = last is not None and (last.standing, last.award) == (_AFTER[act], award)
    if same and (act == "correct" or answers.reason == reason):
        return answers
    standing = STANDING.after(answers.standing, act)
    if standing is None:
        return _REFUSED.get(answers.standing, "award_missing")
    if len(answers.said) >= MOST_ANSWERS and (act not in _WAYS_OUT or standing == answers.standing):
        return "answers_too_many"
    return replace(answers, said=(*answers.said, Answer(act, standing, by, at, reason, award, confirmed, bounds)))


_REFUSED: Mapping[Standing, Refusal] = {"declined": "match_declined", "awarded": "match_awarded"}
