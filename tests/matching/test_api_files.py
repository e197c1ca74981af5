"""Requirements by file, over HTTP."""

from typing import Any
from uuid import uuid4

from shared.testing.stage import StageUnderTest, types
from tests.files.given import csv_of
from tests.matching.given import ANCHOR, SUPPLIER
from tests.matching.test_api import LAST_DAY, OTHER, joined
from tests.matching.test_files import FULL, LEAST


async def upload(stage: StageUnderTest, content: bytes, headers: dict[str, str]) -> dict[str, Any]:
    files = {"file": ("requerimientos.csv", content)}
    response = await stage.client.post("/requirements/imports", files=files, headers=headers)
    assert response.status_code == 201, response.text
    view: dict[str, Any] = response.json()
    return view


async def test_a_file_goes_in_row_by_row(stage: StageUnderTest) -> None:
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    good = FULL | {"vigente_hasta": LAST_DAY, "clave": ""}
    rows = (
        good,
        good | {"titulo": "Brida", "area": "P14"},
        good | {"area": "P77"},
        good | {"titulo": "SOPORTE de motor"},
        good | {"tractora": "NADIE-1"},
        good | {"titulo": "Vieja", "vigente_hasta": "2020-01-01"},
        good | {"titulo": "Sin tractora", "tractora": ""},
    )
    view = await upload(stage, csv_of(*rows), stage.headers("operator"))
    assert view["outcomes"] == {"published": 2}
    assert [(each["line"], each["column"], each["reason"]) for each in view["refused_rows"]] == [
        (4, "area", "cell_value"),
        (5, "titulo", "row_repeated"),
        (6, "tractora", "anchor_code_unknown"),
        (7, "vigente_hasta", "open_until_past"),
        (8, "tractora", "cell_missing"),
    ]
    assert types(await stage.told()) == ["matching.requirement-published"] * 2
    view = await upload(stage, csv_of(good | {"ppm_max": "40"}, rows[1]), stage.headers("operator"))
    assert view["outcomes"] == {"changed": 1, "unchanged": 1}
    assert types(await stage.told()) == ["matching.requirement-changed"]


async def test_a_file_of_which_every_row_is_refused(stage: StageUnderTest) -> None:
    view = await upload(stage, csv_of(LEAST | {"area": "P77"}), stage.headers("operator"))
    assert (view["state"], view["read"], view["refused"]) == ("done", 1, 1)
    assert [each["column"] for each in view["refused_rows"]] == ["area", "tractora"]


async def test_a_file_takes_no_change_by_hand_back(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    own, row = stage.headers("anchor", anchor_id=ANCHOR), LEAST | {"vigente_hasta": LAST_DAY}
    await upload(stage, csv_of(row), own)
    (view,) = (await stage.client.get("/requirements", headers=own)).json()["items"]
    by_hand = view["specification"] | {"annual_volume": 7}
    path = f"/requirements/{view['id']}"
    assert (await stage.client.put(path, json=by_hand, headers=own | {"If-Match": "*"})).json()["version"] == 2
    for based_on, reason in (("", "changed_by_hand"), ("1", "version_other")):
        (refused,) = (await upload(stage, csv_of(row | {"version": based_on}), own))["refused_rows"]
        assert (refused["column"], refused["reason"]) == ("version", reason)
        assert "2" in refused["detail"]
    assert (await upload(stage, csv_of(row | {"version": "2"}), own))["outcomes"] == {"changed": 1}
    (refused,) = (await upload(stage, csv_of(row | {"titulo": "Otra", "version": "2"}), own))["refused_rows"]
    assert (refused["column"], refused["reason"]) == ("version", "version_other")
    (refused,) = (await upload(stage, csv_of(row | {"area": "P14", "version": "2"}), own))["refused_rows"]
    assert (refused["column"], refused["reason"]) == ("titulo", "requirement_unknown")


async def test_a_narrower_file_takes_nothing_away(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    own, full = stage.headers("anchor", anchor_id=ANCHOR), FULL | {"vigente_hasta": LAST_DAY}
    await upload(stage, csv_of(full), own)
    narrow = {name: full[name] for name in LEAST} | {"clave": full["clave"]}
    for version in ({}, {"version": "1"}):
        (refused,) = (await upload(stage, csv_of(narrow | version), own))["refused_rows"]
        assert (refused["column"], refused["reason"]) == ("titulo", "columns_lacking")
        assert "materiales, fuerza_t, " in refused["detail"]
    blank = dict.fromkeys(full, "") | narrow
    assert (await upload(stage, csv_of(blank | {"volumen_anual": "7"}), own))["outcomes"] == {"changed": 1}
    assert (await upload(stage, csv_of(narrow), own))["outcomes"] == {"changed": 1}


async def test_a_corrected_title_is_no_second_requirement(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    own, row = stage.headers("anchor", anchor_id=ANCHOR), LEAST | {"vigente_hasta": LAST_DAY}
    await upload(stage, csv_of(row, row | {"titulo": "Brida", "clave": "b-7"}), own)
    mended = row | {"titulo": "Soporte para motor"}
    (held,) = (await upload(stage, csv_of(mended), own))["refused_rows"]
    assert (held["column"], held["reason"]) == ("nuevo", "looks_like")
    assert "«Soporte de motor»" in held["detail"]
    assert "1" in held["detail"]
    view = await upload(stage, csv_of(mended | {"version": "1"}, row | {"titulo": "Bridas", "clave": "B-7"}), own)
    assert view["outcomes"] == {"changed": 2}
    shown = (await stage.client.get("/requirements", headers=own)).json()["items"]
    assert {(each["specification"]["title"], each["reference"], each["version"]) for each in shown} == {
        ("Soporte para motor", None, 2),
        ("Bridas", "B-7", 2),
    }
    view = await upload(stage, csv_of(mended, row | {"nuevo": "sí"}), own)
    assert view["outcomes"] == {"published": 1, "unchanged": 1}
    assert (await upload(stage, csv_of(mended, row), own))["outcomes"] == {"unchanged": 2}


async def test_two_rows_about_one_requirement_are_one(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    own, row = stage.headers("anchor", anchor_id=ANCHOR), LEAST | {"vigente_hasta": LAST_DAY, "clave": "A-1"}
    await upload(stage, csv_of(row), own)
    other = row | {"clave": "", "volumen_anual": "5"}
    view = await upload(stage, csv_of(row | {"titulo": "Otro"}, other), own)
    assert (view["outcomes"], [each["reason"] for each in view["refused_rows"]]) == ({"changed": 1}, ["row_repeated"])


async def test_an_anchor_gives_a_file_of_its_own(stage: StageUnderTest) -> None:
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    own = LEAST | {"vigente_hasta": LAST_DAY}
    view = await upload(
        stage, csv_of(own, FULL | {"tractora": "TRACTORA-2"}), stage.headers("anchor", anchor_id=ANCHOR)
    )
    assert (view["accepted"], [each["reason"] for each in view["refused_rows"]]) == (1, ["not_yours"])
    path = f"/requirements/imports/{view['id']}"
    for anchor, status in ((ANCHOR, 200), (OTHER, 403)):
        shown = await stage.client.get(path, headers=stage.headers("anchor", anchor_id=anchor))
        assert shown.status_code == status
    assert (await stage.client.get(path, headers=stage.headers("operator"))).json() == view
    unknown = await stage.client.get(f"/requirements/imports/{OTHER}", headers=stage.headers("operator"))
    assert (unknown.status_code, unknown.json()["title"]) == (404, "import_unknown")


async def test_a_file_that_is_sent_again_goes_in_once(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    headers = stage.headers("anchor", anchor_id=ANCHOR) | {"Idempotency-Key": str(uuid4())}
    content = csv_of(LEAST | {"vigente_hasta": LAST_DAY}, LEAST | {"area": "P77"})
    first = await upload(stage, content, headers)
    assert (first["accepted"], first, len(await stage.told())) == (1, await upload(stage, content, headers), 1)
    other = await stage.client.post("/requirements/imports", files={"file": csv_of(FULL)}, headers=headers)
    assert (other.status_code, other.json()["title"]) == (409, "idempotency_key_reused")


async def test_files_that_are_refused_as_a_whole(stage: StageUnderTest) -> None:
    async def status(content: bytes, headers: dict[str, str]) -> int:
        files = {"file": ("x.csv", content)}
        return (await stage.client.post("/requirements/imports", files=files, headers=headers)).status_code

    for content in (b"area\nP01", csv_of(*[LEAST] * 601)):
        assert (await upload(stage, content, stage.headers("operator")))["state"] == "refused"
    assert await status(b"x" * 200_000, stage.headers("operator")) == 413
    assert await status(csv_of(LEAST), stage.headers("supplier", supplier_id=SUPPLIER)) == 403
    response = await stage.client.post("/requirements/imports", files={"x": b"y"}, headers=stage.headers("operator"))
    assert response.status_code == 422
