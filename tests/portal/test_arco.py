"""What people ask of their data, in the portal: by themselves, and written down for who came."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.financing.settings import Settings as Financing
from services.portal.app import _controller
from services.portal.settings import Settings
from services.registration.store.held import PERSONAL
from shared.contracts.registration import SupplierRegistered
from shared.i18n import LANGUAGES
from shared.messaging.topics import Topic
from tests.portal import one_firm
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER, example

TEMPLATES = Path(__file__).parents[2] / "services/portal/views/templates"
REQUEST: dict[str, Any] = {
    "id": str(UUID(int=18)), "supplier_id": str(SUPPLIER), "arco_right": "access", "wanted": "Todo", "in_person": False,
    "received_on": "2199-11-01", "answer_by": "2199-12-01", "asked_by": "operator-1", "status": "received",
    "outcome": None, "ground": None, "answer": None, "answered_on": None, "answered_by": None, "effect_by": None,
    "none_of_it": False, "held": [],
    "extensions": [], "carried_out_on": None, "carried_out_by": None,
}  # fmt: skip
EXTENDED = {"term": "answer", "reason": "Está en tres archivos", "on": "2199-11-30", "by": "o", "until": "2200-01-05"}


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda file: file.name)
def test_what_is_shown_stands_in_no_title(template: Path) -> None:
    """Seen: the form by which a firm asks for what is held of it stood in its page's title, where nobody sees it."""
    for title in re.findall(r"{% block title %}(.*?){% endblock %}", template.read_text("utf-8"), re.DOTALL):
        assert "<" not in title


@pytest.mark.usefixtures("nothing_arrives")
async def test_a_firm_asks_on_the_page_of_its_data(portal: Visitors) -> None:
    one_firm.say(portal.others)
    await portal.stage.consume(example(SupplierRegistered))
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    main = (await mine.get("/my-firm/data")).text.partition("<main")[2]
    assert 'action="/my-firm/data/requests"' in main


@pytest.mark.usefixtures("nothing_arrives")
async def test_an_operator_writes_down_what_somebody_asked_who_came(portal: Visitors) -> None:
    one_firm.say(portal.others)
    operator = await portal.signed_in("operator")
    page = f"/registrations/{SUPPLIER}"
    shown = (await operator.get(page)).text
    assert f'action="{page}/arco-requests"' in shown
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}/arco-requests", REQUEST)
    given = {"key": "k" * 20, "arco_right": "access", "wanted": "Todo lo que se guarda de mí"}
    done = await operator.post(f"{page}/arco-requests", given)
    assert (done.status_code, done.headers["location"]) == (303, "/arco")
    sent = portal.others.asked[-1]
    assert (sent.method, sent.headers["Idempotency-Key"]) == ("POST", "k" * 20)
    assert json.loads(sent.content) == {"arco_right": "access", "wanted": "Todo lo que se guarda de mí"}


async def test_who_answers_sees_where_something_may_be_held_and_may_say_that_it_is_not_that(portal: Visitors) -> None:
    portal.others.answer("registration", f"/arco-requests/{REQUEST['id']}", REQUEST, ETag='"v1"')
    portal.others.answer("diagnosis", f"/diagnoses/{SUPPLIER}", {})
    unknown = {"registration": "suppliers", "development": "plans", "financing": "cases"}
    for stage, firms in unknown.items():
        portal.others.answer(stage, f"/{firms}/{SUPPLIER}", {"title": "supplier_unknown"}, 404)
    operator = await portal.signed_in("operator", language="en")
    page = (await operator.get(f"/arco/{REQUEST['id']}")).text
    notice, _, page = page.partition("Where something of this firm may be held")
    assert notice.count('class="notice">No answer now from Matching') == notice.count('class="notice">') == 1
    held = page.partition("</ul>")[0]
    assert re.findall("<li>([A-Z][a-z]+)", held) == ["Matching", "Diagnosis", "Portal"]
    path = f"/arco-requests/{REQUEST['id']}/answer"
    portal.others.answer("registration", path, REQUEST)
    given = {"version": '"v1"', "outcome": "refused", "ground": "nothing_held", "answer": "Nada", "none_of_it": "true"}
    assert (await operator.post(f"/arco/{REQUEST['id']}", given)).status_code == 303
    assert json.loads(portal.others.asked[-1].content)["none_of_it"] is True


@pytest.mark.usefixtures("nothing_arrives")
async def test_that_none_of_what_is_held_was_asked_for_is_shown_to_both(portal: Visitors) -> None:
    """Seen: it was said once and kept nowhere."""
    said = {"status": "answered", "outcome": "refused", "ground": "nothing_held", "answer": "Nada", "none_of_it": True}
    answered = REQUEST | said | {"held": [*PERSONAL]}
    one_firm.say(portal.others)
    portal.others.answer("registration", f"/arco-requests/{REQUEST['id']}", answered, ETag='"v1"')
    items = {"items": [answered, answered | {"held": []}, REQUEST], "next": None}
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}/arco-requests", items)
    await portal.stage.consume(example(SupplierRegistered))
    operator = await portal.signed_in("operator", language="en")
    page = (await operator.get(f"/arco/{REQUEST['id']}")).text
    kept = page.partition("Something was held then (")[2].partition("), and none of it is what was asked for")[0]
    assert kept.count("; ") == len(PERSONAL) - 1
    mine = (await (await portal.signed_in("supplier", supplier_id=SUPPLIER)).get("/my-firm/data")).text
    assert mine.count("correos de su gente; archivos) y nada de eso es lo que se pidió") == 1
    assert mine.count("Se dijo con ello") == 2


@pytest.mark.parametrize(
    ("different", "offered"),
    [
        ({}, True),
        ({"extensions": [EXTENDED]}, False),
        ({"answer_by": "2020-01-01"}, False),
        ({"status": "answered", "outcome": "granted", "effect_by": "2199-12-30", "extensions": [EXTENDED]}, True),
        ({"status": "answered", "outcome": "refused"}, False),
    ],
)
async def test_a_term_is_extended_where_the_law_still_allows_it(
    portal: Visitors, different: dict[str, Any], offered: bool
) -> None:
    portal.others.answer("registration", f"/arco-requests/{REQUEST['id']}", REQUEST | different, ETag='"v1"')
    operator = await portal.signed_in("operator")
    page = (await operator.get(f"/arco/{REQUEST['id']}")).text
    assert (f'action="/arco/{REQUEST["id"]}/extension"' in page) == offered
    assert ("Está en tres archivos" in page) == ("extensions" in different)


async def test_the_list_shows_what_was_granted_and_not_carried_out_in_time(portal: Visitors) -> None:
    granted = {"status": "answered", "outcome": "granted", "effect_by": "2020-02-03"}
    items = [REQUEST | granted, REQUEST | granted | {"status": "carried_out", "carried_out_on": "2020-03-03"}, REQUEST]
    portal.others.answer("registration", "/arco-requests", {"items": items, "next": None})
    operator = await portal.signed_in("operator", language="en")
    page = (await operator.get("/arco?status=")).text
    assert page.count("Overdue") == 1
    one = f"/arco/{REQUEST['id']}"
    for request, offered in zip(items, (True, False, False), strict=True):
        portal.others.answer("registration", f"/arco-requests/{REQUEST['id']}", request, ETag='"v1"')
        assert (f'action="{one}/completion"' in (await operator.get(one)).text) == offered
    portal.others.answer("registration", f"/arco-requests/{REQUEST['id']}/completion", items[1])
    done = await operator.post(f"{one}/completion", {"version": '"v1"'})
    assert (done.status_code, done.headers["location"]) == (303, one)
    assert portal.others.asked[-1].headers["If-Match"] == '"v1"'


@pytest.mark.usefixtures("nothing_arrives")
async def test_a_firm_says_whom_it_let_ask_for_its_credit_report(portal: Visitors) -> None:
    await portal.stage.consume(example(SupplierRegistered))
    one_firm.say(portal.others)
    referral = {"id": str(UUID(int=10)), "partner": "nafin", "product": "x", "sent_at": "2026-11-01T12:00:00Z"}
    path = f"/referrals/{referral['id']}"
    portal.others.answer("financing", path, referral | {"papers": {"authorisation": None}}, ETag='"v3"')
    portal.others.answer("financing", f"{path}/credit-authorisation", referral)
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    page = f"/my-firm/money{path}/authorisation"
    shown = (await mine.get(page)).text
    assert set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', shown.partition("<main")[2])) == {
        "token", "version", "lender", "folio", "given_on", "expires_on",
    }  # fmt: skip
    given = {"lender": "Banco Ejemplo", "folio": "A-17", "given_on": "2026-11-20", "expires_on": "2029-11-19"}
    done = await mine.post(page, given | {"version": '"v3"'})
    assert (done.status_code, done.headers["location"]) == (303, "/my-firm/money")
    sent = portal.others.asked[-1]
    assert (sent.method, sent.headers["If-Match"], json.loads(sent.content)) == ("PUT", '"v3"', given)
    portal.others.answer("financing", path, referral | {"papers": None})
    assert 'name="lender"' not in (await mine.get(page)).text


@pytest.mark.parametrize("body", ["Autorizo al Programa", "Otras palabras"])
async def test_an_operator_reads_the_words_of_a_consent_and_whether_its_hash_is_theirs(
    portal: Visitors, body: str
) -> None:
    proof = {
        "partner": "nafin", "given_at": "2026-11-01T12:00:00Z", "given_by": "7c9e6679", "channel": "portal",
        "expires_on": "2027-11-01", "version": "consent-2026.2", "body": body,
        "sha256": sha256(b"Autorizo al Programa").hexdigest(),
    }  # fmt: skip
    portal.others.answer("financing", f"/consents/{UUID(int=7)}/text", proof)
    operator = await portal.signed_in("operator", language="en")
    page = (await operator.get(f"/arco/consents/{UUID(int=7)}")).text
    assert body in page
    assert ("is this text" in page, "is not this text" in page) == (body[0] == "A", body[0] == "O")
    assert portal.others.asked[-1].url.params.get("ground") is None
    # One that is over is blocked: the stage opens it on a ground, which the page hands on.
    await operator.get(f"/arco/consents/{UUID(int=7)}?ground=claim")
    assert portal.others.asked[-1].url.params.get("ground") == "claim"
    firm = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    assert (await firm.get(f"/arco/consents/{UUID(int=7)}")).status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_privacy_notice_says_who_answers_to_whom_it_goes_and_how_long(
    portal: Visitors, language: str
) -> None:
    """What LFPDPPP art. 15 has it say; where it leads is where one asks."""
    words = {"es": ("prueba", "Para qué", "SOFOM", "veinte días hábiles", "no hay una fecha fijada"),
             "en": ("trial", "What for", "SOFOM", "twenty working days", "no date is set")}  # fmt: skip
    page = (await portal.anybody(language=language).get("/privacy")).text
    for word in words[language]:
        assert word in page
    assert 'href="/my-firm/data"' in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_privacy_notice_says_the_days_for_which_consents_say_that_answers_lie(
    portal: Visitors, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    said = {"es": ("{} días sin cifrar", "hasta {} días"), "en": ("{} days, not encrypted", "up to {} days")}[language]
    consents = (Financing().limits.partner_days, 31)
    answers, between = (each.format(days) for each, days in zip(said, consents, strict=True))
    page = (await portal.anybody(language=language).get("/privacy")).text
    assert (answers in page, between in page) == (True, True)
    monkeypatch.setattr(Topic, "gone_after_days", 771)
    page = (await portal.anybody(language=language).get("/privacy")).text
    assert all(each.format(771) in page for each in said), "it is no number of the text's own"


def test_the_privacy_notice_names_who_is_responsible_where_all_of_it_is_given() -> None:
    given: dict[str, Any] = {"controller_name": "Secretaría de Economía de Ejemplo", "controller_address": "Calle 1"}
    assert _controller(Settings.model_construct(**given, controller_contact=" ")) is None
    named = _controller(Settings.model_construct(**given, controller_contact="arco@ejemplo.mx"))
    assert named == (*given.values(), "arco@ejemplo.mx")


@pytest.mark.usefixtures("nothing_arrives")
async def test_the_page_of_ones_data_says_that_leaving_erases_nothing(portal: Visitors) -> None:
    await portal.stage.consume(example(SupplierRegistered))
    one_firm.say(portal.others)
    for language, words in (("es", "no borra nada por sí solo"), ("en", "erases nothing by itself")):
        mine = await portal.signed_in("supplier", language=language, supplier_id=SUPPLIER)
        assert words in (await mine.get("/my-firm/data")).text


async def test_the_list_as_a_file_has_each_request_by_its_id_with_its_outcome(portal: Visitors) -> None:
    answered = {"status": "answered", "outcome": "refused", "ground": "law_keeps_it"}
    portal.others.answer("registration", "/arco-requests", {"items": [REQUEST | answered], "next": None})
    operator = await portal.signed_in("operator", language="en")
    file = (await operator.get("/arco?as=csv")).text
    assert [word in file for word in (REQUEST["id"], "Outcome", "law_keeps_it")] == [True, True, False]
    assert re.search(rf"{REQUEST['id']}.*,Refused: .+", file), file
