"""Who acts in the story, each with a token of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from deploy.target.client import Client
from deploy.target.person import Person, RoleName

OPERATOR, REVIEWER = "operadora-programa", "operador-revision"
ASSESSOR, EXPERT, MENTOR = "evaluadora-planta", "experto-validador", "mentora-desarrollo"


@dataclass
class People:
    """Tokens by person, made when first needed."""

    client: Client
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def operator(self) -> str:
        """Loads files, assigns people, proposes overrides."""
        return self._token("operator", OPERATOR)

    @property
    def reviewer(self) -> str:
        """Another operator, who approves: nobody approves what they proposed."""
        return self._token("operator", REVIEWER)

    @property
    def assessor(self) -> str:
        return self._token("assessor", ASSESSOR)

    @property
    def expert(self) -> str:
        """Another person than the assessor: nobody validates their own assessment."""
        return self._token("expert", EXPERT)

    @property
    def mentor(self) -> str:
        return self._token("mentor", MENTOR)

    def firm(self, supplier: UUID) -> str:
        """Whoever signs in for this supplier."""
        return self._token("supplier", _of_firm(supplier), supplier=supplier)

    def buyer(self, anchor: UUID) -> str:
        """The buyer of this anchor."""
        return self._token("anchor", _of_anchor(anchor), anchor=anchor)

    def _token(self, role: RoleName, subject: str, *, supplier: UUID | None = None, anchor: UUID | None = None) -> str:
        if subject not in self._tokens:
            self._tokens[subject] = self.client.token(role, subject=subject, supplier=supplier, anchor=anchor)
        return self._tokens[subject]


def cast(supplier: UUID, anchor: UUID) -> tuple[Person, ...]:
    """One person of each role, as they act in the story: these two for this firm and this anchor."""
    return (
        Person.of("operator", OPERATOR),
        Person.of("supplier", _of_firm(supplier), supplier=supplier),
        Person.of("anchor", _of_anchor(anchor), anchor=anchor),
        Person.of("assessor", ASSESSOR),
        Person.of("expert", EXPERT),
        Person.of("mentor", MENTOR),
    )


def _of_firm(supplier: UUID) -> str:
    return f"proveedor-{supplier}"


def _of_anchor(anchor: UUID) -> str:
    return f"comprador-{anchor}"
