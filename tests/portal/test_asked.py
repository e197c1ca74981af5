"""What a buyer publishes, changes and awards: a form's words to the stage, and what it refuses back to the form."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.datastructures import FormData

from services.matching.views.requirements import AskedSpecification
from services.portal.api import specification_form
from services.portal.views.words import Words
from shared.contracts.matching import RequirementPublished
from tests.portal.candidates_given import CANDIDATE, PAGE, PRESENT, Matching, buyer, filled, matching, refusal_of
from tests.portal.conftest import Visitors
from tests.portal.events import MATCH, REQUIREMENT, example
from tests.portal.profile_given import HARD

__all__ = ["filled", "matching"]

WORDS = Words("es")
WHOLE = example(RequirementPublished).model_dump(mode="json")["specification"]
CHANGE, NEW, REOPENING = f"{PAGE}/change", "/requirements/new", f"{PAGE}/reopening"
AWARDED = PRESENT | {
    "id": str(MATCH),
    "standing": "awarded",
    "award": {"annual_value": {"amount": "100.00", "currency": "USD"}, "annual_volume": 5},
}


def _form(**changed: str) -> dict[str, str]:
    return specification_form.shown(WHOLE) | changed


def _asked(before: dict[str, Any], **fields: str) -> tuple[dict[str, Any], dict[str, str]]:
    return specification_form.asked(FormData(fields), before, WORDS)


def test_a_form_that_is_sent_as_it_was_shown_changes_nothing() -> None:
    full = WHOLE | {"otif_bp_min": 9755, "regional_value_bp_min": 95, "envelope_mm": [1, 2, 3], "must_have": ["T04"]}
    full |= {"wishes": ["force", "qms"], "production_start": "2028-01-15", "ramp": [{"year": 2028, "pieces": 5}]}
    full |= {"targets": {"T04": 4, "C02": 2}, "special_processes": ["CQI-9", "CQI-11"], "qms_waivable": False}
    assert _asked(full, **specification_form.shown(full)) == (full, {})
    AskedSpecification.model_validate(full)


@pytest.mark.parametrize("value", HARD)
def test_whatever_is_in_a_list_comes_back_from_the_form(value: str) -> None:
    """A browser sends its own ends of lines."""
    asked = WHOLE | {"materials": ["acero", value], "languages": ["en", "de"], "special_processes": ["CQI-9", "CQI-11"]}
    asked |= {"must_have": ["T04", "M01"], "qms_waivable": False}
    sent = {name: text.replace("\n", "\r\n") for name, text in specification_form.shown(asked).items()}
    assert {*specification_form.LISTS} <= {name for name, text in sent.items() if "\r\n" in text}
    specification, wrong = _asked(asked, **sent)
    assert ({name: specification.get(name) for name in asked if asked[name] is not None}, wrong) == (
        {name: each for name, each in asked.items() if each is not None},
        {},
    )


def test_every_field_of_the_stage_is_in_the_form_or_stays() -> None:
    assert {*AskedSpecification.model_fields} - {*specification_form.FIELDS, *specification_form.BOXES} == {
        "qms_waivable",
        "wishes",
    }


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("otif_bp_min", "97.5 %", 9750),
        ("otif_bp_min", "100", 10000),
        ("otif_bp_min", "0.95 %", 95),
        ("annual_volume", "1,200,000", 1200000),
        ("annual_volume", "muchas", "muchas"),
        ("materials", "PA6\r\n PP, 30% talc ;\n\n", ["PA6", "PP, 30% talc ;"]),
        ("must_have", "T04, T05;C02\r\nM01", ["T04", "T05", "C02", "M01"]),
        ("envelope_mm", "600x400 × 300", [600, 400, 300]),
        ("envelope_mm", "1,600, 400, 300", [1600, 400, 300]),
        ("targets", "t04 3\nC02: 4", {"T04": 3, "C02": 4}),
        ("plant_longitude_e6", "-100.3899", -100_389_900),
        ("languages", "en, de", ["en", "de"]),
        ("ramp", "2028: 10\n2029 40", [{"year": 2028, "pieces": 10}, {"year": 2029, "pieces": 40}]),
    ],
)
def test_a_field_is_read_as_people_write_it(field: str, text: str, value: object) -> None:
    assert _asked({}, **{field: text}) == ({field: value, "wishes": []}, {})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("otif_bp_min", "97,5"),
        ("otif_bp_min", "0.975x"),
        ("otif_bp_min", "0.95"),
        ("regional_value_bp_min", "1"),
        ("envelope_mm", "600 x 400"),
        ("envelope_mm", "1,50 x 400"),
        ("targets", "T04"),
        ("plant_latitude_e6", "20,5888"),
        ("ramp", "2028"),
    ],
)
def test_what_could_be_two_things_is_not_guessed(field: str, text: str) -> None:
    specification, wrong = _asked({field: 1}, **{field: text})
    assert (specification, [*wrong]) == ({"wishes": [], field: "?"}, [field])
    said: list[Any] = []
    try:
        AskedSpecification.model_validate(WHOLE | specification)
    except ValidationError as error:
        said = [each["loc"][0] for each in error.errors()]
    assert field in said, "nothing is published of what cannot be read"


async def test_a_requirement_is_published_once_for_each_form(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    assert 'name="key" value="' in (await browser.get(NEW)).text
    matching.answer = httpx.Response(201, json={"id": str(REQUIREMENT)})
    answer = await browser.post(NEW, _form(title="Tapas") | {"key": "k-1"})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    [(path, sent, _)] = matching.sent
    assert (path, sent["specification"]["title"]) == ("/requirements", "Tapas")
    assert matching.keys == ["k-1"]


async def test_what_cannot_be_read_is_told_with_what_the_stage_refuses(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    errors = [{"field": "body.otif_bp_min", "problem": "Entero"}, {"field": "body.open_until", "problem": "Ya pasó"}]
    matching.refusal = httpx.Response(422, json={"title": "invalid_request", "detail": "No.", "errors": errors})
    for address in (NEW, CHANGE):
        answer = await browser.post(address, _form(title="Tapas", otif_bp_min="97,5") | {"key": "k-1"})
        assert answer.status_code == 422
        assert 'value="Tapas"' in answer.text
        assert 'value="97,5"' in answer.text
        assert 'id="otif_bp_min-error">Escriba un porcentaje' in answer.text
        assert 'id="open_until-error">Ya pasó' in answer.text
    matching.refusal = httpx.Response(503)
    assert 'id="otif_bp_min-error"' in (await browser.post(NEW, _form(otif_bp_min="97,5"))).text


async def test_a_change_keeps_what_the_form_does_not_show(filled: Visitors, matching: Matching) -> None:
    asked = WHOLE | {"qms_waivable": False}
    matching.shown[PAGE] = {"version": 3, "status": "open", "specification": asked}
    answer = await (await buyer(filled)).post(CHANGE, _form(title="Tapas nuevas") | {"version": '"v7"'})
    assert answer.status_code == 303
    [(path, sent, version)] = matching.sent
    assert (path, version) == (PAGE, '"v7"')
    AskedSpecification.model_validate(sent)
    assert sent == asked | {"title": "Tapas nuevas"} | {k: v for k, v in sent.items() if v is None}


async def test_somebody_else_s_change_is_shown_beside_one_s_own(filled: Visitors, matching: Matching) -> None:
    matching.refusal = refusal_of(412, "stale", "", "")
    answer = await (await buyer(filled)).post(CHANGE, _form(title="Tapas mías") | {"version": '"v1"'})
    assert answer.status_code == 412
    assert "<td>Tapas mías</td>" in answer.text
    assert f"<td>{WHOLE['title']}</td>" in answer.text
    assert 'name="version" value="&#34;v7&#34;"' in answer.text


async def test_what_the_stage_says_is_at_its_field(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    matching.refusal = refusal_of(422, "invalid", "body.materials.3", "Demasiado largo")
    assert 'id="materials-error">Demasiado largo' in (await browser.post(CHANGE, _form())).text
    matching.refusal = refusal_of(422, "invalid", "body.specification.title", "Falta")
    assert 'id="title-error">Falta' in (await browser.post(NEW, _form())).text


async def test_a_closed_requirement_is_opened_again(filled: Visitors, matching: Matching) -> None:
    matching.shown[PAGE] = {"version": 3, "status": "closed", "specification": WHOLE}
    browser = await buyer(filled)
    assert f'action="{REOPENING}"' in (await browser.get(PAGE)).text
    answer = await browser.post(REOPENING, {"open_until": "2027-01-31", "version": '"v7"'})
    assert answer.headers["location"] == PAGE
    assert matching.sent == [(REOPENING, {"open_until": "2027-01-31"}, '"v7"')]


MONEY = {"annual_value.amount": "1250000.00", "annual_value.currency": "MXN", "annual_volume": "120000"}
VALUE = {"annual_value": {"amount": "1250000.00", "currency": "MXN"}, "annual_volume": 120000}


async def test_an_award_is_given_corrected_and_ended(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    sent = MONEY | {"version": '"v7"', "confirmed": "materials"}
    assert (await browser.post(f"{CANDIDATE}/award", sent)).headers["location"] == CANDIDATE
    matching.shown[f"/matches/{MATCH}"] = AWARDED
    page = (await browser.get(CANDIDATE)).text
    assert 'value="100.00"' in page
    assert '<option value="USD" selected>' in page
    await browser.post(f"{CANDIDATE}/award/correction", MONEY | {"reason": "mistyped", "version": '"v7"'})
    await browser.post(f"{CANDIDATE}/award/end", {"reason": "completed", "version": '"v7"'})
    path = f"/matches/{MATCH}/award"
    assert matching.sent == [
        (path, VALUE | {"confirmed": ["materials"]}, '"v7"'),
        (path, VALUE | {"reason": "mistyped"}, '"v7"'),
        (f"{path}/end", {"reason": "completed"}, '"v7"'),
    ]


@pytest.mark.parametrize(("written", "taken"), [("1,250,000", "1250000.00"), ("99", "99.00"), ("1,50", "1,50")])
async def test_an_award_s_amount_is_read_as_amounts_are(
    filled: Visitors, matching: Matching, written: str, taken: str
) -> None:
    await (await buyer(filled)).post(f"{CANDIDATE}/award", MONEY | {"annual_value.amount": written})
    [(_, sent, _)] = matching.sent
    assert sent["annual_value"]["amount"] == taken


async def test_an_award_that_is_refused_keeps_what_was_typed(filled: Visitors, matching: Matching) -> None:
    matching.refusal = refusal_of(422, "invalid", "body.annual_value", "El importe tiene que ser mayor que cero.")
    answer = await (await buyer(filled)).post(f"{CANDIDATE}/award", MONEY | {"annual_value.amount": "0"})
    assert answer.status_code == 422
    assert 'id="annual_value.amount-error">El importe tiene que ser mayor que cero.' in answer.text
    assert 'value="120000"' in answer.text


async def test_a_requirement_is_named_as_the_anchor_does(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    matching.answer = httpx.Response(201, json={"id": str(REQUIREMENT)})
    await browser.post(NEW, _form(title="Tapas", reference=" a-1 ") | {"key": "k-1"})
    matching.shown[PAGE] = {"version": 3, "status": "open", "specification": WHOLE, "reference": "A-1"}
    assert 'value="A-1"' in (await browser.get(PAGE)).text
    matching.answer = httpx.Response(200, json={})
    answer = await browser.post(f"{PAGE}/reference", {"reference": " ", "version": '"v7"'})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    (_, published, _), (path, named, version) = matching.sent
    assert (published["reference"], path, named, version) == ("a-1", f"{PAGE}/reference", {"reference": None}, '"v7"')


async def test_a_gate_is_waived_and_taken_back(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    waiver = {"id": "00000000-0000-0000-0000-000000000007", "gate": "qms", "supplier_id": None, "reason": "Falta"}
    waiver |= {"plan": "Auditoría", "until": "2090-01-01", "revoked_at": None}
    shown = {"version": 3, "status": "open", "specification": WHOLE, "reference": None, "waivers": [waiver]}
    matching.shown[PAGE] = shown
    page = (await browser.get(PAGE)).text
    assert "Auditoría" in page
    matching.answer = httpx.Response(200, json={})
    given = {"gate": "qms", "supplier_id": "", "reason": "Falta", "plan": "Auditoría", "until": "2090-01-01"}
    answer = await browser.post(f"{PAGE}/waivers", given | {"version": '"v7"'})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#waivers")
    await browser.post(f"{PAGE}/waivers/{waiver['id']}/revocation", {"version": '"v7"'})
    del given["supplier_id"]
    assert [(path, sent) for path, sent, _ in matching.sent] == [
        (f"{PAGE}/waivers", given),
        (f"{PAGE}/waivers/{waiver['id']}/revocation", None),
    ]
