"""What an assessor said of a piece of evidence: a fact of its own, beside the level that it gave or did not give."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from shared.state_machine import StateMachine, Transition

Standing = Literal["waiting", "accepted", "returned"]
Fault = Literal["not_enough", "another_document", "not_legible", "out_of_date"]
"""Why evidence was returned: public contract, the words beside it stay in the store."""

EVIDENCE = StateMachine[Standing](
    "piece of evidence, for one question",
    get_args(Standing),
    "waiting",
    (
        Transition("accept", ("waiting", "returned", "accepted"), "accepted"),
        Transition("return", ("waiting", "accepted"), "returned"),
    ),
)
"""Accepted evidence is accepted again for a higher level: it may show more than was seen in it first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One look at one piece of evidence, for one question. A later one on the same counts instead; both are kept."""

    question: str
    evidence_id: UUID
    """Of a completed activity, which it identifies too."""
    standing: Standing
    because: Fault | None
    """Only of what was returned."""
    note: str
    by: str
    at: datetime


def standing_of(verdicts: Iterable[Verdict], question: str, evidence_id: UUID) -> Standing:
    """What the last look said; `waiting` where nobody looked yet."""
    found: Standing = EVIDENCE.initial
    for verdict in verdicts:
        if (verdict.question, verdict.evidence_id) == (question, evidence_id):
            found = verdict.standing
    return found
