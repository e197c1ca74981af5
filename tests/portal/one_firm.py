"""What the stages say of one firm, as far as its people's pages show it."""

from typing import Any

from tests.portal.conftest import OtherStages
from tests.portal.events import SUPPLIER

ETAG = '"v7"'
PERSON = "01900000-0000-7000-8000-000000000001"

PROFILE: dict[str, Any] = {
    "rfc": "TNB861214PH9",
    "legal_name": "Tornillos del Norte SA de CV",
    "contact": {"name": "Ana Ruiz", "email": "ana@tornillos.mx", "phone": None, "role": "sales"},
    "sector": "industry",
    "scian": "332710",
    "state": "22",
    "municipality": None,
    "operating_since": "2009-05-04",
    "exports": False,
    "workers": 51,
    "annual_sales_mxn": "100000000.00",
    "tax_opinion": "positive",
    "offering": {
        "processes": [
            {
                "area": "P14",
                "materials": ["acero"],
                "force_t": 400,
                "envelope_mm": [400, 300, 200],
                "tolerance_um": None,
                "installed_capacity": None,
                "free_capacity": None,
                "lead_time_days": 30,
                "special_processes": [{"code": "CQI-9", "assessed_on": "2026-10-01"}],
            }
        ],
        "qms": "iso_9001",
        "qms_valid_to": "2020-01-31",
        "ppm_12m": 50,
        "otif_bp_12m": 9850,
        "experience": "tier_2",
        "regional_value_bp": None,
    },
    "id": str(SUPPLIER),
    "folio": "PDP-2026-000123",
    "status": "registered",
    "holds": [],
    "kind": "legal",
    "size": {"stratum": "medium", "score": "95.1", "flags": [], "rules": "dof-2009-06-30"},
    "screening": {"list_69b": "not_listed", "list_date": None},
    "received_at": "2026-01-02T10:00:00Z",
    "registered_at": "2026-01-02T10:00:00Z",
    "withdrawal": None,
    "withdrawn_at": None,
}
PEOPLE: dict[str, Any] = {
    "items": [
        {
            "id": PERSON,
            "supplier_id": str(SUPPLIER),
            "status": "invited",
            "email": "beto@tornillos.mx",
            "invited_at": "2026-01-02T10:00:00Z",
            "expires_at": "2026-01-03T10:00:00Z",
            "joined_at": None,
            "ended_at": None,
            "subject": None,
        }
    ],
    "next": None,
}

SAID: dict[tuple[str, str], Any] = {
    ("registration", f"/suppliers/{SUPPLIER}"): PROFILE,
    ("registration", f"/suppliers/{SUPPLIER}/people"): PEOPLE,
    ("registration", f"/suppliers/{SUPPLIER}/past"): {"items": [], "next": None},
}


def say(others: OtherStages) -> None:
    """Have the stages say it."""
    for (stage, path), body in SAID.items():
        others.answer(stage, path, body, ETag=ETAG)
