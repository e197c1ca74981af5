"""What is wrong with a field."""

from dataclasses import dataclass

from services.registration.domain.reasons import AnchorReason, ProfileReason


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that breaks a rule. The detail says what would be right and quotes nothing of what was given."""

    field: str
    """Path from the profile: `scian`, `processes.0.area`."""
    reason: ProfileReason | AnchorReason
    detail: str
