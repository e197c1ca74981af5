"""A firm's appeal against what a selection said of it, and what the program answers."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid5

from services.development.domain.reasons import Refusal
from shared.state_machine import StateMachine, Transition

AppealStatus = Literal["waiting", "withdrawn", "upheld", "rejected"]
Verdict = Literal["upheld", "rejected"]

APPEAL = StateMachine[AppealStatus](
    "appeal",
    get_args(AppealStatus),
    "waiting",
    (
        Transition("withdraw", ("waiting",), "withdrawn"),
        Transition("make again", ("withdrawn",), "waiting"),
        Transition("uphold", ("waiting",), "upheld"),
        Transition("reject", ("waiting",), "rejected"),
    ),
    final={
        "upheld": "the firm has the next place, as an override in; an operator takes that back no more",
        "rejected": "who was answered may contend in a later cohort",
    },
)


@dataclass(frozen=True, slots=True)
class Appeal:
    """One a firm and cohort."""

    id: UUID
    cohort_id: UUID
    supplier_id: UUID
    reason: str
    """What the firm says."""
    by: str
    """Subject of whoever of the firm said it; never leaves the store."""
    made_at: datetime
    status: AppealStatus = "waiting"
    answer: str = ""
    """What the program says."""
    decided_by: str | None = None
    decided_at: datetime | None = None


def appeal_id(cohort_id: UUID, supplier_id: UUID) -> UUID:
    return uuid5(cohort_id, f"appeal:{supplier_id}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operator answers for the program."""

    verdict: Verdict
    text: str
    by: str
    at: datetime


def made(before: Appeal | None, appeal: Appeal) -> Appeal | Refusal:
    """The firm's appeal; one that it withdrew is made anew."""
    if before is not None and APPEAL.after(before.status, "make again") is None:
        return "appeal_already_made"
    return appeal


def withdrawn(appeal: Appeal | None) -> Appeal | Refusal:
    """The firm takes it back, while nobody answered."""
    if appeal is None:
        return "appeal_not_found"
    if APPEAL.after(appeal.status, "withdraw") is None:
        return "appeal_already_decided"
    return replace(appeal, status="withdrawn")


def decided(appeal: Appeal | None, answer: Answer) -> Appeal | Refusal:
    """What the program answers."""
    if appeal is None:
        return "appeal_not_found"
    if APPEAL.after(appeal.status, "uphold" if answer.verdict == "upheld" else "reject") is None:
        return "appeal_already_decided"
    return replace(appeal, status=answer.verdict, answer=answer.text, decided_by=answer.by, decided_at=answer.at)
