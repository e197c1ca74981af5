"""By what an operator finds a firm: marks that it has, of its profile or of what was decided on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.registration.domain.supplier import Supplier

SHORTEST_SCIAN = 2
"""Digits of a sector: a firm is found by its class, and by whatever that is a part of."""


def marks(supplier: Supplier) -> tuple[str, ...]:
    """All that a firm is found by, beside its name and its numbers."""
    return tuple(dict.fromkeys(_marks(supplier)))


def _marks(supplier: Supplier) -> Iterator[str]:
    yield f"state:{supplier.state}"
    yield f"stratum:{supplier.size.stratum}"
    yield from (f"scian:{supplier.scian[:digits]}" for digits in range(SHORTEST_SCIAN, len(supplier.scian) + 1))
    yield from (f"area:{process.area}" for process in supplier.offering.processes)
    yield from (f"hold:{reason}" for reason in supplier.holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an operator looks for; None is whatever. All of it has to fit."""

    status: str | None = None
    state: str | None = None
    area: str | None = None
    scian: str | None = None
    stratum: str | None = None
    hold: str | None = None
    name: str | None = None
    """Words, or their beginnings, of its legal name."""
    rfc: str | None = None
    folio: str | None = None

    @property
    def marked(self) -> list[str]:
        """The marks that are asked for."""
        given = {
            "state": self.state,
            "area": self.area,
            "scian": self.scian,
            "stratum": self.stratum,
            "hold": self.hold,
        }
        return [f"{kind}:{value}" for kind, value in given.items() if value is not None]
