"""Requests as people send them."""

from typing import Any

from shared.testing.stage import StageUnderTest
from tests.registration.given import LEGAL_RFC

CONTACT = {"name": "Persona Ejemplo", "email": "persona@ejemplo.mx", "phone": "442 555 0101"}

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


async def registered(stage: StageUnderTest, **more: Any) -> dict[str, Any]:
    answer = await stage.client.post("/suppliers", json=BODY | more)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt
