"""Whether a process lives, and whether it gets on with its work."""

from collections.abc import Callable
from dataclasses import dataclass, field

Check = Callable[[], str | None]
"""Says what is wrong, or None."""


@dataclass(slots=True)
class Health:
    """Readiness as the sum of its parts. It looks at progress; it never asks another system."""

    checks: dict[str, Check] = field(default_factory=dict)

    def troubles(self) -> dict[str, str]:
        """What keeps the process from getting on, by part."""
        return {name: trouble for name, check in self.checks.items() if (trouble := check()) is not None}
