"""Requirements as callers send and see them: the contract's specification within the limits of its fields."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from services.matching.domain.reasons import CloseReason, Refusal, Waivable
from services.matching.domain.requirement import Requirement, RequirementStatus, Specification, YearVolume
from services.matching.domain.waiver import WAIVABLE, Waiver
from services.matching.handlers import published
from shared.contracts import matching as contract
from shared.contracts import specification
from shared.contracts.event import BasisPoints, Day, EventData, Level, QuestionCode, ReasonCode
from shared.days import day_of
from shared.i18n.fields import wrong, wrong_at
from shared.messaging.journal import Told
from shared.runtime.clock import now
from shared.service.http import Body, OneLine, View
from shared.service.http.wellformed import Broken, Place
from shared.service.recorded import ActorView

MAX_MEASURE = 2_000_000_000
"""Fits the four bytes of every reader's integer column; no force, side, volume or time comes near it."""

Measure = Annotated[int, Field(ge=0, le=MAX_MEASURE)]
Positive = Annotated[int, Field(gt=0, le=MAX_MEASURE)]
Material = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"\w"), OneLine]
Cqi = Annotated[str, StringConstraints(pattern=r"^CQI-[0-9]{1,2}$")]


Delivery = Literal["exw", "fca", "dap", "ddp", "jit", "jis"]
Standard = Literal["iso_14001", "iso_45001", "iso_50001", "iso_17025", "iso_27001", "tisax"]
"""Beside the quality management system, which has a ladder of its own."""
Program = Literal["immex", "oea", "c_tpat"]

MOST_REFERENCE = 60
"""Characters: part numbers have some twenty."""


def _reference(text: str) -> str:
    """In capitals: a part number is no other one for its small letters."""
    return " ".join(text.upper().split())


Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=r"\w"), OneLine
]

Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_REFERENCE, pattern=r"\w"),
    OneLine,
    AfterValidator(_reference),
]


def past(given: object, field: str, code: Refusal) -> Iterator[Broken]:
    """Whether a day that was given is over."""
    if isinstance(given, str) and date.fromisoformat(given) < day_of(now()):
        yield field, code, {}


_PLACE, _DISTANCE = ("plant_latitude_e6", "plant_longitude_e6"), "distance_km_max"


def _from_nowhere(given: Mapping[str, Any]) -> bool:
    """Whether a distance has no place from which it counts, or half of one, or a place no distance."""
    return {given.get(name) is None for name in _PLACE} != {given.get(_DISTANCE) is None}


_ONCE = ("materials", "special_processes", "must_have", "deliveries", "certificates", "programs", "languages")
"""Lists in which what is said twice is said once."""


class AskedYear(specification.YearVolume, extra="forbid"):
    """Pieces of one year, from outside."""


class AskedSpecification(contract.Specification, extra="forbid"):
    """A specification from outside. An unknown field is refused: most are a misspelt one."""

    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\w"), OneLine
    ]
    materials: Annotated[tuple[Material, ...], Field(max_length=20)] = ()
    force_t: Measure | None = None
    envelope_mm: tuple[Positive, Positive, Positive] | None = None
    tolerance_um: Measure | None = None
    annual_volume: Positive
    lead_time_days: Positive | None = None
    special_processes: Annotated[tuple[Cqi, ...], Field(max_length=10)] = ()
    ppm_max: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    otif_bp_min: BasisPoints | None = None
    targets: Annotated[dict[QuestionCode, Level], Field(max_length=60)] = Field(default_factory=dict)
    must_have: Annotated[tuple[QuestionCode, ...], Field(max_length=60)] = ()

    part_weight_g: Positive | None = None
    part_thickness_um: Positive | None = None
    part_diameter_um: Positive | None = None
    surface_ra_nm_max: Measure | None = None
    salt_spray_h_min: Positive | None = None
    minimum_order_max: Positive | None = None
    deliveries: Annotated[tuple[Delivery, ...], Field(max_length=6)] = ()
    certificates: Annotated[tuple[Standard, ...], Field(max_length=6)] = ()
    programs: Annotated[tuple[Program, ...], Field(max_length=3)] = ()
    distance_km_max: Annotated[int, Field(ge=1, le=specification.MOST_KM)] | None = None

    wishes: Annotated[tuple[Waivable, ...], Field(max_length=len(WAIVABLE))] = ()
    ramp: Annotated[tuple[AskedYear, ...], Field(max_length=15)] = ()

    @field_validator("ramp")
    @classmethod
    def _years_in_order(cls, ramp: tuple[AskedYear, ...]) -> tuple[AskedYear, ...]:
        years = [each.year for each in ramp]
        if years != sorted(set(years)):
            raise wrong("fields.ramp")
        return ramp

    @classmethod
    def broken(cls, given: dict[str, Any], wrong: Sequence[Place]) -> Iterator[Broken]:
        """What the rules say of the fields that are well formed."""
        yield from past(given.get("open_until"), "open_until", "open_until_past")
        if {place[-1] for place in wrong}.isdisjoint((*_PLACE, _DISTANCE)) and _from_nowhere(given):
            yield _DISTANCE, "fields.distance", {}

    @model_validator(mode="after")
    def _from_where(self) -> Self:
        """Of the whole: pydantic shows the validator of one field of a dataclass none of the others."""
        if _from_nowhere(vars(self)):
            raise wrong_at(_DISTANCE, "fields.distance")
        return self

    def specification(self) -> Specification:
        ramp = tuple(YearVolume(each.year, each.pieces) for each in self.ramp)
        wishes = tuple(gate for gate in WAIVABLE if gate in self.wishes)
        once = {name: tuple(dict.fromkeys(getattr(self, name))) for name in _ONCE}
        return Specification(**{**vars(self), **once, "ramp": ramp, "wishes": wishes})


class PublishBody(Body):
    anchor_id: UUID | None = None
    """For whom an operator publishes; a buyer's own anchor when left out."""
    specification: AskedSpecification
    reference: Reference | None = None
    """The anchor's own name of it, as a part number; no other of its requirements has it. The column `clave` of a file
    names the requirement by it, whatever its title.
    """

    @classmethod
    def broken(cls, given: dict[str, Any], wrong: Sequence[Place]) -> Iterator[Broken]:
        """What the rules say of the fields that are well formed."""
        for field, code, params in AskedSpecification.broken(given.get("specification", {}), wrong):
            yield f"specification.{field}", code, params


class ReferenceBody(Body):
    reference: Reference | None
    """Null: it has none any more."""


class ClosureBody(Body):
    reason: Literal["filled", "cancelled"]


class ReopeningBody(Body):
    open_until: Day | None = None
    """The last day from now on; it must be given where the one before is past."""


class ClosureView(View):
    """One time that it closed, and how it opened again."""

    reason: CloseReason
    by: str | None
    """Null: time closed it, or its anchor left."""
    at: datetime | None
    """Null: before this was kept."""
    reopened_by: str | None
    reopened_at: datetime | None


class WaiverBody(Body):
    gate: Waivable
    supplier_id: UUID | None = None
    """For this firm alone; for whoever does not pass the gate where it is left out."""
    reason: Sentence
    plan: Sentence
    """How it comes to be passed."""
    until: Day
    """The last day on which it counts."""

    @classmethod
    def broken(cls, given: dict[str, Any], _: Sequence[Place]) -> Iterator[Broken]:
        """What the rules say of the fields that are well formed."""
        return past(given.get("until"), "until", "waiver_past")

    def waiver(self, id_: UUID, by: str, at: datetime) -> Waiver:
        return Waiver(id_, self.gate, self.supplier_id, self.reason, self.plan, self.until, by, at)


class WaiverView(View):
    """A gate that bars a firm, or nobody, until a day."""

    id: UUID
    gate: Waivable
    supplier_id: UUID | None
    """Null: whoever does not pass it."""
    reason: str
    plan: str
    until: Day
    by: str
    at: datetime
    revoked_by: str | None
    revoked_at: datetime | None


class RequirementView(View):
    id: UUID
    anchor_id: UUID
    status: RequirementStatus
    closed_reason: CloseReason | None
    version: int
    """For the column `version` of a file: what its row is based on."""
    reference: str | None
    """The anchor's own name of it: for the column `clave` of a file."""
    closures: list[ClosureView]
    """The last ones, oldest first; `versions` has all."""
    waivers: list[WaiverView]
    """Those that ended too, oldest first."""
    specification: contract.Specification

    @classmethod
    def of_requirement(cls, requirement: Requirement) -> "RequirementView":
        return cls(
            id=requirement.id,
            anchor_id=requirement.anchor_id,
            status=requirement.status,
            closed_reason=requirement.closed_reason,
            version=requirement.version,
            reference=requirement.reference,
            waivers=[WaiverView.of(each) for each in requirement.waivers],
            closures=[ClosureView.of(each) for each in requirement.closures],
            specification=published.told(requirement.specification),
        )


class VersionView(View):
    """A version of a requirement as it was told; the last one is what holds."""

    number: int
    what: Literal["published", "changed", "closed", "reopened"]
    specification: contract.Specification | None
    """Null of a closing: what was asked stays."""
    reason: ReasonCode | None
    """Of a closing."""
    actor: ActorView | None
    """Null where an event of another stage caused it."""
    at: datetime

    @classmethod
    def of_told(cls, told: Told) -> "VersionView":
        event = told.data
        return cls(
            number=told.number,
            what=_WHAT[type(event)],
            specification=getattr(event, "specification", None),
            reason=getattr(event, "reason", None),
            actor=None if told.actor is None else ActorView.of(told.actor),
            at=told.recorded_at,
        )


_WHAT: Mapping[type[EventData], Literal["published", "changed", "closed", "reopened"]] = {
    contract.RequirementPublished: "published",
    contract.RequirementChanged: "changed",
    contract.RequirementClosed: "closed",
    contract.RequirementReopened: "reopened",
}
