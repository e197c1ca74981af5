"""Calls of development over HTTP, as its tests make them."""

from typing import Any
from uuid import UUID

from shared.contracts.event import EventData
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given

DELIVERABLE = {"kind": "document", "description": "PPAP simulado aprobado", "sha256": "a" * 64}


ANY = {"If-Match": "*"}


async def learn(stage: StageUnderTest, *events: EventData) -> None:
    assert (await stage.consume(*events)).applied == len(events)


async def ready(stage: StageUnderTest, number: int, match: int, *questions: str, at: int = 1) -> UUID:
    """A firm that the other stages have told everything about."""
    await learn(
        stage,
        given.match_found(match, at, number=number),
        given.diagnosis_completed(*questions, number=number),
        given.profile(number),
    )
    return given.supplier(number)


async def post(stage: StageUnderTest, path: str, role: Role = Role.OPERATOR, body: object = None, **claims: Any) -> Any:
    answer = await stage.client.post(path, json=body, headers=stage.headers(role, **claims) | ANY)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def get(stage: StageUnderTest, path: str, role: Role = Role.OPERATOR, **claims: Any) -> Any:
    answer = await stage.client.get(path, headers=stage.headers(role, **claims))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def open_cohort(stage: StageUnderTest, capacity: int = 2, **limits: object) -> str:
    cohort = await post(stage, "/cohorts", body={"name": "Generación 2026", "capacity": capacity} | limits)
    return str(cohort["id"])


async def two_areas(stage: StageUnderTest) -> tuple[UUID, UUID, UUID]:
    """Two firms match what an anchor asks for in P01; the third, of less potential, alone another anchor's P09."""
    await learn(stage, given.requirement_published(1, "P01", 1), given.requirement_published(2, "P09", 2))
    best, second = await ready(stage, 1, 9_500, "T04"), await ready(stage, 2, 9_400, "T04")
    return best, second, await ready(stage, 3, 7_500, "T04", at=2)


async def refusal(stage: StageUnderTest, method: str, path: str, role: Role, body: object = None) -> tuple[int, str]:
    answer = await stage.client.request(method, path, json=body, headers=stage.headers(role) | ANY)
    return answer.status_code, answer.json()["title"]


async def assign(stage: StageUnderTest, firm: UUID, mentor: str | None = "mentor-1") -> None:
    answer = await stage.client.put(
        f"/plans/{firm}/assignment", json={"mentor": mentor}, headers=stage.headers(Role.OPERATOR) | ANY
    )
    assert answer.status_code == 200, answer.text


async def agree(stage: StageUnderTest, firm: UUID) -> Any:
    """An operator assigns the firm's mentor; both agree on its plan."""
    await assign(stage, firm)
    await post(stage, f"/plans/{firm}/agreement", Role.SUPPLIER, supplier_id=firm)
    return await post(stage, f"/plans/{firm}/agreement", Role.MENTOR)


async def complete(stage: StageUnderTest, activity: str, firm: UUID) -> Any:
    """The firm gives evidence of the activity, and its mentor accepts it."""
    plan = await post(stage, f"{activity}/evidence", Role.SUPPLIER, DELIVERABLE, supplier_id=firm)
    (evidence,) = next(each["evidence"] for each in plan["activities"] if activity.endswith(each["activity_id"]))
    return await post(stage, f"{activity}/completion", Role.MENTOR, {"evidence_id": evidence["evidence_id"]})
