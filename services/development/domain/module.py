"""Development modules: what the program can teach, and which gaps each helps to close."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.development.domain.bankable import Bankable
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
    requires: tuple[str, ...] = ()
    """Modules whose matter it builds on."""
    places: int = 1
    """Firms that are trained together; mentoring and consultancy are one to one."""
    session_hours: int = 4

    def __post_init__(self) -> None:
        if self.hours <= 0:
            raise ValueError(f"module {self.code}: hours must be positive")
        if self.session_hours <= 0:
            raise ValueError(f"module {self.code}: a session has hours")
        if self.places < 1 or (self.places > 1 and self.kind != "training"):
            raise ValueError(f"module {self.code}: only training has groups")
        if not Decimal(0) <= self.cost_from <= self.cost_to:
            raise ValueError(f"module {self.code}: the cost range is upside down")


@dataclass(frozen=True, slots=True)
class Modules:
    """The catalogue. Its version goes into every plan that is made from it."""

    version: str
    severity_weights: Mapping[Severity, int]
    """How much one gap counts when modules compete for a plan."""
    modules: tuple[Module, ...]
    bankable: Bankable | None = None

    def __post_init__(self) -> None:
        codes = {module.code for module in self.modules}
        if len(codes) != len(self.modules):
            raise ValueError(f"{self.version}: a module code appears twice")
        if unknown := sorted({code for module in self.modules for code in module.requires} - codes):
            raise ValueError(f"{self.version}: modules require {', '.join(unknown)}, which it does not have")
        if circle := sorted(code for code in codes if code in self.before(code)):
            raise ValueError(f"{self.version}: modules require each other: {', '.join(circle)}")

    def before(self, code: str) -> frozenset[str]:
        """Every module that this one builds on, also by way of others."""
        requires = {module.code: module.requires for module in self.modules}
        found: set[str] = set()
        new = {*requires.get(code, ())}
        while new:
            found |= new
            new = {each for known in new for each in requires[known]} - found
        return frozenset(found)

    def find(self, code: str) -> Module | None:
        return next((module for module in self.modules if module.code == code), None)

    def closing(self, question: str) -> tuple[str, ...]:
        """Codes of the modules that help to close a gap of this question."""
        return tuple(module.code for module in self.modules if question in module.questions)

    def close(self, question: str) -> bool:
        """Does any module help to close a gap of this question?"""
        return bool(self.closing(question))
