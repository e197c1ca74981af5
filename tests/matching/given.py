"""What tests of matching start from: values that are right in everything, to be changed where a test needs it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.matching import catalogue
from services.matching.domain.alignment import Aligned
from services.matching.domain.anchor import Anchor
from services.matching.domain.offering import Diagnosis, ProcessOffer, Profile
from services.matching.domain.rematch import Offering, rematch
from services.matching.domain.requirement import Demand, Requirement, Specification
from shared.contracts import diagnosis, registration

NAMES = UUID(int=7)
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
"""Noon in central Mexico."""
REGISTERED = datetime(2026, 1, 10, tzinfo=UTC)
RULES = catalogue.rules()


def an_id(name: str) -> UUID:
    return uuid5(NAMES, name)


SUPPLIER = an_id("supplier")
ANCHOR = an_id("anchor")


def process(**changes: Any) -> ProcessOffer:
    values: dict[str, Any] = {"area": "P01", "materials": ("acero",), "free_capacity": 100_000}
    return ProcessOffer(**values | changes)


def profile(*processes: ProcessOffer, **changes: Any) -> Profile:
    values: dict[str, Any] = {
        "state": "11",
        "list_69b": "not_listed",
        "looked_up": True,
        "registered_at": REGISTERED,
        "processes": processes or (process(),),
        "qms": "iso_9001",
    }
    return Profile(**values | changes)


def need(**changes: Any) -> Specification:
    values: dict[str, Any] = {
        "area": "P01",
        "title": "Soporte",
        "annual_volume": 100_000,
        "plant_state": "11",
        "open_until": date(2026, 12, 31),
    }
    return Specification(**values | changes)


def requirement(name: str = "requirement", **changes: Any) -> Requirement:
    return Requirement(an_id(name), ANCHOR, need(**changes))


def demand(*requirements: Requirement) -> Demand:
    return Demand.of(requirements, RULES)


def diagnosed(*open_critical: str, version: int = 1, at: datetime = NOW) -> Diagnosis:
    return Diagnosis(version, at, "C", "C1", open_critical)


def offering(*processes: ProcessOffer, **changes: Any) -> Offering:
    """An offering of which registration has told, and nothing else."""
    return Offering(SUPPLIER, profile=profile(*processes, **changes))


def matched(*requirements: Requirement) -> Offering:
    """An offering that was diagnosed and matched with all of these."""
    before = Offering(SUPPLIER, profile=profile(), diagnosis=diagnosed())
    after = rematch(before, demand(*requirements), TODAY).offering
    assert isinstance(after.alignment, Aligned)
    assert len(after.matches) == len(requirements)
    return after


def anchor(**changes: Any) -> Anchor:
    values: dict[str, Any] = {"id": ANCHOR, "code": "TRACTORA-1", "name": "Tractora Uno", "joined_at": REGISTERED}
    return Anchor(**values | changes)


def profiled(
    kind: type[registration.SupplierProfile] = registration.SupplierRegistered, /, **changes: Any
) -> registration.SupplierProfile:
    """The event by which registration tells of a supplier; `changes` are those of its offering."""
    offer = {"processes": [{"area": "P01", "materials": ["acero"], "free_capacity": 100_000}], "qms": "iso_9001"}
    return kind.model_validate(
        {
            "supplier_id": SUPPLIER,
            "folio": "PDP-000001",
            "kind": "legal",
            "sector": "industry",
            "scian": "336370",
            "state": "11",
            "operating_since": "2015-05-05",
            "size": {"stratum": "small", "score": "40.00", "rules": "dof-2009"},
            "screening": {"list_69b": "not_listed", "list_date": "2026-01-01"},
            "offering": offer | changes,
            "registered_at": REGISTERED,
        }
    )


def registered(**changes: Any) -> registration.SupplierRegistered:
    event = profiled(**changes)
    assert isinstance(event, registration.SupplierRegistered)
    return event


def result(*critical: str) -> diagnosis.Result:
    gaps = [{"question": question, "level": 0, "target": 3, "gap": 3, "severity": "critical"} for question in critical]
    minor = {"question": "C01", "level": 2, "target": 3, "gap": 1, "severity": "minor"}
    return diagnosis.Result.model_validate(
        {"dimensions": {"TEC": 7000}, "overall": 7000, "grade": "C", "band": "C1", "gaps": [*gaps, minor]}
    )


def completed(*critical: str, version: int = 1, at: datetime = NOW) -> diagnosis.DiagnosisCompleted:
    return diagnosis.DiagnosisCompleted(
        supplier_id=SUPPLIER,
        diagnosis_id=an_id("diagnosis"),
        instrument="pdp-2026-1",
        version=version,
        levels={"T01": 3},
        result=result(*critical),
        validated_at=at,
    )


def rescored(*critical: str, at: datetime, version: int = 1) -> diagnosis.GapRescored:
    return diagnosis.GapRescored(
        supplier_id=SUPPLIER,
        diagnosis_id=an_id("diagnosis"),
        instrument="pdp-2026-1",
        version=version,
        question="T05",
        level_before=0,
        level_after=3,
        closed=True,
        result=result(*critical),
        rescored_at=at,
    )
