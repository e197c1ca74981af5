"""Anchors (tractoras) as this stage knows them: enough to say who may publish."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Anchor:
    """A large buyer. Its name and code are None when it left before this stage heard of its joining."""

    id: UUID
    code: str | None = None
    name: str | None = None
    states: tuple[str, ...] = ()
    joined_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def takes_part(self) -> bool:
        return self.joined_at is not None and (self.left_at is None or self.left_at < self.joined_at)


def left(anchor: Anchor, at: datetime) -> Anchor:
    """The anchor after it left; a leaving older than the last one known changes nothing."""
    return anchor if anchor.left_at is not None and anchor.left_at >= at else replace(anchor, left_at=at)
