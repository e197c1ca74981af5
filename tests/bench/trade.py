"""Invented firms and requirements of matching's part: in all areas alike, a third of a firm's pairs pass."""

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from services.matching.domain.requirement import Requirement, Specification
from services.matching.handlers import published
from shared.areas import CODES
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.registration import AnchorJoined, SupplierProfile, SupplierRegistered
from tests.bench.workload import NAMES, START
from tests.registration.suppliers import rfc

ANCHOR = uuid5(NAMES, "anchor")
MATERIALS = ("acero", "acero inoxidable 304", "acero 1020", "PA6-GF30", "PA6", "aluminio", "zamak", "resina K-7")
STATES = tuple(f"{number:02}" for number in range(1, 33))
RUNGS = ("none", "documented", "iso_9001", "iso_9001", "iatf_16949")
JOINED = AnchorJoined(anchor_id=ANCHOR, code="BENCH", name="Bench", states=("11",), joined_at=START)


def supplier_id(number: int) -> UUID:
    return uuid5(NAMES, f"firm {number}")


def registered(number: int, kind: type[SupplierProfile] = SupplierRegistered, seed: str = "") -> SupplierProfile:
    """A firm; with another seed it offers something else in the same areas."""
    areas = Random(number).sample(CODES, 1 + number % 2)
    chance = Random(f"{seed}{number}")
    return kind.model_validate(
        {
            "supplier_id": supplier_id(number),
            "folio": f"PDP-{number:07}",
            "kind": "legal",
            "rfc": rfc(number),
            "legal_name": "Maquinados Ejemplo SA de CV",
            "sector": "industry",
            "scian": "332710",
            "state": chance.choice(STATES),
            "operating_since": date(2009, 5, 4),
            "size": {"stratum": "small", "score": "40.00", "rules": "dof-2009"},
            "screening": {"list_69b": "not_listed", "list_date": chance.choice((None, date(2026, 1, 1)))},
            "offering": {
                "processes": [_process(chance, area) for area in areas],
                "qms": chance.choice(RUNGS),
                "qms_valid_to": chance.choice((None, date(2031, 12, 31))),
                "ppm_12m": chance.choice((None, 40, 400)),
                "otif_bp_12m": chance.choice((None, 9_000, 9_900)),
                "regional_value_bp": chance.choice((None, 7_500)),
            },
            "registered_at": START,
        }
    )


def _process(chance: Random, area: str) -> dict[str, Any]:
    special = [{"code": "CQI-9", "assessed_on": START.date() - timedelta(days=chance.randrange(500))}]
    return {
        "area": area,
        "materials": chance.sample(MATERIALS, chance.randrange(4)),
        "force_t": chance.choice((None, 100, 250, 400, 800)),
        "envelope_mm": chance.choice((None, sorted(chance.choices(range(100, 3_000), k=3)))),
        "tolerance_um": chance.choice((None, 20, 50, 100)),
        "free_capacity": chance.randrange(2_000_000),
        "lead_time_days": chance.choice((None, 15, 30, 60)),
        "special_processes": special if chance.random() < 0.2 else [],
    }


def diagnosed(number: int) -> DiagnosisCompleted:
    dimensions = dict.fromkeys(("TEC", "OPE", "COM", "FIN", "GES", "ASG"), 6_200)
    result = {"dimensions": dimensions, "overall": 6_200, "grade": "C", "band": "C2", "gaps": []}
    return DiagnosisCompleted.model_validate(
        {
            "supplier_id": supplier_id(number),
            "diagnosis_id": uuid5(NAMES, f"diagnosis {number}"),
            "instrument": "pdp-2026-1",
            "version": 1,
            "levels": {"T01": 3},
            "result": result,
            "validated_at": START,
        }
    )


def asked(number: int) -> Requirement:
    """A requirement of the anchor; neighbours are of different areas."""
    chance = Random(f"asked {number}")
    need = Specification(
        area=CODES[number % len(CODES)],
        title=f"Part {number}",
        materials=tuple(chance.sample(MATERIALS, chance.choice((0, 1, 2)))),
        force_t=chance.choice((None, 200, 400)),
        envelope_mm=chance.choice((None, (200, 300, 400))),
        tolerance_um=chance.choice((None, 50)),
        annual_volume=chance.randrange(50_000, 500_000),
        lead_time_days=chance.choice((None, 30)),
        qms=chance.choice(("none", "documented", "iso_9001")),
        qms_waivable=chance.random() < 0.5,
        special_processes=chance.choice(((), (), ("CQI-9",))),
        ppm_max=chance.choice((None, 100)),
        plant_state=chance.choice(STATES),
        targets={"T04": 4},
        must_have=("T01",),
        open_until=date(2030, 12, 31),
    )
    return Requirement(uuid5(NAMES, f"asked {number}"), ANCHOR, need)


def profile(event: SupplierProfile):
    """As the stage keeps it."""
    return published.profile_of(event)
