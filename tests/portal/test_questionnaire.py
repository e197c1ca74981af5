"""A firm answers its questionnaire: every answer is kept as it is given, by several people, and none is lost."""

import re
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest

from services.diagnosis.domain.answers import Why
from services.portal.domain.questionnaire import WHYS, same, sections
from shared.contracts.matching import OfferingAligned
from shared.contracts.registration import SupplierRegistered
from shared.testing.stage import StageUnderTest
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER, example

PAGE = "/my-firm/diagnosis/TEC"


@pytest.fixture
async def diagnosis(portal: Visitors) -> StageUnderTest:
    """The stage itself, with one firm whose diagnosis is open."""
    stage = await portal.real("diagnosis")
    await stage.consume(example(SupplierRegistered), example(OfferingAligned))
    return stage


async def _mine(portal: Visitors, subject: str = "ana", supplier_id: UUID = SUPPLIER) -> Browser:
    return await portal.signed_in("supplier", subject=subject, supplier_id=supplier_id, language="en")


def _version(page: str, question: str) -> str:
    found = re.search(rf'id="{question}-state".*?name="version" value="([^"]*)"', page, flags=re.DOTALL)
    assert found is not None
    return found[1].replace("&#34;", '"')


async def _answer(browser: Browser, question: str, version: str, **typed: str) -> httpx.Response:
    return await browser.post(f"{PAGE}/{question}", {"version": version} | typed)


async def _drafted(diagnosis: StageUnderTest) -> dict[str, Any]:
    headers = diagnosis.headers("supplier", subject="eye", supplier_id=SUPPLIER)
    answers = (await diagnosis.client.get(f"/diagnoses/{SUPPLIER}/draft", headers=headers)).json()["answers"]
    return {each["question"]: each for each in answers if each["answered_at"]}


async def test_dimensions_say_how_far_they_are(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    page = (await mine.get("/my-firm/diagnosis")).text
    assert re.findall(r'href="/my-firm/diagnosis/([A-Z]{3})"', page) == ["TEC", "OPE", "COM", "FIN", "GES", "ASG"]
    assert "0 of 16" in page or "0 of " in page
    version = _version((await mine.get(PAGE)).text, "T01")
    await _answer(mine, "T01", version, level="3")
    assert "1 of " in (await mine.get("/my-firm/diagnosis")).text


async def test_an_answer_is_kept_without_a_script(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    page = (await mine.get(PAGE)).text
    answer = await _answer(mine, "T01", _version(page, "T01"), level="3", note="Certificado de 2025")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#T01")
    answer = await _answer(mine, "T02", _version(page, "T02"), level="none", why="not_running", reason="Sin pedidos")
    assert answer.status_code == 303
    kept = await _drafted(diagnosis)
    assert (kept["T01"]["level"], kept["T01"]["note"]) == (3, "Certificado de 2025")
    assert (kept["T02"]["level"], kept["T02"]["why"], kept["T02"]["reason"]) == (None, "not_running", "Sin pedidos")
    page = (await mine.get(PAGE)).text
    assert 'id="T01-3" name="level" value="3" checked' in page
    assert 'id="T02-none" name="level" value="none" checked' in page
    assert "Certificado de 2025</textarea>" in page


async def test_a_script_gets_the_state_of_one_question(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    page = (await mine.get(PAGE)).text
    answer = await mine.post(f"{PAGE}/T01", {"version": _version(page, "T01"), "level": "2"}, **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Kept" in answer.text
    next_version = _version(answer.text, "T01")
    assert next_version != _version(page, "T01")
    assert (await _answer(mine, "T01", next_version, level="3")).status_code == 303


@pytest.mark.parametrize("script", [True, False])
async def test_of_two_people_at_one_question_both_answers_are_shown(
    portal: Visitors, diagnosis: StageUnderTest, script: bool
) -> None:
    ana, beto = await _mine(portal, "ana"), await _mine(portal, "beto")
    version = _version((await beto.get(PAGE)).text, "T01")
    await _answer(ana, "T01", version, level="3", note="de Ana")
    headers = {"HX-Request": "true"} if script else {}
    late = await beto.post(f"{PAGE}/T01", {"version": version, "level": "1", "note": "de Beto"}, **headers)
    assert late.status_code == (200 if script else 412)
    for shown in ("Somebody else answered meanwhile", "<td>1</td><td>3</td>", "<td>de Beto</td><td>de Ana</td>"):
        assert shown in late.text, shown
    assert "data-refused" in late.text
    if not script:
        assert "de Beto</textarea>" in late.text, "nothing typed is lost"
    assert (await _drafted(diagnosis))["T01"]["note"] == "de Ana"
    again = await _answer(beto, "T01", _version(late.text, "T01"), level="1", note="de Beto")
    assert again.status_code == 303
    assert (await _drafted(diagnosis))["T01"]["note"] == "de Beto"


async def test_people_at_different_questions_are_in_nobody_s_way(portal: Visitors, diagnosis: StageUnderTest) -> None:
    ana, beto = await _mine(portal, "ana"), await _mine(portal, "beto")
    page = (await ana.get(PAGE)).text
    for number in range(1, 6):
        who = ana if number % 2 else beto
        assert (await _answer(who, f"T0{number}", _version(page, f"T0{number}"), level="2")).status_code == 303
    assert len(await _drafted(diagnosis)) == 5


async def test_an_answer_whose_receipt_was_lost_is_kept_once(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    version = _version((await mine.get(PAGE)).text, "T01")
    for _ in range(2):
        answer = await mine.post(
            f"{PAGE}/T01", {"version": version, "level": "2", "note": " x "}, **{"HX-Request": "true"}
        )
        assert "Kept" in answer.text
        assert "data-refused" not in answer.text


async def test_what_the_stage_refuses_stays_typed(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    version = _version((await mine.get(PAGE)).text, "T01")
    answer = await _answer(mine, "T01", version, level="none", reason="porque sí")
    assert (answer.status_code, 'id="problem"' in answer.text) == (422, True)
    assert 'value="porque sí"' in answer.text
    assert 'id="T01-none" name="level" value="none" checked' in answer.text
    assert await _drafted(diagnosis) == {}


async def test_the_whole_is_submitted_as_it_was_seen(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)

    async def submit(page: str) -> httpx.Response:
        version = re.search(r'submission">.*?name="version" value="([^"]*)"', page, flags=re.DOTALL)
        assert version is not None
        return await mine.post("/my-firm/diagnosis/submission", {"version": version[1].replace("&#34;", '"')})

    early = (await mine.get("/my-firm/diagnosis")).text
    refused = await submit(early)
    assert (refused.status_code in (409, 422), 'id="problem"' in refused.text) == (True, True)
    for dimension in ("TEC", "OPE", "COM", "FIN", "GES", "ASG"):
        page = (await mine.get(f"/my-firm/diagnosis/{dimension}")).text
        for question in re.findall(r'<form id="([A-Z]\d\d)"', page):
            given = {"version": _version(page, question), "level": "3"}
            assert (await mine.post(f"/my-firm/diagnosis/{dimension}/{question}", given)).status_code == 303
    assert (await submit(early)).status_code == 412
    answer = await submit((await mine.get("/my-firm/diagnosis")).text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-firm")
    assert "diagnosis.diagnosis-submitted" in [told.type for told in await diagnosis.told()]
    assert "It was sent" in (await mine.get("/my-firm/diagnosis")).text


async def test_whose_session_ended_is_told_so_and_not_sent_elsewhere(portal: Visitors) -> None:
    answer = await portal.anybody("en").post(f"{PAGE}/T01", {"level": "2"}, **{"HX-Request": "true"})
    assert answer.status_code in (401, 403)
    answer = await portal.anybody("en").client.get(PAGE, headers={"HX-Request": "true", "Accept": "text/html"})
    assert (answer.status_code, "location" in answer.headers) == (401, False)


async def test_another_firm_s_answers_are_nobody_s(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    await _answer(mine, "T01", _version((await mine.get(PAGE)).text, "T01"), level="3", note="secreto")
    other = await _mine(portal, "eva", OTHER_SUPPLIER)
    for page in ("/my-firm/diagnosis", PAGE):
        answer = await other.get(page)
        assert (answer.status_code in (404, 200), "secreto" in answer.text, "1 of " in answer.text) == (
            True,
            False,
            False,
        )
    assert (await other.post(f"{PAGE}/T01", {"version": "*", "level": "0"})).status_code in (404, 422)
    assert (await _drafted(diagnosis))["T01"]["note"] == "secreto"


async def test_what_is_no_question_or_dimension_is_not_there(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine = await _mine(portal)
    assert (await mine.get("/my-firm/diagnosis/XYZ")).status_code == 404
    assert (await mine.get("/my-firm/diagnosis/tec")).status_code == 404
    assert (await mine.post(f"{PAGE}/nothing", {})).status_code == 404


def test_a_question_that_the_instrument_has_no_longer_goes_by_its_code() -> None:
    answer = {
        "question": "Z01",
        "answered_at": None,
        "level": None,
        "why": None,
        "reason": "",
        "note": "",
        "version": "v",
    }
    instrument = {"questions": [], "dimensions": [{"code": "TEC"}]}
    [section] = sections(instrument, {"answers": [answer], "missing": ["Z01"]})
    assert ([each.text for each in section.questions], len(section.missing)) == (["Z01"], 1)


@pytest.mark.parametrize(
    ("given", "equal"),
    [
        ({"level": 0, "note": ""}, True),
        ({"level": None, "note": ""}, False),
        ({"level": 0, "note": "x"}, False),
        ({"level": 0, "why": "no_access"}, False),
    ],
)
def test_the_same_answer(given: dict[str, Any], equal: bool) -> None:
    present = {"level": 0, "why": None, "reason": "", "note": ""}
    assert same(given, present) == equal


def test_reasons_are_those_that_the_stage_takes() -> None:
    assert get_args(Why) == WHYS
