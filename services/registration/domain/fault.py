"""What is wrong with a field."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registration.domain.reasons import AnchorReason, ProfileReason


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that breaks a rule."""

    field: str
    """Path from the profile: `scian`, `processes.0.area`."""
    reason: ProfileReason | AnchorReason
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What its sentence names."""
