"""What is wrong with a field."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.registration.domain.reasons import AnchorReason, ProfileReason, RfcReason


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that breaks a rule."""

    field: str
    """Path from the profile: `scian`, `processes.0.area`."""
    reason: ProfileReason | AnchorReason | RfcReason
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What its sentence names."""


def line_faults(field: str, text: str | None, longest: int) -> Iterator[Fault]:
    """Of a name or a number: one line that says something. None where it need not be stated."""
    if text is not None and not (1 <= len(text) <= longest and text.isprintable()):
        yield Fault(field, "line_form", {"longest": longest})
