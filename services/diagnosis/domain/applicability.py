"""Which questions are about a firm at all: told by what it makes, never typed by whoever answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offering:
    """What a firm makes, as it registered: enough to say what it is asked."""

    areas: tuple[str, ...]
    special_processes: tuple[str, ...]
    """AIAG CQI codes in which it assessed itself."""
    size: str | None = None
    """Its stratum; None: told before this was kept, as its state."""
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Applicability:
    """One version of the table. Source: AIAG CQI, which asks a yearly self-assessment of special processes alone."""

    version: str
    source: str
    special_process: tuple[str, ...]
    """Questions about a special process, of versions of the questionnaire that do not name their own."""
    special_areas: frozenset[str]
    """Procurement areas whose work is one."""

    def is_asked(self, offering: Offering | None) -> bool:
        """Whether questions about special processes are about the firm.

        Where nobody knows what it makes, they are: unknown is another thing than not applicable.
        """
        if offering is None or not offering.areas:
            return True
        return bool(offering.special_processes or self.special_areas.intersection(offering.areas))
