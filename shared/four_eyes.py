"""Four eyes: nobody approves what they took part in. A rule that the domains of several stages share."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Participants:
    """Who took part in something that somebody else has to approve, by the subjects of their tokens. It only grows."""

    subjects: tuple[str, ...] = ()

    def joined_by(self, *subjects: str) -> "Participants":
        new = tuple(subject for subject in dict.fromkeys(subjects) if subject not in self.subjects)
        return replace(self, subjects=(*self.subjects, *new)) if new else self

    def may_approve(self, subject: str) -> bool:
        return subject not in self.subjects


NOBODY = Participants()


def mark_of(firm: UUID, subject: str) -> str:
    """By which a stage knows somebody again, of one firm, when they come with their token: it names nobody, and of
    another firm it is another one.
    """
    return sha256(f"{firm}\n{subject}".encode()).hexdigest()
