"""What a buyer's pages show of a requirement and of the firms that meet it, and what never."""

import re
from uuid import UUID

import pytest

from shared.contracts.event import EventData
from shared.contracts.matching import (
    ContractAwarded,
    ContractEnded,
    MatchAnswered,
    MatchFound,
    MatchLost,
    RequirementPublished,
)
from shared.contracts.registration import Introduction, SupplierChanged, SupplierWithdrawn
from shared.service.callers import Role
from tests.portal.candidates_given import (
    CANDIDATE,
    ELSEWHERE,
    ELSEWHERE_MATCH,
    HIDDEN,
    HIDDEN_MATCH,
    PAGE,
    PRESENT,
    SECOND,
    SEEN,
    UNSEEN,
    Matching,
    buyer,
    filled,
    matching,
    refusal_of,
)
from tests.portal.conftest import Visitors
from tests.portal.events import (
    ANCHOR,
    MATCH,
    OTHER_ANCHOR,
    OTHER_MATCH,
    OTHER_SUPPLIER,
    SUPPLIER,
    example,
)
from tests.portal.forms import forms

__all__ = ["filled", "matching"]


async def test_requirements_with_how_many_candidates_each_has(filled: Visitors) -> None:
    browser = await buyer(filled)
    listed = (await browser.get("/requirements")).text
    assert '<td class="number">3</td>\n    <td class="number">2</td>' in listed
    assert '<td class="number">1</td>\n    <td class="number">1</td>' in listed
    for address, there in (("?status=open&area=P13", True), ("?status=closed", False), ("?area=P01", False)):
        assert (PAGE in (await browser.get(f"/requirements{address}")).text) == there, address


async def test_candidates_are_ranked_and_who_is_blocked_is_nowhere(filled: Visitors, matching: Matching) -> None:
    page = (await (await buyer(filled)).get(PAGE)).text
    assert page.index("91.3") < page.index("82.1") < page.index("70.0")
    assert page.index(SEEN) < page.index(SECOND)
    for told in (
        "PDP-2026-000001",
        "Guanajuato",
        "Bracket, stamped",
        "120,000",
        "Preseleccionad",
        "Detenida por brechas",
        "Detenida por T04",
        "steel",
    ):
        assert told in page, told
    for secret in (UNSEEN, "000777", str(HIDDEN), str(HIDDEN_MATCH)):
        assert secret not in page, secret


PERSON = {"kind": "natural", "legal_name": None, "rfc": None, "folio": "PDP-2026-000555"}


def _person(**introduction: object) -> EventData:
    """The second firm, as a natural person that consented to whom this says."""
    told = example(SupplierChanged, supplier_id=OTHER_SUPPLIER, **PERSON)
    return told.model_copy(update={"introduction": Introduction.model_validate(introduction)})


async def test_a_natural_person_is_named_to_whom_it_consents_and_no_more_once_it_takes_that_back(
    filled: Visitors, matching: Matching
) -> None:
    browser, page = await buyer(filled), f"{PAGE}/candidates/{OTHER_MATCH}"
    for given, known in (({}, False), ({"anchors": (ANCHOR,), "contact_role": "owner"}, True), ({}, False)):
        await filled.stage.consume(_person(**given))
        listed = (await browser.get(PAGE)).text
        assert ("PDP-2026-000555" in listed, "Propiedad" in listed) == (known, known)
        assert ("no ha consentido" in listed) != known
        assert str(OTHER_MATCH) in listed or not known
        answer = await browser.get(page)
        assert answer.status_code == (200 if known else 404)
        assert "Propiedad" in answer.text or not known
        assert SECOND not in listed


async def test_who_buys_from_a_natural_person_sees_it_while_it_buys(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    await filled.stage.consume(_person(), example(ContractAwarded, supplier_id=OTHER_SUPPLIER, match_id=OTHER_MATCH))
    assert "PDP-2026-000555" in (await browser.get(PAGE)).text
    await filled.stage.consume(example(ContractEnded, supplier_id=OTHER_SUPPLIER, match_id=OTHER_MATCH))
    assert "PDP-2026-000555" not in (await browser.get(PAGE)).text


async def test_a_candidate_that_gaps_block_has_no_page(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    for address in (f"{PAGE}/candidates/{HIDDEN_MATCH}", f"{CANDIDATE}?with={HIDDEN_MATCH}"):
        answer = await browser.get(address)
        assert (answer.status_code, UNSEEN in answer.text) == (404, False), address
    assert UNSEEN not in (await browser.get(CANDIDATE)).text
    assert UNSEEN in (await browser.get(f"/requirements/{ELSEWHERE}/candidates/{ELSEWHERE_MATCH}")).text
    matching.shown[f"/matches/{MATCH}"] = PRESENT | {"supplier_id": None}
    assert (await browser.get(CANDIDATE)).status_code == 404, "matching knows of new gaps first"


WENT_ON: dict[str, tuple[EventData, ...]] = {
    "shortlisted": (example(MatchAnswered, answer="shortlisted", reason=None),),
    "shortlisted, then declined": (
        example(MatchAnswered, answer="shortlisted", reason=None),
        example(MatchAnswered, answer="declined", reason="price"),
    ),
    "awarded": (example(ContractAwarded),),
    "ended": (example(ContractAwarded), example(ContractEnded)),
}
BLOCKED = example(MatchFound, blocked_by=("T04",), standing="declined")
HAPPENED: dict[str, tuple[EventData, ...]] = {
    "blocked": (BLOCKED,),
    "lost": (BLOCKED, example(MatchLost)),
    "withdrawn": (example(SupplierWithdrawn), example(MatchLost)),
}


@pytest.mark.parametrize("happened", HAPPENED)
@pytest.mark.parametrize("before", WENT_ON)
async def test_a_firm_that_a_buyer_went_on_with_is_never_hidden_again(
    filled: Visitors, matching: Matching, before: str, happened: str
) -> None:
    await filled.stage.consume(*WENT_ON[before], *HAPPENED[happened])
    browser = await buyer(filled)
    assert SEEN in (await browser.get(PAGE)).text
    answer = await browser.get(CANDIDATE)
    assert (answer.status_code, SEEN in answer.text) == (200, True)


@pytest.mark.parametrize("happened", HAPPENED)
async def test_whom_a_buyer_only_declined_is_hidden_again(filled: Visitors, matching: Matching, happened: str) -> None:
    """Also who was never introduced can be declined, so that a decline tells nobody who it was."""
    await filled.stage.consume(example(MatchAnswered, answer="declined", reason="price"), *HAPPENED[happened])
    browser = await buyer(filled)
    assert SEEN not in (await browser.get(PAGE)).text
    assert (await browser.get(CANDIDATE)).status_code == 404


async def test_a_firm_reads_what_it_was_awarded_beside_what_blocks_it(portal: Visitors) -> None:
    await portal.stage.consume(example(ContractAwarded), example(MatchFound, blocked_by=("T04",), standing="awarded"))
    mine = await portal.signed_in(str(Role.SUPPLIER), supplier_id=SUPPLIER, language="en")
    page = (await mine.get("/my-firm/alignment")).text
    assert page.index(">Awarded</strong>") < page.index(">Blocked by gaps</strong> T04")


async def test_another_anchor_finds_nothing(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled, OTHER_ANCHOR)
    assert PAGE not in (await browser.get("/requirements")).text
    for address in (PAGE, CANDIDATE, f"{CANDIDATE}?with={OTHER_MATCH}"):
        answer = await browser.get(address)
        assert (answer.status_code, SEEN in answer.text, SECOND in answer.text) == (404, False, False), address
    own = UUID(int=0xD000)
    await filled.stage.consume(example(RequirementPublished, requirement_id=own, anchor_id=OTHER_ANCHOR))
    assert (await browser.get(f"/requirements/{own}")).status_code == 200
    assert (await browser.get(f"/requirements/{own}/candidates/{MATCH}")).status_code == 404


async def test_a_score_is_explained_alone_and_beside_another(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    page = (await browser.get(CANDIDATE)).text
    for told in (SEEN, "31.5 % de 40.0 %", "400 t", "250 t", "Cumple en parte", "capacidad libre"):
        assert told in page, told
    assert f'<th scope="colgroup" colspan="3">{SECOND}' not in page
    beside = (await browser.get(f"{CANDIDATE}?with={OTHER_MATCH}")).text
    assert f'<th scope="colgroup" colspan="3">{SECOND}' in beside
    assert "No se evaluó" in beside


async def test_what_a_firm_falls_short_of_and_is_only_wished_or_waived_is_told(
    filled: Visitors, matching: Matching
) -> None:
    browser = await buyer(filled)
    assert "Deseable, no lo tiene" not in (await browser.get(CANDIDATE)).text
    short = {"gate": "force", "status": "met", "reason": "wished", "need": "400 t", "offer": "250 t"}
    waived = {"gate": "qms", "status": "met", "reason": "waived", "need": "iatf_16949", "offer": "iso_9001"}
    matching.shown[f"/matches/{MATCH}"] = PRESENT | {"conceded": [short, waived]}
    page = (await browser.get(CANDIDATE)).text
    for told in ("Deseable, no lo tiene", "<td>400 t</td><td>250 t</td>", ">Dispensado<", "<td>IATF 16949</td>"):
        assert told in page, told


async def test_a_requirement_says_what_is_a_must_a_wish_or_waived(filled: Visitors, matching: Matching) -> None:
    asked = example(RequirementPublished).model_dump(mode="json")["specification"]
    asked |= {"materials": ["acero"], "force_t": 400, "envelope_mm": [1, 2, 3], "languages": ["en"], "tolerance_um": 50}
    asked |= {"wishes": ["force", "languages"], "tolerance_must": False, "qms": "iso_9001"}
    given = {"reason": "r", "plan": "p", "until": "2090-01-01", "supplier_id": None, "revoked_at": None, "id": "w"}
    waivers = [given | {"gate": "envelope"}, given | {"gate": "qms", "until": "2020-01-01"}]
    waivers += [given | {"gate": "materials", "supplier_id": str(SUPPLIER)}]
    matching.shown[PAGE] = {"version": 3, "status": "open", "specification": asked, "waivers": waivers}
    page = (await (await buyer(filled)).get(PAGE)).text
    said = re.findall(r"<dd>([^<]*?)\s*<strong class=\"tag[a-z ]*\">([^<]+)</strong>", page)
    assert {what.strip(): how for what, how in said}.items() >= {
        "acero": "Indispensable",
        "ISO 9001": "Indispensable",
        "400": "Deseable",
        "1 × 2 × 3": "Dispensado a todas las empresas hasta el 1 de enero de 2090",
        "en": "Deseable",
    }.items()
    assert re.search(r"<dd>50\s*</dd>", page), "what is scored has no mark"


async def test_an_answer_goes_to_the_stage_with_the_version_that_was_seen(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    fields = forms((await browser.get(CANDIDATE)).text, CANDIDATE)[0]
    assert (fields["version"], fields["seen_standing"]) == ('"v7"', "found")
    answer = await browser.post(CANDIDATE, {"answer": "declined", "reason": "price", "version": '"v7"'})
    assert (answer.status_code, answer.headers["location"]) == (303, CANDIDATE)
    assert matching.sent == [(f"/matches/{MATCH}/answer", {"answer": "declined", "reason": "price"}, '"v7"')]


async def test_a_refused_answer_is_an_error_summary(filled: Visitors, matching: Matching) -> None:
    matching.refusal = refusal_of(422, "invalid", "body.reason", "Diga por qué.")
    answer = await (await buyer(filled)).post(CANDIDATE, {"answer": "declined", "version": '"v7"'})
    assert answer.status_code == 422
    assert re.search(r'<a href="#reason">[^<]+: Diga por qué.</a>', answer.text)
    assert 'aria-describedby="reason-error"' in answer.text


async def test_of_two_buyers_the_second_sees_both_versions(filled: Visitors, matching: Matching) -> None:
    matching.refusal = refusal_of(412, "version_differs", "", "")
    matching.shown[f"/matches/{MATCH}"] = PRESENT | {"standing": "declined", "decline_reason": "price"}
    seen = {"answer": "shortlisted", "version": '"v6"', "seen_standing": "found", "seen_score": "82.1 %"}
    answer = await (await buyer(filled)).post(CANDIDATE, seen)
    assert answer.status_code == 412
    assert "<td>Encontrada</td><td>Descartada</td>" in answer.text
    assert "Alguien lo cambió" in answer.text
    assert "<dd>Precio</dd>" in answer.text
    assert forms(answer.text, CANDIDATE)[0]["version"] == '"v7"'


async def test_without_matching_a_page_is_read_but_not_answered(filled: Visitors, matching: Matching) -> None:
    matching.shown.clear()
    browser = await buyer(filled)
    for address in (PAGE, CANDIDATE):
        page = (await browser.get(address)).text
        assert "no responde ahora" in page
        assert forms(page, address) == []


async def test_a_requirement_is_closed_with_a_reason(filled: Visitors, matching: Matching) -> None:
    browser = await buyer(filled)
    fields = forms((await browser.get(PAGE)).text, PAGE)[0]
    assert fields["seen_version"] == "3"
    assert (await browser.post(PAGE, {"reason": "filled", "version": fields["version"]})).headers["location"] == PAGE
    assert matching.sent == [(f"{PAGE}/closure", {"reason": "filled"}, '"v7"')]
    matching.refusal = refusal_of(412, "version_differs", "", "")
    stale = await browser.post(PAGE, {"reason": "filled", "version": '"v6"', "seen_version": "2"})
    assert (stale.status_code, "<td>2</td><td>3</td>" in stale.text) == (412, True)
    matching.refusal = refusal_of(422, "invalid", "body.reason", "Falta.")
    assert re.search(r'<a href="#reason">[^<]+: Falta.</a>', (await browser.post(PAGE)).text)
