"""A natural person consents to be introduced, and takes that back; a legal person need not."""

from typing import Any
from uuid import uuid4

import httpx

from services.registration.domain.anchor import anchor_id
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import registered
from tests.registration.given import LEGAL_RFC, NATURAL_RFC

CODE = "ARMADORA-01"
ANCHOR = str(anchor_id(CODE))


async def _anchor(stage: StageUnderTest) -> None:
    body = {"code": CODE, "name": "Armadora del Norte", "states": ["22"]}
    answer = await stage.client.post("/anchors", json=body, headers=stage.headers("operator"))
    assert answer.status_code == 201, answer.text


async def _firm(stage: StageUnderTest, rfc: str = NATURAL_RFC) -> tuple[str, dict[str, str]]:
    """Its id, and who speaks for it. What was told so far is heard."""
    firm = (await registered(stage, rfc=rfc))["id"]
    await stage.told()
    return firm, stage.headers("supplier", supplier_id=firm)


async def _text(stage: StageUnderTest, own: dict[str, str], **query: str) -> dict[str, Any]:
    answer = await stage.client.get("/introduction-texts", params=query, headers=own)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def _consent(stage: StageUnderTest, firm: str, own: dict[str, str], **query: str) -> httpx.Response:
    text = await _text(stage, own, **query)
    given = {"text_sha256": text["sha256"], "anchor_id": text["anchor_id"], "channel": "portal"}
    return await stage.client.post(f"/suppliers/{firm}/introductions", json=given, headers=own)


async def _told(stage: StageUnderTest) -> list[dict[str, Any]]:
    return [each.data["introduction"] for each in await stage.told()]


async def test_a_natural_person_consents_and_takes_it_back(stage: StageUnderTest) -> None:
    await _anchor(stage)
    firm, own = await _firm(stage)
    one = await _consent(stage, firm, own, anchor_id=ANCHOR)
    assert (one.status_code, one.json()["status"], one.json()["channel"]) == (201, "given", "portal")
    assert await _told(stage) == [{"everybody": False, "anchors": [ANCHOR], "contact_role": "sales"}]
    every = await _consent(stage, firm, own, lang="en")
    assert await _told(stage) == [{"everybody": True, "anchors": [ANCHOR], "contact_role": "sales"}]
    assert (await _consent(stage, firm, own)).json()["title"] == "consent_given"
    for given in (one, every):
        path = f"/suppliers/{firm}/introductions/{given.json()['id']}"
        shown = await stage.client.get(path, headers=own)
        stale = await stage.client.post(f"{path}/revocation", headers=own | {"If-Match": '"other"'})
        assert (stale.status_code, (await stage.client.post(f"{path}/revocation", headers=own)).status_code) == (
            412,
            428,
        )
        ended = await stage.client.post(f"{path}/revocation", headers=own | {"If-Match": shown.headers["ETag"]})
        assert (ended.status_code, ended.json()["status"]) == (200, "revoked")
        again = await stage.client.post(f"{path}/revocation", headers=own | {"If-Match": "*"})
        assert again.json() == ended.json()
    assert (await _told(stage))[-1] == {"everybody": False, "anchors": [], "contact_role": None}
    listed = (await stage.client.get(f"/suppliers/{firm}/introductions", headers=own)).json()["items"]
    assert [(each["status"], each["anchor_id"]) for each in listed] == [("revoked", ANCHOR), ("revoked", None)]


async def test_what_was_shown_is_what_is_consented_to(stage: StageUnderTest) -> None:
    await _anchor(stage)
    firm, own = await _firm(stage)
    text = await _text(stage, own, anchor_id=ANCHOR)
    assert "Armadora del Norte" in text["body"]
    assert "every anchor" in (await _text(stage, own, lang="en"))["body"]
    path = f"/suppliers/{firm}/introductions"
    for given, status, code in (
        ({"text_sha256": text["sha256"]}, 409, "consent_words_differ"),
        ({"text_sha256": "0" * 64, "anchor_id": ANCHOR}, 409, "consent_words_differ"),
        ({"text_sha256": text["sha256"], "anchor_id": str(uuid4())}, 404, "anchor_unknown"),
    ):
        answer = await stage.client.post(path, json=given, headers=own)
        assert (answer.status_code, answer.json()["title"]) == (status, code), given
    unknown = await stage.client.get(f"{path}/{uuid4()}", headers=own)
    assert (unknown.status_code, unknown.json()["title"]) == (404, "consent_unknown")


async def test_only_the_firm_consents_and_only_a_natural_person_has_to(stage: StageUnderTest) -> None:
    firm, own = await _firm(stage, LEGAL_RFC)
    assert (await _consent(stage, firm, own)).json()["title"] == "consent_not_needed"
    text = (await _text(stage, own))["sha256"]
    other = stage.headers("supplier", supplier_id=str(uuid4()))
    answer = await stage.client.post(f"/suppliers/{firm}/introductions", json={"text_sha256": text}, headers=other)
    assert answer.status_code == 403
    assert (await stage.client.get(f"/suppliers/{firm}/introductions", headers=other)).status_code == 403


async def test_of_a_legal_person_the_contact_s_role_is_told_and_not_who_it_is(stage: StageUnderTest) -> None:
    await registered(stage)
    (told,) = await stage.told()
    assert told.data["introduction"] == {"everybody": False, "anchors": [], "contact_role": "sales"}
    assert "Persona Ejemplo" not in str(told.data)
