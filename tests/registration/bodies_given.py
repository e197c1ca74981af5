"""Requests as people send them."""

import os
from pathlib import Path
from typing import Any

import httpx

from deploy.target.mail import code_for
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
