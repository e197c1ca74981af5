"""What shows that an activity's deliverable exists, and what was said of it."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid5

from shared.state_machine import StateMachine, Transition

EvidenceKind = Literal["document", "photo", "measurement", "audit_report", "certificate"]
AuthorRole = Literal["supplier", "mentor"]
JudgeRole = Literal["mentor", "assessor"]
Standing = Literal["waiting", "accepted", "returned"]

EVIDENCE = StateMachine[Standing](
    "piece of evidence",
    get_args(Standing),
    "waiting",
    (
        Transition("accept", ("waiting", "returned"), "accepted"),
        Transition("return", ("waiting", "accepted"), "returned"),
    ),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a deliverable exists."""

    kind: EvidenceKind
    description: str
    reference: str | None = None
    """Where it is kept: a folio or an address."""
    sha256: str | None = None
    """Digest of the file, lower-case hexadecimal."""
    attachment: UUID | None = None
    """The file, where it was given here: the reference is what it is called, the digest its own."""

    def identity(self, activity_id: UUID, returned: int = 0) -> UUID:
        """The same evidence of the same activity is the same, but once it was returned: then it is given anew.
        `returned`: how often it was.
        """
        said = [self.kind, self.description, self.reference, self.sha256]
        return uuid5(activity_id, json.dumps([*said, returned] if returned else said))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accepted, which completes its activity; or returned, which is to be mended by other evidence."""

    standing: Standing
    reason: str
    """Of what was returned: the mentor's words, or the code that the assessor's event had."""
    by: str | None
    """Subject of the mentor; None: an assessor, whose name is in the stage that they work in."""
    role: JudgeRole
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """Evidence that somebody gave. Whoever gives it first is its author."""

    evidence_id: UUID
    evidence: Evidence
    by: str
    """Subject of the author's token; never leaves the store."""
    role: AuthorRole
    at: datetime
    verdicts: tuple[Verdict, ...] = ()
    """What was said of it, in order: the last one counts."""

    @property
    def standing(self) -> Standing:
        return self.verdicts[-1].standing if self.verdicts else "waiting"

    @property
    def returned_by_assessor(self) -> bool:
        """Whose verdict a mentor does not overrule."""
        last = self.verdicts[-1] if self.verdicts else None
        return last is not None and (last.standing, last.role) == ("returned", "assessor")

    def judged(self, verdict: Verdict) -> "Given":
        return replace(self, verdicts=(*self.verdicts, verdict))
