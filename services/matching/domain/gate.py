"""One gate between an offering and a requirement, and how it came out."""

from dataclasses import dataclass

from services.matching.domain.reasons import GateName, GateReason, GateStatus

CONCEDED: frozenset[GateReason] = frozenset({"wished", "waived", "below_ladder_waivable"})


@dataclass(frozen=True, slots=True)
class Gate:
    """`need` and `offer` are filled where it is neither met nor left out."""

    gate: GateName
    status: GateStatus
    reason: GateReason
    need: str = ""
    offer: str = ""

    @property
    def passed(self) -> bool:
        """Whether it bars nothing."""
        return self.status != "not_met"

    @property
    def conceded(self) -> bool:
        """Whether the firm falls short of it, and is barred from nothing: it is only wished, or waived."""
        return self.reason in CONCEDED
