"""Values that the tests start from: a firm that can be referred, and ways to differ from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.financing.catalogue import read
from services.financing.domain.case import Case
from services.financing.domain.consent import CapacityPapers, ContactPapers, IdentityPapers, Offered, Papers
from services.financing.domain.consent_text import Choice
from services.financing.domain.facts import Contract, Diagnosis, Gap, Match, Profile
from services.financing.domain.identify import with_needs
from services.financing.domain.money import Money, money
from services.financing.domain.reasons import DataClass, Purpose
from services.financing.domain.terms import Limits, Terms
from services.financing.handlers import answers, consents, referrals
from services.financing.handlers.referrals import Refer
from services.financing.store.terms import terms_of
from shared.contracts import partner as contract
from shared.contracts.event import EventData
from shared.messaging.decision import Decision

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TERMS: Terms = read().terms((), Limits())
LOADER = terms_of(read(), Limits())
"""The reference of the stage's decisions."""
SUPPLIER = UUID("018f0000-0000-7000-8000-000000000001")
ANCHOR = UUID("018f0000-0000-7000-8000-0000000000a1")
REQUIREMENT = UUID("018f0000-0000-7000-8000-0000000000b1")
MATCH = UUID("018f0000-0000-7000-8000-0000000000c1")

PROFILE = Profile(
    kind="legal",
    rfc="TME840315KT6",
    scian="332710",
    state="19",
    stratum="small",
    operating_since=date(2015, 1, 1),
    exports=True,
    tax_opinion="positive",
    list_69b="not_listed",
    list_date=date(2026, 2, 1),
    legal_name="Troqueles Inventados SA de CV",
)
DIAGNOSIS = Diagnosis(
    id=uuid5(SUPPLIER, "diagnosis"),
    version=1,
    grade="C",
    band="C1",
    overall_bp=6800,
    fin_bp=7000,
    levels={"F05": 3, "A01": 3, "A03": 3, "T01": 2, "T11": 1},
    gaps=(Gap("T01", "major", ("M01",)), Gap("T11", "major", ("M09",)), Gap("F02", "minor", ("M20",))),
)
FIRM = Case(
    id=SUPPLIER,
    profile=PROFILE,
    diagnosis=DIAGNOSIS,
    matches=(Match(MATCH, REQUIREMENT, ANCHOR, 8200),),
    contracts=(Contract(MATCH, REQUIREMENT, ANCHOR, NOW, money("12000000.00")),),
    cohort_id=uuid5(SUPPLIER, "cohort"),
)
PAPERS = Papers(
    IdentityPapers("TME840315KT6", "Troqueles Inventados, S.A. de C.V.", "Ana Ejemplo"),
    ContactPapers("ana@example.mx", "8110000000"),
    CapacityPapers(money("31500000.00"), 42),
)
CLASSES: tuple[DataClass, ...] = ("identity", "contact", "standing", "need", "capacity", "evidence")
UNTIL = date(2026, 12, 31)
GIVER = "7c9e6679"
"""Who gives a consent for the firm, by the subject of a token."""


def firm(**different: Any) -> Case:
    """The firm with its needs as they are judged now."""
    return with_needs(replace(FIRM, **different), TERMS, NOW.date())


def papers_of(classes: tuple[DataClass, ...]) -> Papers:
    return Papers(
        PAPERS.identity if "identity" in classes else None,
        PAPERS.contact if "contact" in classes else None,
        PAPERS.capacity if "capacity" in classes else None,
    )


def offered(
    partner: str = "nafin",
    purposes: tuple[Purpose, ...] = ("certification", "receivables"),
    classes: tuple[DataClass, ...] = CLASSES,
    terms: Terms = TERMS,
    **different: Any,
) -> Offered:
    """A consent to the exact text that is shown for it."""
    known = terms.partner(partner)
    assert known is not None
    expires_on = different.get("expires_on", UNTIL)
    shown, _ = consents.words(known, Choice(purposes, classes, expires_on), terms)
    papers = papers_of(classes)
    wanted = Offered(partner, purposes, classes, shown.sha256, "portal", expires_on, papers, GIVER)
    return replace(wanted, **different)


def state(outcome: object) -> Case:
    """The case that a decision led to."""
    assert isinstance(outcome, Decision), outcome
    assert isinstance(outcome.state, Case)
    return outcome.state


def consented(case: Case | None = None, now: datetime = NOW, **different: Any) -> Case:
    return state(consents.give(case or firm(), offered(**different), now, TERMS))


def need_of(case: Case, purpose: Purpose) -> UUID:
    return next(need.id for need in case.needs if need.purpose == purpose)


def asked(case: Case, amount: str = "300000.00", **different: Any) -> Refer:
    wanted = Refer(need_of(case, "certification"), "nafin-guaranteed-simple", mxn(amount), 24)
    return replace(wanted, **different)


def referred(case: Case | None = None, now: datetime = NOW, **different: Any) -> Case:
    known = case or consented()
    return state(referrals.refer(known, asked(known, **different), now, TERMS))


def mxn(amount: str) -> Money:
    return money(amount)


def of_type(outcome: object, event: type[EventData]) -> list[Any]:
    assert isinstance(outcome, Decision), outcome
    return [item for item in outcome.events if isinstance(item, event)]


def types(outcome: object) -> list[str]:
    assert isinstance(outcome, Decision), outcome
    return [item.TYPE for item in outcome.events]


def said(case: Case, handler: Callable[..., Decision[Case]], event: type[contract.Answer], **more: Any) -> Case:
    """The case after an answer that arrived at once."""
    return state(handler(case, answer(event, case, **more), NOW, NOW, TERMS))


def approved(case: Case, amount: str = "300000.00") -> Case:
    return said(case, answers.approved, contract.ReferralApproved, amount={"amount": amount}, term_months=3)


def answer(event: type[contract.Answer], case: Case, **more: Any) -> Any:
    """An answer to the case's last referral, from its own partner."""
    last = case.referrals[-1]
    known: dict[str, Any] = {"referral_id": last.id, "partner": last.partner, "answered_at": NOW}
    return event(**known | more)
