"""Everything that the program holds about a firm, in one file, for its own people alone."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from services.portal.api.my_data import HELD
from shared.contracts.event import Actor
from shared.contracts.financing import ReferralSent
from shared.contracts.matching import CandidateIntroduced
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from shared.messaging import audit
from shared.messaging.audit import Act
from tests.http.services import openapi_of
from tests.portal import one_firm
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import EXAMPLES, OTHER_SUPPLIER, SUPPLIER, example


async def test_the_file_has_what_every_stage_shows_and_says_what_it_does_not(portal: Visitors) -> None:
    one_firm.say(portal.others)
    await portal.stage.consume(example(SupplierRegistered), example(SupplierRegistered, supplier_id=OTHER_SUPPLIER))
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    answer = await mine.get("/my-firm/data/file?form=json")
    assert answer.headers["content-disposition"] == 'attachment; filename="pdp-PDP-2026-000123.json"'
    held = json.loads(answer.content)
    assert held["registration"]["/suppliers/{id}"]["contact"]["email"] == "ana@tornillos.mx"
    assert held["matching"]["/suppliers/{id}/matches"] == {"not_shown": "stage_away", "status": 503}
    assert held["portal"]["firm"]["profile"]["folio"] == "PDP-2026-000123"
    assert len(held["portal"]["story"]) == 1
    assert {each.headers.get("authorization", "")[:7] for each in portal.others.asked} == {"Bearer "}
    assert str(OTHER_SUPPLIER) not in answer.text


async def test_the_words_of_each_consent_are_in_it(portal: Visitors) -> None:
    consent, case = (
        f"/consents/{OTHER_SUPPLIER}/text",
        {"consents": [{"id": str(OTHER_SUPPLIER), "data_classes": []}], "referrals": []},
    )
    portal.others.answer("financing", f"/cases/{SUPPLIER}", case)
    for other in (f"/cases/{SUPPLIER}/papers", f"/cases/{SUPPLIER}/refusals", f"/suppliers/{SUPPLIER}/audit"):
        portal.others.answer("financing", other, {})
    portal.others.answer("financing", consent, {"body": "Autorizo al Programa"})
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    for held in (json.loads((await mine.get("/my-firm/data/file")).content), await _unzipped(mine)):
        assert held["financing"][consent] == {"body": "Autorizo al Programa"}


async def test_every_page_of_a_list_is_in_it(portal: Visitors) -> None:
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}", {})
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}/people", {"items": [{"id": 1}], "next": None})
    portal.others.cursors = tuple(map(str, range(1, 100)))
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    for held in (json.loads((await mine.get("/my-firm/data/file")).content), await _unzipped(mine)):
        assert held["registration"]["/suppliers/{id}/people"] == {"items": [{"id": 1}] * 100, "next": None}
    asked = [each for each in portal.others.asked if each.url.path.endswith("/people")]
    assert len({each.headers["x-correlation-id"] for each in asked}) == 2, "one look of each file"


async def test_a_list_that_breaks_off_says_so(portal: Visitors) -> None:
    path = "/suppliers/{id}/people"
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}", {})
    portal.others.answer("registration", path.format(id=SUPPLIER), {"items": [{"id": 1}], "next": None})
    portal.others.cursors, portal.others.breaks = ("1", "2"), "2"
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    held = json.loads((await mine.get("/my-firm/data/file")).content)
    assert held["registration"][path] == {"items": [{"id": 1}] * 2, "not_shown": "stage_away", "status": 503}


async def test_nobody_waits_twice_for_a_service_that_does_not_answer(portal: Visitors) -> None:
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    await mine.get("/my-firm/data/file")
    assert len(portal.others.asked) == len({each.url.host for each in portal.others.asked}) == len(HELD)


async def _unzipped(browser: Browser) -> dict[str, Any]:
    held: dict[str, Any] = {}
    with ZipFile(BytesIO((await browser.get("/my-firm/data/file?form=zip")).content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            held |= json.loads(archive.read(name))
    return held


async def test_each_file_is_one_look_in_each_log(portal: Visitors) -> None:
    """However many pages a log has; the portal's own log is in the file too."""
    registration, own = await portal.recorded("registration", "portal")
    acts = [Act("registration:supplier:changed", Actor("a", "operator"), SUPPLIER, "c")] * 450
    for stage in (registration, own):
        async with stage.database.connection() as connection:
            await audit.record(connection, acts)
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    for times in (1, 2):
        held = await _unzipped(mine)
        for service, stage in (("registration", registration), ("portal", own)):
            seen = [each["action"] for each in held[service]["/suppliers/{id}/audit"]["items"]]
            assert seen.count("registration:supplier:changed") == 450
            rows = await stage.rows("SELECT action FROM audit WHERE action LIKE '%:audit:viewed'")
            assert len(rows) == times, service
    assert "portal:supplier:viewed" in seen


async def test_a_zip_has_one_file_of_each_stage(portal: Visitors) -> None:
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    answer = await mine.get("/my-firm/data/file?form=zip")
    with ZipFile(BytesIO(answer.content)) as archive:
        assert {*archive.namelist()} == {f"{stage}.json" for stage in (*HELD, "portal")}


async def test_it_is_nobody_else_s(portal: Visitors) -> None:
    for role in ("anchor", "operator", "mentor"):
        browser = await portal.signed_in(role, supplier_id=SUPPLIER)
        assert (await browser.get("/my-firm/data/file")).status_code == 403
    assert (await portal.anybody().get("/my-firm/data/file")).status_code == 303


def test_each_is_a_way_that_the_stage_shows_a_firm() -> None:
    for stage, paths in HELD.items():
        shown = openapi_of(stage)["paths"]
        for path in paths:
            there = shown[path.replace("{id}", "{supplier_id}")]["get"]["description"]
            assert "supplier" in there.rpartition("For:")[2], (stage, path, there)


def test_nothing_that_a_stage_shows_a_firm_of_itself_is_left_out() -> None:
    """Of what names the firm in its address and is shown to it: all but parts of what is there."""
    parts = {
        # Reckoned from the versions, which are there.
        "/diagnoses/{supplier_id}/comparison",
        "/diagnoses/{supplier_id}/draft/{question}",
        "/cohorts/{cohort_id}/firms/{supplier_id}",
        "/suppliers/{supplier_id}/introductions/{consent_id}",
        "/suppliers/{supplier_id}/lifts",
        "/suppliers/{supplier_id}/near-misses",
        "/suppliers/{supplier_id}/origins",
        "/suppliers/{supplier_id}/requirements/{requirement_id}",
        "/suppliers/{supplier_id}/requirements/{requirement_id}/lifts",
        # Files are opened one by one: the list says which there are.
        *(
            f"/{of}/{{supplier_id}}/attachments/{{attachment_id}}/{what}"
            for of in ("suppliers", "diagnoses", "plans")
            for what in ("link", "content")
        ),
    }
    for stage, paths in HELD.items():
        shown = {
            path
            for path, ways in openapi_of(stage)["paths"].items()
            if "{supplier_id}" in path
            and "get" in ways
            and "supplier" in ways["get"]["description"].rpartition("For:")[2]
        }
        assert shown - parts == {path.replace("{id}", "{supplier_id}") for path in paths}, stage


async def test_whatever_was_sent_is_listed_one_by_one_with_its_receiver_and_day(portal: Visitors) -> None:
    case = {
        "consents": [{"id": "c1", "data_classes": ["identity", "need"]}],
        "referrals": [{"id": "r1", "partner": "nafin", "sent_at": "2026-11-02T12:00:00Z", "consent_id": "c1"}],
    }
    person = {"email": "luz@tornillos.mx", "invited_at": "2026-11-01T12:00:00Z"}
    portal.others.answer("financing", f"/cases/{SUPPLIER}", case)
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}", {})
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}/people", {"items": [person], "next": None})
    await portal.stage.consume(example(SupplierRegistered), example(AnchorJoined), example(CandidateIntroduced))
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    for held in (json.loads((await mine.get("/my-firm/data/file")).content), await _unzipped(mine)):
        sent = {each["kind"]: each for each in held["portal"]["sent"]}
        assert sent["referral"]["to"] == "nafin"
        assert sent["referral"]["what"] == ["identity", "need"]
        assert (sent["mail"]["to"], sent["mail"]["what"]) == ("luz@tornillos.mx", ["invitation"])
        assert sent["introduction"]["to"] == EXAMPLES[AnchorJoined.TYPE]["name"]
        assert "folio" in sent["introduction"]["what"]
        assert all(each["at"] for each in sent.values())


async def test_each_time_that_a_referral_went_is_listed_and_with_which_key(portal: Visitors) -> None:
    went = {"referral_id": "r1", "partner": "nafin"}
    case = {
        "consents": [{"id": "c1", "data_classes": ["identity"]}],
        "referrals": [
            {"id": id_, "partner": "nafin", "sent_at": f"2026-11-0{day}T12:00:00Z", "consent_id": "c1"}
            for id_, day in (("r1", 2), ("r2", 3))
        ],
        "sendings": [
            went | {"sent_at": "2026-11-02T12:00:01Z", "key_id": None},
            went | {"sent_at": "2026-11-09T12:00:00Z", "key_id": "2027"},
        ],
    }
    portal.others.answer("financing", f"/cases/{SUPPLIER}", case)
    await portal.stage.consume(example(SupplierRegistered), example(ReferralSent))
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    held = json.loads((await mine.get("/my-firm/data/file")).content)["portal"]["sent"]
    told = [(each["at"][8:10], each["protection"], each["key_id"]) for each in held]
    assert told == [("02", "clear", None), ("03", "not_recorded", None), ("09", "encrypted", "2027")]
    page = (await mine.get("/my-firm/data")).text
    assert "Cifrado con la llave «2027» de la institución." in page
    assert page.count("No quedó registrado si iba cifrado.") == 1
