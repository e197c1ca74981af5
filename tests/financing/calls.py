"""Calls of financing over HTTP, as its tests make them."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts import partner as contract
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing import test_facts as facts
from tests.financing.given import SUPPLIER

UNTIL = date.fromordinal(now().date().toordinal() + 200).isoformat()
CLASSES = ["identity", "contact", "standing", "need", "capacity", "evidence"]
PAPERS = {
    "identity": {"rfc": "tme-840315-kt6", "legal_name": "Troqueles Inventados, S.A.", "representative": "Ana Ejemplo"},
    "contact": {"email": "ana@example.mx", "phone": "+52 81 1000 0000"},
    "capacity": {"annual_sales": {"amount": "31500000.00", "currency": "MXN"}, "workers": 42},
}
SECRETS = ("Ana Ejemplo", "TME840315KT6", "ana@example.mx", "1000 0000", "31500000")


PRODUCT: dict[str, object] = {
    "partner": "nafin",
    "name": "Crédito de prueba",
    "shape": "direct",
    "purposes": ["certification"],
    "strata": ["micro", "small", "medium"],
    "kinds": ["legal", "natural"],
    "min_years": 1,
    "max_term_months": 36,
    "tickets": {"MXN": {"floor": "100000.00", "ceiling": "5000000.00"}},
    "min_classes": ["identity", "contact", "need"],
    "documents": ["Estados financieros de dos años"],
    "source": "Convenio de prueba, 2026",
    "rank": 1,
}
"""What an operator sends of a product."""


async def call(
    stage: StageUnderTest, method: str, path: str, role: Role, supplier_id: UUID | None = None, body: object = None
) -> tuple[int, Any]:
    headers = stage.headers(role, supplier_id=supplier_id) | {"If-Match": "*"}
    answer = await stage.client.request(method, path, json=body, headers=headers)
    return answer.status_code, answer.json()


async def known(stage: StageUnderTest) -> None:
    outcome = await stage.consume(facts.REGISTERED, facts.COMPLETED, facts.FOUND, facts.SELECTED, facts.AGREED)
    assert outcome.applied == 5


async def ok(stage: StageUnderTest, method: str, path: str, body: object = None, role: Role = Role.SUPPLIER) -> Any:
    status, answer = await call(stage, method, path, role, None if role is Role.OPERATOR else SUPPLIER, body)
    assert status in (200, 201), answer
    return answer


async def refused(stage: StageUnderTest, method: str, path: str, body: object = None, **caller: Any) -> tuple[int, str]:
    given: dict[str, Any] = {"role": Role.SUPPLIER, "supplier_id": SUPPLIER} | caller
    status, answer = await call(stage, method, path, body=body, **given)
    return status, answer["title"]


async def consent_body(stage: StageUnderTest, classes: list[str] = CLASSES, partner: str = "nafin") -> dict[str, Any]:
    query = "&".join(["purpose=certification", *(f"data_class={name}" for name in classes), f"expires_on={UNTIL}"])
    shown = await ok(stage, "GET", f"/consent-texts/{partner}?{query}")
    papers = {name: PAPERS[name] for name in classes if name in PAPERS}
    return {
        "supplier_id": str(SUPPLIER),
        "partner": partner,
        "purposes": ["certification"],
        "data_classes": classes,
        "text_sha256": shown["sha256"],
        "expires_on": UNTIL,
    } | papers


async def referral_body(stage: StageUnderTest, **different: Any) -> dict[str, Any]:
    case = await ok(stage, "GET", f"/cases/{SUPPLIER}")
    need = next(need for need in case["needs"] if need["purpose"] == "certification")
    return {
        "supplier_id": str(SUPPLIER),
        "need_id": need["id"],
        "product": "nafin-guaranteed-simple",
        "amount": {"amount": "400000.00", "currency": "MXN"},
        "term_months": 24,
    } | different


async def sent(stage: StageUnderTest) -> dict[str, Any]:
    await known(stage)
    await ok(stage, "POST", "/consents", await consent_body(stage))
    referral: dict[str, Any] = await ok(stage, "POST", "/referrals", await referral_body(stage))
    return referral


def answer(event: type[contract.Answer], referral: dict[str, Any], **more: Any) -> contract.Answer:
    return event(referral_id=UUID(referral["id"]), partner=referral["partner"], answered_at=now(), **more)


async def partner_events(stage: StageUnderTest) -> list[dict[str, Any]]:
    rows = await stage.rows("SELECT topic, body FROM journal WHERE topic LIKE 'partner.%' ORDER BY id")
    assert {row["topic"] for row in rows} == {"partner.nafin.referrals.v1"}
    return [body["data"] for body in await stage.opened(row["body"] for row in rows)]
