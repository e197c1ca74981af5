"""Files as evidence of activities, over HTTP."""

import hashlib
from uuid import UUID

from shared.four_eyes import mark_of
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.attachments import given as files
from tests.development import given as given_facts
from tests.development.calls import ANY, agree, get, learn, open_cohort, post, ready
from tests.sealing.seeking import stands_in

DIGEST = hashlib.sha256(files.PDF).hexdigest()


async def agreed(stage: StageUnderTest) -> tuple[UUID, str]:
    """A firm with a mentor, and the path of its activity."""
    firm = await ready(stage, 1, 9_000, "T04")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    plan = await agree(stage, firm)
    return firm, f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}"


async def test_a_file_is_evidence_and_its_digest_alone_is_told(stage: StageUnderTest) -> None:
    firm, activity = await agreed(stage)
    there, own = f"/plans/{firm}/attachments", stage.headers("supplier", supplier_id=firm)
    form = {"file": ("ppap.pdf", files.PDF)}
    early = await stage.client.post(there, files=form, headers=stage.headers("mentor", subject="mentor-2"))
    assert (early.status_code, early.json()["title"]) == (403, "not_assigned")
    id_ = (await stage.client.post(there, files=form, headers=own)).json()["id"]
    body = {"kind": "document", "description": "PPAP", "attachment": id_}
    for wrong, code in (({"reference": "x"}, "fields_disagree"), ({"attachment": str(firm)}, "attachment_unknown")):
        refused = await stage.client.post(f"{activity}/evidence", json=body | wrong, headers=own | ANY)
        assert (refused.status_code, refused.json()["title"]) == (422, code)
    given = await post(stage, f"{activity}/evidence", Role.SUPPLIER, body, supplier_id=firm)
    (one,) = given["activities"][0]["evidence"]
    assert (one["evidence"]["reference"], one["evidence"]["sha256"], one["evidence"]["attachment"]) == (
        "ppap.pdf",
        DIGEST,
        id_,
    )
    await post(stage, f"{activity}/completion", Role.MENTOR, {"evidence_id": one["evidence_id"]})
    told = [event.data for event in await stage.told() if event.type == "development.activity-completed"]
    assert [each["sha256"] for each in told] == [DIGEST]
    for headers, status in (
        (own, 200),
        (stage.headers("mentor"), 200),
        (stage.headers("operator"), 200),
        (stage.headers("mentor", subject="mentor-2"), 403),
        (stage.headers("supplier", supplier_id=UUID(int=9)), 403),
        (stage.headers("anchor", anchor_id=UUID(int=9)), 403),
    ):
        link = await stage.client.get(f"{there}/{id_}/link", headers=headers)
        assert link.status_code == status, link.text
        if status == 200:
            assert (await stage.client.get(link.json()["href"], headers=headers)).content == files.PDF
    assert [each["id"] for each in (await get(stage, there))["items"]] == [id_]
    # And who scores it, as diagnosis told, for as long as they do.
    ana = stage.headers("assessor", subject="ana")
    for mark, status in ((mark_of(firm, "ana"), 200), (mark_of(UUID(int=9), "ana"), 403), (None, 403)):
        await learn(stage, given_facts.assessor_assigned(mark))
        assert (await stage.client.get(f"{there}/{id_}/link", headers=ana)).status_code == status
    assert (await stage.client.delete(f"{there}/{id_}", headers=stage.headers("operator"))).status_code == 204


async def test_what_it_is_called_stands_nowhere_in_clear(stage: StageUnderTest) -> None:
    firm, activity = await agreed(stage)
    own = stage.headers("supplier", supplier_id=firm)
    form = {"file": ("Acta de Juana.pdf", files.PDF)}
    id_ = (await stage.client.post(f"/plans/{firm}/attachments", files=form, headers=own)).json()["id"]
    body = {"kind": "document", "description": "PPAP", "attachment": id_}
    for _ in range(2):
        given = await post(stage, f"{activity}/evidence", Role.SUPPLIER, body, supplier_id=firm)
        (one,) = given["activities"][0]["evidence"]
        assert one["evidence"]["reference"] == "Acta de Juana.pdf"
    assert await stands_in(stage, "Juana") == set()
    place = ["activities", "0", "evidence", "0", "evidence", "reference"]
    await stage.rows("UPDATE candidate SET plan = jsonb_set(plan, $1::text[], '\"Juana.pdf\"')", place)
    assert await stands_in(stage, "Juana") == {"candidate"}
    await stage.sweep_as_started()
    assert await stands_in(stage, "Juana") == set()
    assert (await get(stage, f"/plans/{firm}"))["activities"][0]["evidence"] == [one]
    await stage.client.delete(f"/plans/{firm}/attachments/{id_}", headers=stage.headers("operator"))
    (gone,) = (await get(stage, f"/plans/{firm}"))["activities"][0]["evidence"]
    assert (gone["evidence"]["reference"], gone["evidence"]["sha256"]) == ("", DIGEST)
