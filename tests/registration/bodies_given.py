"""Requests as people send them."""

import os
from pathlib import Path
from typing import Any

import httpx

from deploy.target.mail import code_for
from shared.testing.stage import StageUnderTest
from tests.registration.given import LEGAL_RFC

CONTACT = {"name": "Persona Ejemplo", "email": "persona@ejemplo.mx", "phone": "442 555 0101", "role": "sales"}

BODY: dict[str, Any] = {
    "rfc": LEGAL_RFC,
    "legal_name": "Maquinados Ejemplo SA de CV",
    "contact": CONTACT,
    "sector": "industry",
    "scian": "332710",
    "state": "22",
    "operating_since": "2009-05-04",
    "workers": 51,
    "annual_sales_mxn": "100000000.00",
    "offering": {"processes": [{"area": "P14"}]},
}


async def claimed(stage: StageUnderTest, **more: Any) -> str:
    """The id of a registration that its contact has not confirmed."""
    answer = await stage.client.post("/suppliers", json=BODY | more)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def code_of(claim: str) -> str:
    """What was mailed to its contact."""
    return code_for(Path(os.environ["PDP_MAIL_FOLDER"]), claim)


async def confirmed(stage: StageUnderTest, claim: str, code: str | None = None) -> httpx.Response:
    return await stage.client.post(f"/suppliers/{claim}/confirmation", json={"code": code or code_of(claim)})


async def held(stage: StageUnderTest, supplier: str) -> dict[str, Any]:
    """What is held of a supplier that it did not say, as it sees that itself."""
    answer = await stage.client.get(
        f"/suppliers/{supplier}/held", headers=stage.headers("supplier", supplier_id=supplier)
    )
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def shown(stage: StageUnderTest, supplier: str) -> dict[str, Any]:
    """A supplier as operators see it."""
    answer = await stage.client.get(f"/suppliers/{supplier}", headers=stage.headers("operator"))
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def registered(stage: StageUnderTest, **more: Any) -> dict[str, Any]:
    """A firm whose contact confirmed it."""
    claim = await claimed(stage, **more)
    answer = await confirmed(stage, claim)
    assert answer.status_code == 200, answer.text
    return await shown(stage, claim)


WHOLE: dict[str, Any] = {
    **BODY,
    "municipality": "22014",
    "plants": [
        {
            "name": "Planta Norte",
            "state": "22",
            "municipality": "22014",
            "latitude_e6": 20_588_801,
            "longitude_e6": -100_389_902,
        },
        {"name": "Nave 2", "state": "11", "municipality": "11020", "latitude_e6": None, "longitude_e6": None},
    ],
    "exports": True,
    "women_led": True,
    "tax_opinion": "positive",
    "offering": {
        "processes": [
            {
                "area": "P14",
                "materials": ["acero"],
                "force_t": 251,
                "envelope_mm": [601, 402, 203],
                "tolerance_um": 51,
                "installed_capacity": 900_001,
                "free_capacity": 200_001,
                "lead_time_days": 31,
                "special_processes": [{"code": "CQI-9", "assessed_on": "2026-01-09"}],
                "parts": {
                    "weight_g": [21, 4_501],
                    "thickness_um": [502, 6_003],
                    "diameter_um": [3_004, 80_005],
                    "surface_ra_nm": 801,
                    "salt_spray_h": 481,
                },
                "supply": {
                    "minimum_order": 1_001,
                    "sample_days": 16,
                    "tooling_days": 61,
                    "tooling_in_house": True,
                    "design": "co_design",
                    "ppap_level": 3,
                    "apqp": True,
                    "deliveries": ["fca", "jit"],
                    "edi": True,
                    "shifts": 2,
                    "oee_bp": 7_101,
                },
            }
        ],
        "qms": "iatf_16949",
        "qms_valid_to": "2028-06-30",
        "ppm_12m": 36,
        "otif_bp_12m": 9_801,
        "experience": "tier_2",
        "regional_value_bp": 7_202,
        "certificates": [
            {
                "standard": "iatf_16949",
                "body": "Certificadora Ejemplo",
                "number": "MX-0041",
                "scope": "Maquinado de soportes",
                "site": "Planta Norte",
                "valid_from": "2025-07-01",
                "valid_to": "2028-06-30",
            }
        ],
        "languages": ["en", "de"],
        "payment_terms_days": 62,
        "programs": [
            {"program": "immex", "modality": "industrial", "number": "IMMEX 0042-2019", "valid_to": "2027-05-04"}
        ],
        "origins": [
            {
                "family": "Soportes de motor",
                "hs_code": "87082999",
                "vehicle": "heavy",
                "list": "principal",
                "method": "transaction_value",
                "rvc_bp": 7_503,
                "valid_to": "2027-03-02",
            }
        ],
    },
}
"""All that a firm can say of itself: no field as it is where nothing is said."""
