"""What a phone sends that was without a connection: each answer under the version that it saw, each photo once."""

from shared.contracts.matching import OfferingAligned
from shared.contracts.registration import SupplierRegistered
from tests.attachments import given as files
from tests.diagnosis.builders import levels_at, sheet
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER, example

HERE = f"/work/visits/{SUPPLIER}/offline"


async def test_what_waited_is_taken_once_and_writes_over_nobody(portal: Visitors) -> None:
    stage = await portal.real("diagnosis")
    await stage.consume(example(SupplierRegistered), example(OfferingAligned))
    path, operator = f"/diagnoses/{SUPPLIER}", stage.headers("operator") | {"If-Match": "*"}
    people = {"assessor": "ana", "validator": "carla"}
    await stage.client.put(f"{path}/assignment", json=people, headers=operator)
    own = stage.headers("supplier", supplier_id=SUPPLIER) | {"If-Match": "*"}
    await stage.client.post(f"{path}/self-assessment", json=sheet(levels_at(3)), headers=own)
    ana = await portal.signed_in("assessor", subject="ana", language="en")
    page = (await ana.get(HERE)).text
    for said in ("To end the visit needs a connection", "64.5 % is in 50-64"):
        assert said in page, said
    seen = page.partition('id="T01"')[2].partition('data-version="')[2].partition('"')[0].replace("&#34;", '"')
    given = {"version": seen, "level": "2", "why": "", "reason": "", "note": "visto"}
    first = await ana.post(f"{HERE}/T01", given)
    # Its receipt was lost: the same again is what is there.
    again = await ana.post(f"{HERE}/T01", given)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    other = await ana.post(f"{HERE}/T01", given | {"level": "4"})
    assert (other.status_code, other.json()["theirs"]["level"], other.json()["version"]) == (
        412,
        2,
        first.json()["version"],
    )
    for _ in range(2):
        sent = await ana.upload(f"{HERE}/T01/photo", {"file": ("T01.jpg", files.jpeg())}, {})
        assert sent.status_code == 200, sent.text
    answer = (await stage.client.get(f"{path}/visit/T01", headers=stage.headers("assessor", subject="ana"))).json()
    assert ([each["reference"] for each in answer["evidence"]], answer["level"]) == (["T01.jpg"], 2)
    wrong = await ana.upload(f"{HERE}/T01/photo", {"file": ("T01.jpg", b"<svg>")}, {})
    assert (wrong.status_code, "by its content" in wrong.json()["detail"]) == (422, True)
    unanswered = await ana.post(f"{HERE}/T02", given | {"level": "", "version": "*"})
    assert (unanswered.status_code, "detail" in unanswered.json()) == (422, True)
    berta = await portal.signed_in("assessor", subject="berta")
    assert (await berta.post(f"{HERE}/T03", given | {"version": "*"})).status_code == 403
    out = await ana.post("/sign-out")
    assert out.headers["clear-site-data"] == '"storage"'
