from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.files_given import upload


async def test_anchors_join_by_hand_and_by_file_and_leave(stage: StageUnderTest) -> None:
    body = {"code": "ANCLA-1", "name": "Armadora Uno", "states": ["22"]}
    first = await stage.client.post("/anchors", json=body, headers=stage.headers("operator"))
    assert first.status_code == 201
    again = await stage.client.post("/anchors", json=body, headers=stage.headers("operator"))
    assert again.json() == first.json()
    content = csv_of(
        {"codigo": "ANCLA-1", "nombre": "Armadora Otra", "estados": "22"},
        {"codigo": "ANCLA-2", "nombre": "Armadora Dos", "estados": "11;Puebla"},
        {"codigo": "?", "nombre": "Armadora Tres", "estados": "11"},
    )
    report = (await upload(stage, "/anchors/imports", content)).json()
    assert report["outcomes"] == {"joined": 1}
    assert [(row["line"], row["column"], row["reason"]) for row in report["refused_rows"]] == [
        (2, "codigo", "anchor_code_taken"),
        (4, "codigo", "anchor_code_form"),
    ]
    path = f"/anchors/{first.json()['id']}/departure"
    left = await stage.client.post(path, json={"reason": "agreement_ended"}, headers=stage.headers("operator"))
    assert left.json()["status"] == "left"
    listed = (await stage.client.get("/anchors", headers=stage.headers("supplier"))).json()["items"]
    assert [(anchor["code"], anchor["status"], anchor["states"]) for anchor in listed] == [
        ("ANCLA-1", "left", ["22"]),
        ("ANCLA-2", "joined", ["11", "21"]),
    ]
    types = [(type_, data.get("code")) for type_, _, data in await stage.told()]
    assert types == [
        ("registration.anchor-joined", "ANCLA-1"),
        ("registration.anchor-joined", "ANCLA-2"),
        ("registration.anchor-left", None),
    ]
