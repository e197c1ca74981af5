"""What tests of matching start from: values that are right in everything, to be changed where a test needs it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.matching import catalogue
from services.matching.domain.alignment import Hit, hit
from services.matching.domain.anchor import Anchor
from services.matching.domain.offering import Diagnosis, ProcessOffer, Profile
from services.matching.domain.pairs import Pair, Pairs
from services.matching.domain.rematch import Offering, Rematch, rematch
from services.matching.domain.requirement import Requirement, Specification
from shared.contracts import diagnosis, registration
from shared.contracts.event import EventData
from shared.contracts.matching import CandidateIntroduced, IntroductionEnded
from shared.days import day_of
from shared.messaging.decision import Decision

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


def pairs(
    before: Offering,
    *requirements: Requirement,
    was: Sequence[Requirement] = (),
    of: Offering | None = None,
    today: date = TODAY,
    **more: Any,
) -> Pairs:
    """The pairs of an offering as the store finds them, by the definition. The firm was told of those that it, or `of`,
    had with what `was` asked; of that, what is not among the requirements is closed by now.
    """
    told = {each.id: (each.area, hit_of(of or before, each)) for each in was}
    gone = [replace(each, status="closed") for each in was if each.id not in {now.id for now in requirements}]
    found = []
    for each in sorted((*requirements, *gone), key=lambda each: each.id):
        area, known = told.get(each.id, (None, None))
        now = hit_of(before, each, today)
        moved = known is not None and area != each.area
        found.append(Pair(each, now, area if known else None, differs=moved or now != known))
    areas = before.profile.areas if before.profile else ()
    asked = {area: tuple(each for each in requirements if (each.area, each.status) == (area, "open")) for area in areas}
    return Pairs(tuple(found), asked, RULES, **more)


def hit_of(offering: Offering, asked: Requirement, today: date = TODAY) -> Hit | None:
    """What an offering is to a requirement, by the definition."""
    if offering.profile is None or asked.status != "open":
        return None
    return hit(offering.profile, asked.need_of(offering.id, today), RULES, today, withdrawn=offering.withdrawn)


def again(before: Offering, *requirements: Requirement, **more: Any) -> Rematch:
    """An offering decided again, with these requirements alone; more as of `pairs`."""
    return rematch(before, pairs(before, *requirements, **more), TODAY)


def diagnosed(*open_critical: str, version: int = 1, at: datetime = NOW) -> Diagnosis:
    return Diagnosis(version, at, "C", "C1", open_critical)


def offering(*processes: ProcessOffer, **changes: Any) -> Offering:
    """An offering of which registration has told, and nothing else."""
    return Offering(SUPPLIER, profile=profile(*processes, **changes))


def matched(*requirements: Requirement) -> Offering:
    """An offering that was diagnosed and matched with all of these."""
    after = again(Offering(SUPPLIER, profile=profile(), diagnosis=diagnosed()), *requirements).offering
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


def followed(
    decision: Decision[Offering], *requirements: Requirement, now: datetime = NOW, **more: Any
) -> Decision[Offering]:
    """A decision whole, its second step with the pairs that the definition finds; more as of `pairs`. Without who comes
    to know the firm: that has tests of its own.
    """
    if decision.then is None or decision.state is None:
        return decision
    wanted = decision.then.wanted
    how: dict[str, Any] = {"own": wanted == "judged", "whole": wanted == "whole", "today": day_of(now)}
    found = pairs(decision.state, *requirements, **how | more)
    rest = decision.then.decide(decision.state, found, now)
    return Decision(rest.state, (*decision.events, *apart(rest.events)), decision.timers)


def apart(events: Sequence[EventData]) -> list[EventData]:
    """These but for who comes to know the firm."""
    return [event for event in events if not isinstance(event, (CandidateIntroduced, IntroductionEnded))]
