"""Requests for access, rectification, cancellation or objection (derechos ARCO), each answered within the law's days.

Sources: LFPDPPP (DOF 20-03-2025), art. 21 to 34: twenty days from receipt for the answer, fifteen more to carry it out
(art. 31; art. 32 of the law of 2010); each term may be extended once, by as many, where the case calls for it. Days
are working days: those of article 74 of the Ley Federal del Trabajo are
none; others that an authority may declare are not known here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from shared.four_eyes import Participants
from shared.state_machine import StateMachine, Transition

Right = Literal["access", "rectification", "cancellation", "objection"]
Outcome = Literal["granted", "granted_in_part", "refused"]
Ground = Literal["not_the_person", "nothing_held", "law_keeps_it", "rights_of_others", "decided_before"]
"""Why less is done than was asked for (art. 25 and 33)."""
Status = Literal["received", "answered", "carried_out"]
Term = Literal["answer", "effect"]
"""To answer, and to carry out what was granted."""

ANSWER_DAYS, EFFECT_DAYS = 20, 15
MOST_OPEN = 20
"""Of one firm: more are a program in a loop."""

ARCO = StateMachine[Status](
    "ARCO request",
    ("received", "answered", "carried_out"),
    "received",
    (Transition("answer", ("received",), "answered"), Transition("carry_out", ("answered",), "carried_out")),
    {"carried_out": "whoever asked may ask anew, or go to the authority"},
)


@dataclass(frozen=True, slots=True)
class Extension:
    """A term's one extension."""

    term: Term
    reason: str | None
    """None: erased, as the request's answer."""
    on: date
    by: str
    until: date


@dataclass(frozen=True, slots=True, repr=False)
class ArcoRequest:
    """One request, kept with its outcome: it is what shows that it was answered in time. What was written does not show
    itself: a representation ends in logs.
    """

    id: UUID
    supplier_id: UUID
    arco_right: Right
    wanted: str | None
    """None: erased with the firm's contact."""
    received_on: date
    answer_by: date
    asked_by: str
    """Subject of who asked, or of the operator who wrote it down for somebody."""
    in_person: bool
    """Somebody of the firm asked, signed in; else an operator wrote it down."""
    status: Status = "received"
    outcome: Outcome | None = None
    ground: Ground | None = None
    answer: str | None = None
    """None: not given yet, or erased once nothing was left to be done."""
    answered_on: date | None = None
    answered_by: str | None = None
    effect_by: date | None = None
    """Until when what was granted is carried out."""
    none_of_it: bool = False
    """Whoever answered that nothing is held said that none of what was held then is what was asked for."""
    held: tuple[str, ...] = ()
    """What that was, by name."""
    extensions: tuple[Extension, ...] = ()
    carried_out_on: date | None = None
    carried_out_by: str | None = None

    @property
    def term(self) -> Term:
        """The one that runs."""
        return "answer" if self.status == "received" else "effect"

    @property
    def until(self) -> date | None:
        """Its last day; None where nothing is left to be done."""
        if self.status == "carried_out":
            return None
        return self.answer_by if self.status == "received" else self.effect_by

    def may_answer(self, by: str, outcome: Outcome) -> bool:
        """Nobody answers what they asked for themselves, nor gives less than all on what they alone wrote down."""
        return Participants((self.asked_by,)).may_approve(by) or (outcome == "granted" and not self.in_person)

    def carried_out(self, by: str, today: date) -> "ArcoRequest":
        """The request once what was granted is done. Raises ValueError: nothing is left to be done."""
        status = None if self.until is None else ARCO.after(self.status, "carry_out")
        if status is None:
            raise ValueError("nothing is left to be carried out")
        done = replace(self, status=status, carried_out_on=today, carried_out_by=by)
        return done.without_words() if self.wanted is None else done

    def without_words(self) -> "ArcoRequest":
        """The request once the person is erased: its answer stays to be read while something is left to be done."""
        bare = replace(self, wanted=None)
        if self.until is not None:
            return bare
        return replace(bare, answer=None, extensions=tuple(replace(each, reason=None) for each in self.extensions))

    @property
    def has_no_words(self) -> bool:
        """Neither an answer nor a reason is there, and none comes."""
        return self.until is None and self.answer is None

    def extended(self, reason: str, by: str, today: date) -> "ArcoRequest":
        """The request with as many days more of the term that runs. Raises ValueError: none does."""
        if self.until is None:
            raise ValueError("nothing is left to be done")
        days = ANSWER_DAYS if self.term == "answer" else EFFECT_DAYS
        extension = Extension(self.term, reason, today, by, working_days_after(self.until, days))
        changed = replace(self, extensions=(*self.extensions, extension))
        is_answer = self.term == "answer"
        return replace(changed, answer_by=extension.until) if is_answer else replace(changed, effect_by=extension.until)

    def answered(
        self,
        outcome: Outcome,
        ground: Ground | None,
        answer: str,
        by: str,
        today: date,
        none_of: tuple[str, ...] | None = None,
    ) -> "ArcoRequest":
        """The request with its answer. `none_of`: what is held, where none of it is what was asked for. Raises
        ValueError: it has one.
        """
        status = ARCO.after(self.status, "answer")
        if status is None:
            raise ValueError("it is answered")
        effect_by = None if outcome == "refused" else working_days_after(today, EFFECT_DAYS)
        return replace(
            self,
            status=status,
            outcome=outcome,
            ground=ground,
            answer=answer,
            answered_on=today,
            answered_by=by,
            effect_by=effect_by,
            none_of_it=none_of is not None,
            held=none_of or (),
        )


def working_days_after(start: date, days: int) -> date:
    """The day on which so many working days have passed, the first of which is the next one."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return day


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year)


def _holidays(year: int) -> set[date]:
    """Art. 74, with the day on which a president takes office, every sixth year."""
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 9, 16), date(year, 12, 25)}
    mondays = {_monday(year, 2, 1), _monday(year, 3, 3), _monday(year, 11, 3)}
    return fixed | mondays | ({date(year, 10, 1)} if year % 6 == 2024 % 6 else set())


def _monday(year: int, month: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (which - 1))
