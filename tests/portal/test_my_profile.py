"""A firm's people look at what registration knows of it, change it, and say who else speaks for it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.target.mail import code_for
from services.portal.domain.profile_fields import LISTS
from services.portal.domain.profile_form import typed_of
from tests.portal import one_firm
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER
from tests.registration.bodies_given import WHOLE, registered

OWN = f"/suppliers/{SUPPLIER}"


async def _mine(portal: Visitors, supplier_id: UUID = SUPPLIER) -> Browser:
    one_firm.say(portal.others)
    return await portal.signed_in("supplier", supplier_id=supplier_id, language="en")


def _sent(portal: Visitors, method: str) -> Any:
    [found] = [each for each in portal.others.asked if each.method == method]
    return found


async def test_all_of_it_is_shown_and_what_ends_first(portal: Visitors) -> None:
    page = (await (await _mine(portal)).get("/my-firm/profile")).text
    for shown in ("Tornillos del Norte", "Querétaro", "98.5 %", "CQI-9 2026-10-01", "Tier 2", "January 31, 2020"):
        assert shown in page, shown
    assert page.index(">Over</strong>") < page.index(">In force</strong>")
    for part in ("identity", "contact", "business", "size", "quality", "processes"):
        assert f'href="/my-firm/profile/{part}"' in page


async def test_a_part_is_changed_in_the_whole_as_it_was_seen(portal: Visitors) -> None:
    mine = await _mine(portal)
    page = (await mine.get("/my-firm/profile/size")).text
    assert 'value="100000000.00"' in page
    assert 'name="version" value="&#34;v7&#34;"' in page
    answer = await mine.post("/my-firm/profile/size", {"workers": "60", "annual_sales_mxn": "5", "version": '"v7"'})
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-firm/profile")
    sent = _sent(portal, "PUT")
    body = json.loads(sent.content)
    assert (sent.headers["If-Match"], body["workers"], body["annual_sales_mxn"]) == ('"v7"', 60, "5.00")
    assert "tax_opinion" not in body, "what was emptied is gone"
    [known] = one_firm.PROFILE["offering"]["processes"]
    of_stage = {name: value for name, value in known.items() if value is not None}
    assert body["offering"]["processes"] == [of_stage]
    assert body["contact"] == {"name": "Ana Ruiz", "email": "ana@tornillos.mx", "role": "sales"}


async def test_of_two_people_the_second_sees_both_versions_and_loses_nothing(portal: Visitors) -> None:
    registration = await portal.real("registration")
    firm = await registered(registration)
    ana, beto = [await _mine(portal, UUID(firm["id"])) for _ in range(2)]
    seen = (await beto.get("/my-firm/profile/size")).text
    version = seen.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
    typed = {"annual_sales_mxn": "100000", "version": version}
    assert (await ana.post("/my-firm/profile/size", typed | {"workers": "70"})).status_code == 303
    late = await beto.post("/my-firm/profile/size", typed | {"workers": "80"})
    assert late.status_code == 412
    assert "<td>80</td><td>70</td>" in late.text
    assert '<th scope="col">What you typed</th><th scope="col">What is there now</th>' in late.text
    assert 'value="80"' in late.text
    again = late.text.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
    assert (await beto.post("/my-firm/profile/size", typed | {"workers": "80", "version": again})).status_code == 303
    [row] = await registration.rows("SELECT * FROM supplier")
    assert (row["workers"], row["annual_sales_mxn"]) == (80, 100000)


@pytest.mark.parametrize("text", ["97,5", "997", "noventa"])
async def test_a_percentage_that_is_none_is_asked_for_with_an_example(portal: Visitors, text: str) -> None:
    """Seen: "It is a whole number", of basis points that nobody types."""
    registration = await portal.real("registration")
    mine = await _mine(portal, UUID((await registered(registration))["id"]))
    page = (await mine.get("/my-firm/profile/quality")).text
    version = page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
    refused = await mine.post("/my-firm/profile/quality", {"offering.otif_bp_12m": text, "version": version})
    assert (refused.status_code, "as 97, 97.5 or 97 %" in refused.text) == (422, True)
    assert f'value="{text}"' in refused.text
    for good, kept in (("97", 9700), ("97 %", 9700), ("97.5", 9750)):
        page = (await mine.get("/my-firm/profile/quality")).text
        version = page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
        typed = {"offering.otif_bp_12m": good, "version": version}
        assert (await mine.post("/my-firm/profile/quality", typed)).status_code == 303
        [row] = await registration.rows("SELECT offering FROM supplier")
        assert f'"otif_bp_12m": {kept}' in row["offering"]


async def test_what_registration_refuses_is_said_at_its_field(portal: Visitors) -> None:
    registration = await portal.real("registration")
    mine = await _mine(portal, UUID((await registered(registration))["id"]))
    for part, typed, field in (
        ("business", {"scian": "12"}, "scian"),
        ("contact", {"contact.name": "Ana", "contact.email": "ana"}, "contact.email"),
        ("processes?number=0", {"area": "P14", "free_capacity": "9", "installed_capacity": "1"}, "free_capacity"),
    ):
        page = (await mine.get(f"/my-firm/profile/{part}")).text
        version = page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
        known = {"sector": "industry", "state": "22", "operating_since": "2009-05-04"} if part == "business" else {}
        answer = await mine.post(f"/my-firm/profile/{part}", known | typed | {"version": version})
        assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), (part, answer.text)
        assert f'aria-describedby="{field}-' in answer.text


async def test_areas_are_added_changed_and_taken_out_at_registration(portal: Visitors) -> None:
    registration = await portal.real("registration")
    mine = await _mine(portal, UUID((await registered(registration))["id"]))

    async def post(path: str, typed: dict[str, str]) -> None:
        page = (await mine.get("/my-firm/profile/processes")).text
        version = page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
        assert (await mine.post(path, typed | {"version": version})).status_code == 303

    await post("/my-firm/profile/processes", {"area": "P01", "special_processes": "CQI-9 2026-01-01"})
    await post("/my-firm/profile/processes?number=0", {"area": "P22", "force_t": "250"})
    [row] = await registration.rows("SELECT offering FROM supplier")
    offered = json.loads(row["offering"]) if isinstance(row["offering"], str) else row["offering"]
    assert [each["area"] for each in offered["processes"]] == ["P22", "P01"]
    await post("/my-firm/profile/processes/0/removal", {})
    [row] = await registration.rows("SELECT offering FROM supplier")
    offered = json.loads(row["offering"]) if isinstance(row["offering"], str) else row["offering"]
    assert [each["area"] for each in offered["processes"]] == ["P01"]


async def test_a_firm_withdraws_with_its_reason(portal: Visitors) -> None:
    registration = await portal.real("registration")
    mine = await _mine(portal, UUID((await registered(registration))["id"]))
    refused = await mine.post("/my-firm/profile/withdrawal", {"version": "*"})
    assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True)
    assert (
        await mine.post("/my-firm/profile/withdrawal", {"version": "*", "reason": "own_decision"})
    ).status_code == 303
    assert "Withdrawn" in (await mine.get("/my-firm/profile")).text


async def test_somebody_is_invited_accepts_and_is_removed(
    portal: Visitors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_MAIL_FOLDER", str(tmp_path / "mail"))
    registration = await portal.real("registration")
    firm = (await registered(registration))["id"]
    mine = await _mine(portal, UUID(firm))
    assert (await mine.post("/my-firm/people", {"email": "beto@tornillos.mx"})).status_code == 303
    again = await mine.post("/my-firm/people", {"email": "beto@tornillos.mx"})
    assert (again.status_code, "beto@tornillos.mx" in again.text) == (409, True)
    [person] = await registration.rows("SELECT id FROM person")
    link = (
        f"/invitation?supplier={firm}&invitation={person['id']}&code={code_for(tmp_path / 'mail', str(person['id']))}"
    )
    nobody = await portal.anybody("en").get(link)
    assert "/sign-in?back=/invitation%3Fsupplier" in nobody.text
    beto = await portal.signed_in("supplier", subject="beto", language="en")
    typed = dict(pair.split("=") for pair in link.partition("?")[2].split("&"))
    assert typed["code"] in (await beto.get(link)).text
    refused = await beto.post("/invitation", typed | {"code": "another"})
    assert (refused.status_code, 'id="problem"' in refused.text) == (403, True)
    assert "You speak for the firm." in (await beto.post("/invitation", typed)).text
    assert ">With access</strong>" in (await mine.get("/my-firm/people")).text
    assert (await mine.post(f"/my-firm/people/{person['id']}/removal")).status_code == 303
    assert "beto@tornillos.mx" not in (await mine.get("/my-firm/people")).text


async def test_another_firm_s_people_and_profile_are_nobody_s(portal: Visitors) -> None:
    """The address of a page names no firm: whoever looks is asked about their own."""
    registration = await portal.real("registration")
    firm = await registered(registration)
    other = await _mine(portal, OTHER_SUPPLIER)
    for page in ("/my-firm/profile", "/my-firm/people", "/my-firm/profile/contact"):
        answer = await other.get(page)
        assert answer.status_code == 404
        assert not [told for told in (firm["folio"], "persona@ejemplo.mx") if told in answer.text]


async def test_while_registration_is_away_a_page_says_so(portal: Visitors) -> None:
    mine = await portal.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    for page in ("/my-firm/profile", "/my-firm/people", "/my-firm/profile/size"):
        answer = await mine.get(page)
        assert (answer.status_code, 'role="alert"' in answer.text) == (503, True), page


async def test_a_firm_sees_and_changes_all_that_it_can_say(portal: Visitors) -> None:
    """Each field that is asked for is on the page as people type it, and what is changed leaves the rest as it was."""
    mine, typed = await _mine(portal), typed_of(WHOLE)
    portal.others.answer("registration", f"/suppliers/{SUPPLIER}", one_firm.PROFILE | WHOLE, ETag=one_firm.ETAG)
    page = (await mine.get("/my-firm/profile")).text
    for name, fields in LISTS.items():
        form = (await mine.get(f"/my-firm/profile/{name}?number=0")).text
        for each in fields:
            assert f'name="{each.name}"' in form, each.name
            if each.kind in {"text", "number", "share", "thousandths", "degrees"}:
                assert typed.of(name)[0][each.name] in page, each.name
                assert f'value="{typed.of(name)[0][each.name]}"' in form, each.name
    assert "tmec-2020" in page
    plant = dict(typed.of("plants")[1]) | {"name": "Nave 3"}
    assert (await mine.post("/my-firm/profile/plants?number=1", plant | {"version": '"v7"'})).status_code == 303
    body = json.loads(_sent(portal, "PUT").content)
    assert [each["name"] for each in body["plants"]] == ["Planta Norte", "Nave 3"]
    assert body["offering"] == WHOLE["offering"]


async def test_a_number_that_is_none_is_asked_for_with_an_example(portal: Visitors) -> None:
    mine = await _mine(portal)
    plant = {"name": "Nave 3", "state": "22", "latitude_e6": "20,5", "version": '"v7"'}
    answer = await mine.post("/my-firm/profile/plants", plant)
    assert (answer.status_code, 'value="20,5"' in answer.text) == (422, True)
    assert "as 20.5888" in answer.text
