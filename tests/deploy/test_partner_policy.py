"""A simulated institution answers by the first rule of its policy that fits."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from deploy.cli.commands import partner_simulate
from deploy.provision.partner_client import PartnerClient
from deploy.provision.partner_policy import Policy, answers
from deploy.provision.reader import Entry
from shared.contracts.partner import Referral
from tests.contracts.test_partner_guide import EXAMPLES

AT = datetime(2026, 3, 3, tzinfo=UTC)
POLICY = Policy.model_validate(
    {
        "rules": [
            {"without": ["capacity"], "ask_for": ["Estados financieros"]},
            {"above": "5000000.00", "decline": "no_funds"},
            {"purposes": ["certification"], "approve_bp": 9_000, "pay": 3},
        ]
    }
)


def referral(**different: Any) -> Referral:
    data = EXAMPLES[0]["data"] | {"referral_id": str(uuid4())}
    return Referral.model_validate(data | different)


def said(given: Referral) -> list[tuple[str, str | None]]:
    found = answers(POLICY, given, AT)
    return [(answer.TYPE.removeprefix("partner."), _amount(answer)) for answer in found]


def _amount(answer: Any) -> str | None:
    return answer.amount.amount if "amount" in type(answer).model_fields else None


def test_an_approval_is_paid_whole_in_its_parts() -> None:
    assert said(referral()) == [
        ("referral-acknowledged", None),
        ("referral-approved", "270000.00"),
        *(("credit-disbursed", "90000.00") for _ in range(3)),
    ]


@pytest.mark.parametrize(
    ("different", "answer"),
    [
        ({"capacity": None}, "information-requested"),
        ({"need": EXAMPLES[0]["data"]["need"] | {"amount": {"amount": "5000000.01"}}}, "referral-declined"),
    ],
)
def test_the_first_rule_that_fits_decides(different: dict[str, Any], answer: str) -> None:
    assert [type_ for type_, _ in said(referral(**different))] == ["referral-acknowledged", answer]


def test_what_no_rule_fits_is_only_acknowledged() -> None:
    other = EXAMPLES[0]["data"]["need"] | {"purpose": "export"}
    assert [type_ for type_, _ in said(referral(need=other))] == ["referral-acknowledged"]


def test_what_its_firm_took_back_is_answered_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also where the referral comes again behind its withdrawal."""
    kept, gone = EXAMPLES[0]["data"]["referral_id"], str(uuid4())
    withdrawal = {"referral_id": gone, "supplier_id": str(uuid4()), "partner": "nafin", "withdrawn_at": AT.isoformat()}
    again = EXAMPLES[0]["data"] | {"referral_id": gone}
    told = [
        ("referral", again),
        ("referral", EXAMPLES[0]["data"]),
        ("referral-withdrawn", withdrawal),
        ("referral", again),
    ]
    entries = [
        Entry("partner.nafin.referrals.v1", 0, offset, 0, data["supplier_id"].encode(), json.dumps(event).encode())
        for offset, (type_, data) in enumerate(told)
        for event in [EXAMPLES[0] | {"id": str(uuid4()), "type": f"partner.{type_}", "data": data}]
    ]
    side, answered = PartnerClient("nafin", {}), list[str]()
    reader = SimpleNamespace(past=lambda: iter(entries))
    monkeypatch.setattr(side, "reader", lambda: nullcontext(reader))
    monkeypatch.setattr(side, "answer", lambda answer, _: answered.append(str(answer.referral_id)))
    monkeypatch.setattr(partner_simulate, "side_of", lambda *_: side)
    (tmp_path / "policy.json").write_text("{}")
    partner_simulate.simulate("nafin", str(tmp_path / "policy.json"))
    assert answered == [kept]
