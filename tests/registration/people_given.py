"""People of a firm over HTTP: who invites, accepts, is listed and removed."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import code_of
from tests.registration.given import LEGAL_RFC, OTHER_RFC

ADDRESS = "colega@ejemplo.mx"


NEW = "new-1"
"""The subject of whoever accepts."""


THREE = (LEGAL_RFC, OTHER_RFC, "EKU9003173C9")


def owner(stage: StageUnderTest, firm: str) -> dict[str, str]:
    """Of whoever the identity provider binds to the firm."""
    return stage.headers("supplier", subject="owner-1", supplier_id=firm)


def newcomer(stage: StageUnderTest, subject: str = NEW, **bound: str) -> dict[str, str]:
    return stage.headers("supplier", subject=subject, **bound)


async def invite(
    stage: StageUnderTest, firm: str, email: str = ADDRESS, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    url, by = f"/suppliers/{firm}/people", headers or owner(stage, firm)
    return await stage.client.post(url, json={"email": email}, headers=by)


async def invited(stage: StageUnderTest, firm: str, email: str = ADDRESS) -> str:
    answer = await invite(stage, firm, email)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def accept(
    stage: StageUnderTest, firm: str, person: str, headers: Mapping[str, str], code: str | None = None
) -> httpx.Response:
    url = f"/suppliers/{firm}/people/{person}/acceptance"
    return await stage.client.post(url, json={"code": code or code_of(person)}, headers=headers)


async def joined(stage: StageUnderTest, firm: str, subject: str = NEW, email: str = ADDRESS) -> str:
    person = await invited(stage, firm, email)
    answer = await accept(stage, firm, person, newcomer(stage, subject))
    assert (answer.status_code, answer.json()["status"]) == (200, "joined"), answer.text
    return person


async def remove(stage: StageUnderTest, firm: str, person: str, headers: Mapping[str, str]) -> int:
    return (await stage.client.delete(f"/suppliers/{firm}/people/{person}", headers=headers)).status_code


async def listed(stage: StageUnderTest, firm: str, headers: Mapping[str, str]) -> list[dict[str, Any]]:
    answer = await stage.client.get(f"/suppliers/{firm}/people", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def sees(stage: StageUnderTest, firm: str, headers: Mapping[str, str]) -> int:
    """With what the firm's profile is answered."""
    return (await stage.client.get(f"/suppliers/{firm}", headers=headers)).status_code
