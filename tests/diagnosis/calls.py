"""Calls of diagnosis over HTTP, as its tests make them."""

from typing import Any
from uuid import UUID

import httpx

from shared.testing.stage import StageUnderTest
from tests.diagnosis.builders import SUPPLIER, levels_at, sheet

PATH = f"/diagnoses/{SUPPLIER}"
ANY = {"If-Match": "*"}
STEPS = (("supplier", "self-assessment"), ("assessor", "assessment"), ("expert", "validation"))


async def post(stage: StageUnderTest, role: str, step: str, body: dict[str, Any], subject: str = "") -> httpx.Response:
    headers = stage.headers(role, subject=subject, supplier_id=SUPPLIER if role == "supplier" else None)
    return await stage.client.post(f"{PATH}/{step}", json=body, headers=headers | ANY)


async def assign(
    stage: StageUnderTest, assessor: str | None = "assessor-1", validator: str | None = "expert-1"
) -> None:
    body = {"assessor": assessor, "validator": validator}
    answer = await stage.client.put(f"{PATH}/assignment", json=body, headers=stage.headers("operator") | ANY)
    assert answer.status_code == 200, answer.text


async def get(stage: StageUnderTest, role: str, path: str, supplier_id: UUID | None = None) -> httpx.Response:
    return await stage.client.get(path, headers=stage.headers(role, supplier_id=supplier_id))


async def answered(stage: StageUnderTest, **others: int) -> None:
    """Every sheet, with every question at level 4 except the named."""
    await assign(stage)
    for role, step in STEPS:
        response = await post(stage, role, step, sheet(levels_at(4, **others)))
        assert response.status_code == 200, response.text
