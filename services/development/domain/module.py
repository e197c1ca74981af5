"""Development modules: what the program can teach, and which gaps each helps to close."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.development.domain.diagnosis import Severity

ModuleKind = Literal["training", "mentoring", "consultancy"]
"""A knowledge gap is trained, a habit on the floor is mentored, a system or a certification takes a consultant."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the catalogue. Costs in MXN, a range; they are assumptions until the program has its own."""

    code: str
    name: str
    kind: ModuleKind
    hours: int
    deliverable: str
    """What proves that it was done."""
    cost_from: Decimal
    cost_to: Decimal
    questions: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.hours <= 0:
            raise ValueError(f"module {self.code}: hours must be positive")
        if not Decimal(0) <= self.cost_from <= self.cost_to:
            raise ValueError(f"module {self.code}: the cost range is upside down")


@dataclass(frozen=True, slots=True)
class Modules:
    """The catalogue. Its version goes into every plan that is made from it."""

    version: str
    severity_weights: Mapping[Severity, int]
    """How much one gap counts when modules compete for a plan."""
    modules: tuple[Module, ...]

    def __post_init__(self) -> None:
        if len({module.code for module in self.modules}) != len(self.modules):
            raise ValueError(f"{self.version}: a module code appears twice")

    def close(self, question: str) -> bool:
        """Does any module help to close a gap of this question?"""
        return any(question in module.questions for module in self.modules)
