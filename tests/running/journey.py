"""One supplier's way through the program, by those who act on it over HTTP; every request has a trace of its own."""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from deploy.demo.people import ASSESSOR, EXPERT, MENTOR, People
from deploy.demo.sample.prepare import Sample
from deploy.local.client import LocalClient
from shared.contracts.event import Money
from tests.registration.suppliers import body

PATIENCE_S = 60.0
PAUSE_S = 0.1
UNDERWAY = frozenset({404, 409})
"""What a service answers while the event that it must know first is on its way."""

CORRELATION = "019cb1f0-5d31-7d0e-9a55-6b1f9d2e7c44"
PARTNER = "nafin"
GAP = "T09"
"""Measuring equipment: what a plan closes and this partner finances."""
FIRM = body(0) | {"tax_opinion": "positive"}
AMOUNT = Money(amount="2400000.00")
TERM_MONTHS = 12
CLASSES = ("identity", "contact", "standing", "need", "capacity", "evidence")
PAPERS = {
    "identity": {"rfc": FIRM["rfc"], "legal_name": FIRM["legal_name"], "representative": FIRM["contact"]["name"]},
    "contact": {"email": FIRM["contact"]["email"]},
    "capacity": {"annual_sales": {"amount": FIRM["annual_sales_mxn"], "currency": "MXN"}, "workers": FIRM["workers"]},
}


def traceparent() -> str:
    """The context of somebody who records."""
    return f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"


@dataclass
class Journey:
    """Where it goes, and the traceparent of each request that took effect, by its last word."""

    client: LocalClient
    contexts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._people = People(self.client)
        self._operator = self._people.operator

    def demand(self, sample: Sample) -> None:
        """Anchors ask for what firms can make; and the tax authority's list, without which nobody is referred."""
        listed = {"file": sample.file("screening_69b.csv")}
        self._do(
            self._operator,
            "registration",
            "/screening/lists/imports",
            files=listed,
            data={"list_date": sample.today.isoformat()},
        )
        self._do(self._operator, "registration", "/anchors/imports", files={"file": sample.file("anchors.csv")})
        wanted = {row["codigo"] for row in csv.DictReader(sample.file("anchors.csv")[1].decode().splitlines())}
        self._get(
            self._operator,
            "matching",
            "/anchors",
            lambda known: wanted <= {anchor["code"] for anchor in known["items"]},
            params={"limit": 200},
        )
        self._do(self._operator, "matching", "/requirements/imports", files={"file": sample.file("requirements.csv")})

    def travel(self) -> UUID:
        """From the registration to a referral at its partner: its id."""
        supplier = self._do(self._operator, "registration", "/suppliers", json=FIRM)["id"]
        code = {"code": self.client.mailed_code(supplier)}
        self._do(self._operator, "registration", f"/suppliers/{supplier}/confirmation", json=code)
        firm = self._people.firm(UUID(supplier))
        self._diagnose(supplier, firm)
        self._develop(supplier, firm)
        return self._refer(supplier, firm)

    def _diagnose(self, supplier: str, firm: str) -> None:
        instrument = self._get(self._operator, "diagnosis", "/instrument", bool)
        levels = {question["code"]: 3 for question in instrument["questions"]} | {GAP: 2}
        assigned = {"assessor": ASSESSOR, "validator": EXPERT}
        self._do(self._operator, "diagnosis", f"/diagnoses/{supplier}/assignment", "PUT", json=assigned)
        for person, state in (
            (firm, "self-assessment"),
            (self._people.assessor, "assessment"),
            (self._people.expert, "validation"),
        ):
            self._do(person, "diagnosis", f"/diagnoses/{supplier}/{state}", json={"levels": levels})

    def _develop(self, supplier: str, firm: str) -> None:
        cohort = self._do(self._operator, "development", "/cohorts", json={"name": "Generación de prueba"})["id"]
        path = f"/cohorts/{cohort}"
        self._get(self._operator, "development", f"{path}/preview", partial(_ranked, supplier))
        word = {"supplier_id": supplier, "direction": "in", "reason": "Caso de prueba"}
        self._do(self._operator, "development", f"{path}/overrides", json=word)
        self._do(self._people.reviewer, "development", f"{path}/selection")
        mentor = {"mentor": MENTOR}
        self._do(self._operator, "development", f"/plans/{supplier}/assignment", "PUT", json=mentor)
        for person in (firm, self._people.mentor):
            self._do(person, "development", f"/plans/{supplier}/agreement")

    def _refer(self, supplier: str, firm: str) -> UUID:
        case = self._get(firm, "financing", f"/cases/{supplier}", lambda case: any(_open(case)))
        need, product = next(_open(case))
        wanted = {"purpose": [need["purpose"]], "data_class": CLASSES}
        shown = self._get(firm, "financing", f"/consent-texts/{PARTNER}", bool, params=wanted)
        consent = {
            "supplier_id": supplier,
            "partner": PARTNER,
            "purposes": wanted["purpose"],
            "data_classes": CLASSES,
            "text_sha256": shown["sha256"],
            "expires_on": shown["expires_on"],
        }
        self._do(firm, "financing", "/consents", json=consent | PAPERS)
        asked = {"amount": AMOUNT.model_dump(), "term_months": TERM_MONTHS}
        referral = {"supplier_id": supplier, "need_id": need["id"], "product": product} | asked
        return UUID(self._do(firm, "financing", "/referrals", json=referral)["id"])

    def _do(self, token: str, service: str, path: str, method: str = "POST", **options: Any) -> Any:
        """The JSON of a command, sent until the service knows what it needs for it."""
        deadline = time.monotonic() + PATIENCE_S
        with self.client.http(service, token) as http:
            while True:
                context = traceparent()
                headers = {"traceparent": context, "X-Correlation-Id": CORRELATION, "If-Match": "*"}
                answer = http.request(method, path, headers=headers, **options)
                if answer.is_success:
                    self.contexts[path.rpartition("/")[2]] = context
                    return answer.json()
                assert answer.status_code in UNDERWAY, (path, answer.text)
                assert time.monotonic() < deadline, (path, answer.text)
                time.sleep(PAUSE_S)

    def _get(self, token: str, service: str, path: str, enough: Callable[[Any], Any], **options: Any) -> Any:
        """The JSON there once it is `enough`."""
        deadline = time.monotonic() + PATIENCE_S
        with self.client.http(service, token) as http:
            while True:
                answer = http.get(path, **options)
                if answer.is_success and enough(answer.json()):
                    return answer.json()
                assert time.monotonic() < deadline, (path, answer.text)
                time.sleep(PAUSE_S)


def _ranked(supplier: str, page: Any) -> Any:
    return any(firm["readiness"] for firm in page["items"] if firm["supplier_id"] == supplier)


def _open(case: Any) -> Any:
    """The needs that the partner could serve, with the product."""
    return (
        (need, option["product"])
        for need in case["needs"]
        if need["open"]
        for option in need["options"]
        if option["eligible"] and option["partner"] == PARTNER
    )
