"""One firm's way through the program by the pages alone, in a real browser: each person signs in and does their part.
Only the bank answers by Kafka, as banks do.
"""

import urllib.parse
from uuid import UUID

import pytest

from deploy.demo.people import ASSESSOR, EXPERT, MENTOR, OPERATOR, REVIEWER
from shared.contracts import partner
from shared.runtime.clock import now
from tests.registration.suppliers import rfc
from tests.running import poison
from tests.running.desk import Desk, People, people
from tests.running.developed import until
from tests.running.journey import GAP, PARTNER
from tests.running.travelled import answered

__all__ = ["people"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RFC, NAME = rfc(4_711), "Maquinados de las Páginas SA de CV"
TYPED: dict[str, dict[str, str]] = {
    "identity": {"rfc": RFC, "legal_name": NAME},
    "contact": {"contact.name": "Persona Ejemplo", "contact.email": "persona@example.com"},
    "business": {"sector": "industry", "scian": "332710", "state": "22", "operating_since": "2009-05-04"},
    "size": {"workers": "51", "annual_sales_mxn": "100000000.00", "tax_opinion": "positive"},
    "quality": {"offering.qms": "iatf_16949", "offering.qms_valid_to": "2031-12-31"},
}
DIMENSIONS = "a[href^='/my-firm/diagnosis/']"
PROCESS = {"area": "P14", "materials": "acero", "free_capacity": "2000000", "lead_time_days": "20"}


def test_a_firm_goes_its_whole_way_by_pages(people: People) -> None:
    supplier = _registers(people)
    firm = people.of("supplier", f"proveedor-{supplier}", supplier=supplier)
    operator = people.of("operator", OPERATOR)
    _is_diagnosed(people, firm, operator, supplier)
    _is_selected(people, firm, operator, supplier)
    _is_referred(people, firm, operator, supplier)


def _registers(people: People) -> UUID:
    somebody = people.anybody()
    somebody.go("/register")
    for part, typed in TYPED.items():
        somebody.go(f"/register/{part}")
        somebody.fill(typed)
        somebody.send(f"/register/{part}")
    somebody.go("/register/processes")
    somebody.fill(PROCESS)
    somebody.send("/register/processes")
    somebody.go("/register/check")
    assert NAME in somebody.text
    somebody.page.locator("#notice").check()
    somebody.send("/register/check")
    until(lambda: bool(people.mailed()))
    somebody.go(people.mailed())
    registration = somebody.page.locator("#registration").input_value()
    somebody.page.locator("form[action='/register/confirmation'] button").click()
    somebody.page.locator(".notice.good").wait_for()
    return UUID(registration)


def _is_diagnosed(people: People, firm: Desk, operator: Desk, supplier: UUID) -> None:
    until(lambda: operator.has(f"/assignments/{supplier}", "#diagnosis-assessor"))
    operator.fill({"diagnosis-assessor": ASSESSOR, "diagnosis-validator": EXPERT})
    operator.send(f"/assignments/{supplier}/diagnosis")
    _answers(firm)
    _visits(people.of("assessor", ASSESSOR), supplier)
    expert = people.of("expert", EXPERT)
    until(lambda: expert.has("/work", f"a[href='/work/validations/{supplier}']"))
    expert.go(f"/work/validations/{supplier}")
    expert.send(f"/work/validations/{supplier}")
    until(lambda: firm.has("/my-firm/result", f"main:has-text('{GAP}')"))


def _answers(firm: Desk) -> None:
    """Every question, with the connection cut twice: what was given meanwhile is kept as soon as it is back."""
    until(lambda: firm.has("/my-firm/diagnosis", DIMENSIONS))
    links = [str(each.get_attribute("href")) for each in firm.page.locator(DIMENSIONS).all()]
    for number, path in enumerate(dict.fromkeys(link.partition("#")[0] for link in links)):
        firm.go(path)
        cut = number in (1, 3)
        firm.page.context.set_offline(cut)
        for question in firm.page.locator("form.question").all():
            code = question.get_attribute("id")
            question.locator(f"[id='{code}-{2 if code == GAP else 3}']").check()
        if cut:
            assert firm.page.evaluate("unsaved.size") > 0
            firm.page.context.set_offline(False)
        until(lambda: firm.page.evaluate("unsaved.size") == 0)
    firm.go("/my-firm/diagnosis")
    firm.send("/my-firm/diagnosis/submission")


def _visits(assessor: Desk, supplier: UUID) -> None:
    path = f"/work/visits/{supplier}"
    until(lambda: assessor.has("/work", f"a[href='{path}']"))
    assessor.go(path)
    for dimension in [each.get_attribute("href") for each in assessor.page.locator(f"a[href^='{path}/']").all()]:
        assessor.go(str(dimension))
        for code in [each.get_attribute("id") for each in assessor.page.locator("section.question:has(form)").all()]:
            assessor.page.locator(f"[id='{code}-{2 if code == GAP else 3}']").check()
            assessor.page.locator(f"[id='{code}'] form button").click()
            assessor.page.locator(f"[id='{code}'] .notice.good").wait_for()
    assessor.go(path)
    assessor.send(path)


def _is_selected(people: People, firm: Desk, operator: Desk, supplier: UUID) -> None:
    _is_shortlisted(people, supplier)
    operator.go("/cohorts")
    operator.fill({"name": "Generación de las páginas"})
    operator.send("/cohorts")
    path = urllib.parse.urlsplit(operator.page.url).path
    until(lambda: operator.has(path, f"#override-supplier_id option[value='{supplier}']"))
    operator.page.locator("details:has(#override-supplier_id) summary").click()
    operator.fill(
        {"override-supplier_id": str(supplier), "override-direction": "in", "override-reason": "Caso de prueba"}
    )
    operator.send(f"{path}/overrides")
    reviewer = people.of("operator", REVIEWER)
    reviewer.go(path)
    reviewer.send(f"{path}/selection")
    until(lambda: firm.has("/my-firm/plan", "form[action='/my-firm/plan/agreement']"))
    firm.send("/my-firm/plan/agreement")
    _is_agreed(people, operator, supplier)
    _brings_evidence(people, firm, supplier)


def _is_shortlisted(people: People, supplier: UUID) -> None:
    """By the buyer of whoever asks for what the firm can make."""
    token = people.client.token("operator", subject=OPERATOR)
    with people.client.http("matching", token) as http:
        until(lambda: bool(http.get(f"/suppliers/{supplier}/matches").json().get("items")))
        match = http.get(f"/suppliers/{supplier}/matches").json()["items"][0]
    anchor = UUID(match["anchor_id"])
    buyer = people.of("anchor", f"comprador-{anchor}", anchor=anchor)
    path = f"/requirements/{match['requirement_id']}/candidates/{match['id']}"
    until(lambda: buyer.has(path, f"h1:has-text('{NAME}')"))
    buyer.send(path)
    assert "Preseleccionada" in buyer.text


def _is_agreed(people: People, operator: Desk, supplier: UUID) -> None:
    """For the program, by whoever is the firm's mentor."""
    until(lambda: operator.has(f"/assignments/{supplier}", "#plan-mentor"))
    operator.fill({"plan-mentor": MENTOR})
    operator.send(f"/assignments/{supplier}/plan")
    mentor, path = people.of("mentor", MENTOR), f"/work/plans/{supplier}"
    until(lambda: mentor.has("/work", f"a[href='{path}']"))
    mentor.go(path)
    mentor.send(f"{path}/agreement")


def _brings_evidence(people: People, firm: Desk, supplier: UUID) -> None:
    until(lambda: firm.has("/my-firm/plan", "a[href^='/my-firm/plan/activities/']"))
    activity = str(firm.page.locator("a[href^='/my-firm/plan/activities/']").first.get_attribute("href"))
    firm.go(activity)
    firm.page.locator("#kind").select_option(index=1)
    firm.fill({"description": "Registro de calibración de los equipos"})
    firm.send(activity)
    mentor = people.of("mentor", MENTOR)
    until(lambda: mentor.has("/work", f"a[href='/work/plans/{supplier}']"))
    mentor.go(f"/work/plans/{supplier}")
    mentor.page.locator("form[action$='/completion'] button").first.click()
    until(lambda: firm.has("/my-firm/plan", "main:has-text('Terminada')"))


def _is_referred(people: People, firm: Desk, operator: Desk, supplier: UUID) -> None:
    until(lambda: firm.has("/my-firm/money", "a[href^='/my-firm/money/needs/']"))
    need = str(firm.page.locator("a[href^='/my-firm/money/needs/']").first.get_attribute("href"))
    firm.go("/my-firm/money/consent")
    firm.fill({"partner": PARTNER})
    for box in firm.page.locator("input[name='purpose'], input[name='data_class']").all():
        box.check()
    firm.send("/my-firm/money/consent", method="get")
    firm.fill(
        {
            "identity.rfc": RFC,
            "identity.legal_name": NAME,
            "identity.representative": "Persona Ejemplo",
            "contact.email": "persona@example.com",
            "capacity.annual_sales": "100000000.00",
            "capacity.workers": "51",
        }
    )
    firm.send("/my-firm/money/consent")
    firm.go(need)
    product = str(firm.page.locator(f"#product option[value^='{PARTNER}']").first.get_attribute("value"))
    firm.fill({"product": product, "amount": "2400000.00", "term_months": "12"})
    firm.send(need)
    with people.client.http("financing", people.client.token("operator", subject=OPERATOR)) as http:
        [referral] = http.get(f"/cases/{supplier}").json()["referrals"]
    early = partner.ReferralAcknowledged(
        referral_id=poison.NO_REFERRAL, partner=PARTNER, answered_at=now(), folio="N-1"
    )
    poison.send(people.client, [poison.event(early)])
    answered(people.client, UUID(referral["id"]))
    until(lambda: firm.has("/my-firm/money", "main:has-text('Aprobada')"))
    _watches(operator, supplier)


def _watches(operator: Desk, supplier: UUID) -> None:
    """The operator sees it all, and replays a dead letter."""
    operator.go(f"/firms/{supplier}")
    assert NAME in operator.text
    for step in (
        "Empresa registrada",
        "El experto validó el diagnóstico",
        "Seleccionada",
        "Plan acordado",
        "Referencia enviada",
    ):
        assert step in operator.text, step
    letters = "/operations/dead-letters?service=financing&reason=referral_unknown"
    until(lambda: operator.has(letters, "input[name='letter']"))
    operator.page.locator("input[name='letter']").first.check()
    operator.send("/operations/dead-letters", button="button[value='replay']")
    # It answers no referral, so it fails again: its own page has it given up.
    operator.page.locator("a[href^='/operations/dead-letters/financing/']").first.click()
    operator.page.locator("button[value='discard']").wait_for()
    operator.send("/operations/dead-letters", button="button[value='discard']")
    assert not operator.has(letters, "input[name='letter']")
