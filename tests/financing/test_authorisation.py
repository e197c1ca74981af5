"""The authorisation to ask for a credit report is the lender's: who has it and until when is known, a report never."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from services.financing.domain.authorisation import CreditAuthorisation
from services.financing.domain.case import Case
from services.financing.handlers import consents, referrals
from shared.contracts import partner as contract
from shared.contracts.event import EventData
from shared.messaging.decision import Refused
from shared.testing.stage import StageUnderTest
from tests.financing.calls import ok, refused, sent
from tests.financing.given import FIRM, NOW, TERMS, referred, state
from tests.http.services import SERVICES, openapi_of

GIVEN = CreditAuthorisation("Banco Inventado", "AUT-17", date(2026, 3, 1), date(2029, 3, 1))


def authorised(case: Case, **different: Any) -> Any:
    return referrals.authorise(case, case.referrals[0].id, replace(GIVEN, **different), NOW, TERMS)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_it_is_kept_with_the_referral_and_goes_with_its_papers() -> None:
    case = state(authorised(referred()))
    papers = case.referrals[0].papers
    assert papers is not None
    assert papers.authorisation == GIVEN
    assert "Banco" not in repr(GIVEN)
    gone = state(consents.revoke(case, case.consents[0].id, NOW, TERMS))
    assert gone.referrals[0].papers is None
    assert code(authorised(gone)) == "referral_erased"


@pytest.mark.parametrize(
    "different",
    [
        {"given_on": NOW.date() + timedelta(days=1)},
        {"expires_on": date(2026, 2, 28)},
        {"expires_on": date(2029, 3, 2)},
    ],
)
def test_its_days_can_be_so(different: dict[str, Any]) -> None:
    assert code(authorised(referred(), **different)) == "authorisation_days_impossible"


def test_who_lends_nothing_asks_for_no_report() -> None:
    case = referred()
    granted = replace(case, referrals=(replace(case.referrals[0], shape="non_financial"),))
    assert code(authorised(granted)) == "referral_gives_no_credit"
    assert code(referrals.authorise(None, FIRM.id, GIVEN, NOW, TERMS)) == "referral_unknown"


async def test_the_firm_says_it_and_nobody_for_it(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    path = f"/referrals/{referral['id']}/credit-authorisation"
    today = date.today()  # noqa: DTZ011 - of the machine, as the stage's
    body = {"lender": "Banco Inventado", "folio": "AUT-17", "given_on": "2026-03-01", "expires_on": "2027-03-01"}
    assert today >= date(2026, 3, 1)
    shown = await ok(stage, "PUT", path, body)
    assert shown["papers"]["authorisation"] == body
    assert (await refused(stage, "PUT", path, body | {"report": "x"}))[0] == 422
    assert (await refused(stage, "PUT", path, body, role="operator", supplier_id=None))[0] == 403


REPORT = re.compile(r"(credit|buro|bureau|sic)_?(report|score|history)|credit_file|report_of_credit", re.IGNORECASE)
"""What would hold a credit report, or what is in one."""


def names() -> Iterator[str]:
    """Every field of an event, column of a store, and property of what callers send and see."""
    events = list(EventData.__subclasses__())
    for event in events:
        events += event.__subclasses__()
        yield from (f"{event.__name__}.{field}" for field in event.model_fields)
    assert contract.Referral in events
    for schema, told in openapi_of("financing")["components"]["schemas"].items():
        yield from (f"{schema}.{field}" for field in told.get("properties", {}))
    for service in SERVICES:
        store = f"services.{service}.store"
        module = import_module(f"{store}.tables" if find_spec(f"{store}.tables") else store)
        for table, found in module.Table.metadata.tables.items():
            yield from (f"{service} {table}.{column.name}" for column in found.columns)


def test_no_report_has_a_place_anywhere() -> None:
    found = list(names())
    assert len(found) > 1_000
    assert [name for name in found if REPORT.search(name.partition(".")[2])] == []
