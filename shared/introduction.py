"""Which anchors may know a firm that they match: a rule for the stage that decides it and the portal that shows it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Introducible:
    """To whom a firm may be introduced, as registration told it last."""

    natural: bool
    """A natural person: only who it consented to may know it."""
    everybody: bool = False
    anchors: tuple[UUID, ...] = ()
    contact_role: str | None = None

    def may_know(self, anchor_id: UUID) -> bool:
        """Whether this anchor may know the firm, where it matches."""
        return not self.natural or self.everybody or anchor_id in self.anchors
