from services.registration.api import router
from services.registration.settings import RegistrationSettings
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service.callers import Role
from shared.testing.routes import roles_by_route
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import BODY, CONTACT, registered
from tests.registration.given import OTHER_RFC


def test_every_route_names_who_may_call_it() -> None:
    database = Database("postgresql://unused", application="test")
    api = router(
        RegistrationSettings(),
        Attachments("registration", AttachmentSettings(), ""),
        Commands(database, "registration"),
        database,
    )
    operator, own = frozenset({Role.OPERATOR}), frozenset({Role.SUPPLIER, Role.OPERATOR})
    assert roles_by_route(api) == {
        "POST /suppliers": frozenset(),
        "POST /suppliers/{supplier_id}/attachments": own,
        "GET /suppliers/{supplier_id}/attachments": own,
        "GET /suppliers/{supplier_id}/attachments/{attachment_id}/link": own,
        "GET /suppliers/{supplier_id}/attachments/{attachment_id}/content": own,
        "DELETE /suppliers/{supplier_id}/attachments/{attachment_id}": operator,
        "POST /suppliers/{supplier_id}/confirmation": frozenset(),
        "POST /suppliers/{supplier_id}/dispute": operator,
        "GET /twins": operator,
        "GET /twins/{twins_id}": operator,
        "POST /twins/{twins_id}/keeping": operator,
        "POST /twins/{twins_id}/merger": operator,
        "POST /suppliers/{supplier_id}/people": frozenset({Role.SUPPLIER}),
        "POST /suppliers/{supplier_id}/people/{person_id}/acceptance": frozenset({Role.SUPPLIER}),
        "GET /suppliers/{supplier_id}/people": own,
        "DELETE /suppliers/{supplier_id}/people/{person_id}": frozenset({Role.SUPPLIER}),
        "GET /introduction-texts": frozenset({Role.SUPPLIER}),
        "POST /suppliers/{supplier_id}/introductions": frozenset({Role.SUPPLIER}),
        "GET /suppliers/{supplier_id}/introductions": own,
        "GET /suppliers/{supplier_id}/introductions/{consent_id}": own,
        "POST /suppliers/{supplier_id}/introductions/{consent_id}/revocation": frozenset({Role.SUPPLIER}),
        "POST /suppliers/{supplier_id}/arco-requests": own,
        "GET /suppliers/{supplier_id}/arco-requests": own,
        "GET /arco-requests": operator,
        "GET /arco-requests/{request_id}": own,
        "POST /arco-requests/{request_id}/answer": operator,
        "POST /arco-requests/{request_id}/extension": operator,
        "POST /arco-requests/{request_id}/completion": operator,
        "GET /suppliers": operator,
        "POST /suppliers/search": operator,
        "GET /suppliers/{supplier_id}": own,
        "GET /suppliers/{supplier_id}/origins": own,
        "GET /suppliers/{supplier_id}/past": own,
        "GET /suppliers/{supplier_id}/held": own,
        "PUT /suppliers/{supplier_id}": own,
        "POST /suppliers/{supplier_id}/withdrawal": own,
        "POST /suppliers/{supplier_id}/release": operator,
        "DELETE /suppliers/{supplier_id}/contact": operator,
        "POST /rfc-verdicts": frozenset(),
        "POST /suppliers/imports": operator,
        "GET /suppliers/export": operator,
        "GET /suppliers/imports/template": operator,
        "GET /suppliers/imports/{import_id}": operator,
        "GET /suppliers/imports/{import_id}/refused": operator,
        "GET /anchors": frozenset(Role),
        "GET /anchors/{anchor_id}": frozenset(Role),
        "POST /anchors": operator,
        "POST /anchors/imports": operator,
        "GET /anchors/imports/template": operator,
        "GET /anchors/imports/{import_id}": operator,
        "GET /anchors/imports/{import_id}/refused": operator,
        "POST /anchors/{anchor_id}/departure": operator,
        "POST /screening/lists/imports": operator,
        "GET /screening/lists/imports/{import_id}": operator,
        "GET /screening/lists": operator,
        "POST /prospects/imports": operator,
        "GET /prospects/imports/{import_id}": operator,
        "GET /prospects": operator,
        "GET /prospects/coverage": operator,
        "GET /prospects/suggestions": operator,
        "GET /prospects/{prospect_id}": operator,
        "POST /prospects/{prospect_id}/invitation": operator,
        "POST /prospects/{prospect_id}/refusal": operator,
        "POST /prospects/{prospect_id}/reopening": operator,
        "POST /prospects/{prospect_id}/link": operator,
        "POST /tellings": operator,
        "GET /tellings": operator,
    }


async def test_a_supplier_sees_and_changes_only_itself(stage: StageUnderTest) -> None:
    one, other = await registered(stage), await registered(stage, rfc=OTHER_RFC)
    own = stage.headers("supplier", supplier_id=one["id"])
    assert (await stage.client.get(f"/suppliers/{one['id']}", headers=own)).json()["contact"] == CONTACT
    path = f"/suppliers/{other['id']}"
    answers = [
        await stage.client.get(path, headers=own),
        await stage.client.put(path, json=BODY, headers=own | {"If-Match": "*"}),
        await stage.client.post(f"{path}/withdrawal", json={"reason": "own_decision"}, headers=own),
        await stage.client.get("/suppliers", headers=own),
        await stage.client.delete(f"{path}/contact", headers=own),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert (await stage.client.get(path)).status_code == 401
    assert (await stage.client.get(path, headers=stage.headers("anchor"))).status_code == 403
