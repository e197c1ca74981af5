"""A prospect: a plant of a public register that could make what is asked for, and has not registered."""

import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID, uuid5

from services.registration.domain.firm_name import parted
from services.registration.domain.prospect_areas import PLACING, AreaFound, Basis, PlacingRules, place
from shared.state_machine import StateMachine, Transition

Source = Literal["retc", "denue"]
"""SEMARNAT's Registro de Emisiones y Transferencia de Contaminantes; INEGI's Directorio Estadístico Nacional de
Unidades Económicas.
"""
ProspectStatus = Literal["prospect", "invited", "registered", "not_interested"]
ProspectAct = Literal["invite", "decline", "link", "reopen"]
Channel = Literal["letter", "telephone", "email", "visit", "event", "cluster"]
"""How a plant was invited. What it was called or written at is kept nowhere."""

PROSPECT = StateMachine[ProspectStatus](
    "prospect",
    get_args(ProspectStatus),
    "prospect",
    (
        Transition("invite", ("prospect", "invited"), "invited"),
        Transition("decline", ("prospect", "invited"), "not_interested"),
        Transition("link", ("prospect", "invited", "not_interested"), "registered"),
        Transition("reopen", ("invited", "registered", "not_interested"), "prospect"),
    ),
)
"""`reopen` takes back what somebody did by mistake, of whichever act; what was done stays told."""

MOST_ACTS = 50
"""That a prospect tells; older ones are in the audit log."""
MAX_NOTE = 300

_NAMESPACE = UUID("7a0be7a2-8c5a-5d0e-9d8a-3f4c31d0c5a1")
_TELEPHONE = re.compile("(?:[0-9][ ().-]*){7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """What a public register says of a plant, without anything personal: names are of legal persons alone."""

    source: Source
    source_id: str
    """The register's own number: RETC's NRA, DENUE's id, or its clee where it has no id."""
    edition: str | None = None
    """Of the register, as `2022`."""
    name: str | None = None
    """Legal name; None of whoever may be a natural person."""
    plant: str | None = None
    """What the plant is called, of those that have a legal name."""
    scian: str | None = None
    scian_title: str = ""
    activity: str = ""
    """What it does, in its own words."""
    branch: str = ""
    """The register's own, which it puts the plant in."""
    workers_from: int | None = None
    workers_to: int | None = None
    """Persons; None: nobody says, or more than `workers_from`."""
    state: str
    municipality: str | None = None
    """Its name."""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    """Degrees (WGS 84), of those that have a legal name."""
    automotive: bool | None = None
    """Whether the register's extract counts it as automotive."""


@dataclass(frozen=True, slots=True)
class ActOn:
    """What an operator did with a prospect."""

    act: ProspectAct
    by: str
    """Subject of their token."""
    at: datetime
    channel: Channel | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect(RegisterEntry):
    """A register's entry, where it may belong, and what operators did with it."""

    id: UUID
    areas: tuple[AreaFound, ...] = ()
    """The surest first; none where no area is known."""
    rules: str
    """Version of the tables by which it was placed."""
    status: ProspectStatus = "prospect"
    acts: tuple[ActOn, ...] = ()
    supplier_id: UUID | None = None
    """The supplier that it is, while `registered`."""
    not_these: tuple[UUID, ...] = ()
    """Suppliers of its name and state that an operator knows to be others."""
    brought_at: datetime

    @property
    def name_key(self) -> str | None:
        """The name by which it is compared with suppliers."""
        return None if self.name is None else parted(self.name).key or None


def prospect_id(source: Source, source_id: str) -> UUID:
    """The id that belongs to a register's own number."""
    return uuid5(_NAMESPACE, f"{source} {source_id}")


def brought(state: Prospect | None, entry: RegisterEntry, now: datetime) -> Prospect:
    """The prospect of an entry: new, or as the register says now, with what operators did."""
    values = {name: getattr(entry, name) for name in _ENTRY}
    if state is not None:
        return state if values == {name: getattr(state, name) for name in _ENTRY} else placed(replace(state, **values))
    id_ = prospect_id(entry.source, entry.source_id)
    return placed(Prospect(**values, id=id_, rules=PLACING.version, brought_at=now))


def placed(prospect: Prospect, rules: PlacingRules = PLACING) -> Prospect:
    """The prospect where these rules place it."""
    said: dict[Basis, tuple[str, ...]] = {
        "activity": (prospect.activity,),
        "branch": (prospect.branch,),
        "name": tuple(name for name in (prospect.name, prospect.plant) if name),
    }
    areas = place(rules, scian=prospect.scian, title=prospect.scian_title, said=said)
    return replace(prospect, areas=areas, rules=rules.version)


def acted(prospect: Prospect, act: ActOn, **changed: Any) -> Prospect | None:  # noqa: ANN401 - of its fields
    """The prospect after an act; None where it has no way from its status."""
    status = PROSPECT.after(prospect.status, act.act)
    if status is None:
        return None
    return replace(prospect, status=status, acts=(*prospect.acts, act)[-MOST_ACTS:], **changed)


def is_personal(note: str) -> bool:
    """Whether a note has an address of mail or a telephone number."""
    return "@" in note or _TELEPHONE.search(note) is not None


_ENTRY = tuple(field.name for field in fields(RegisterEntry))
