import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.messaging.imports import Import
from shared.service.http.routes import FORM, HELD
from shared.service.upload import Sending
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of, xlsx_of
from tests.registration.bodies_given import registered
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import DOUBTFUL_RFC, NATURAL_RFC, OTHER_RFC


async def test_rows_that_fail_are_reported_and_the_others_go_in(stage: StageUnderTest) -> None:
    await registered(stage)
    await stage.told()
    rows = [
        SUPPLIER | {"trabajadores": "52"},
        SUPPLIER | {"rfc": OTHER_RFC},
        SUPPLIER | {"rfc": DOUBTFUL_RFC},
        SUPPLIER | {"rfc": OTHER_RFC},
        SUPPLIER | {"rfc": NATURAL_RFC, "scian": "1"},
    ]
    answer = await upload(stage, "/suppliers/imports", csv_of(*rows))
    report = answer.json()
    assert (answer.status_code, report["state"], report["outcomes"]) == (201, "done", {"registered": 1, "held": 1})
    assert [report[name] for name in ("rows", "read", "accepted", "refused")] == [5, 5, 2, 3]
    assert [(row["line"], row["column"], row["reason"]) for row in report["refused_rows"]] == [
        (2, "rfc", "rfc_taken"),
        (5, "rfc", "rfc_repeated"),
        (6, "scian", "scian_form"),
    ]
    assert all(row["detail"] for row in report["refused_rows"])
    shown = await stage.client.get(answer.headers["Location"], headers=stage.headers("operator"))
    assert (shown.json(), shown.headers["ETag"]) == (report, answer.headers["ETag"])
    assert [data["rfc"] for _, _, data in await stage.told()] == [OTHER_RFC]


async def test_a_workbook_goes_in_too(stage: StageUnderTest) -> None:
    answer = await upload(stage, "/suppliers/imports", xlsx_of(list(SUPPLIER), list(SUPPLIER.values())))
    assert (answer.json()["outcomes"], answer.json()["refused_rows"]) == ({"registered": 1}, [])


async def test_the_same_file_again_changes_nothing(stage: StageUnderTest) -> None:
    content = csv_of(SUPPLIER, SUPPLIER | {"rfc": OTHER_RFC})
    await upload(stage, "/suppliers/imports", content)
    await stage.told()
    again = (await upload(stage, "/suppliers/imports", content)).json()
    assert (again["outcomes"], again["refused"]) == ({"unchanged": 2}, 0)
    assert await stage.told() == []
    other = (await upload(stage, "/suppliers/imports", csv_of(SUPPLIER | {"trabajadores": "52"}))).json()
    assert (other["outcomes"], other["refused"]) == ({"changed": 1}, 0)
    assert len(await stage.told()) == 1


@pytest.mark.parametrize("path", ["/suppliers/imports", "/anchors/imports", "/screening/lists/imports"])
async def test_who_waits_for_an_import_keeps_nobody_from_sending_theirs(
    stage: StageUnderTest, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: callers who waited a minute for large imports held the room of all other files until then."""
    seen: list[int] = []
    awaited = Sending._awaited

    async def watched(sending: Sending, *of: Any) -> Import:
        seen.append(HELD[FORM].held.total())
        return await awaited(sending, *of)

    monkeypatch.setattr(Sending, "_awaited", watched)
    fields = {"list_date": "2026-01-01"} if "lists" in path else {}
    answer = await upload(stage, path, csv_of(SUPPLIER), **fields)
    assert (answer.status_code, seen) == (201, [0])


ANCHOR = {"codigo": "A01", "nombre": "Armadora Ejemplo", "estados": "22"}


@pytest.mark.parametrize(
    ("path", "row", "other"),
    [
        ("/suppliers/imports", SUPPLIER, SUPPLIER | {"rfc": OTHER_RFC}),
        ("/anchors/imports", ANCHOR, ANCHOR | {"codigo": "A02"}),
    ],
)
async def test_a_file_that_is_sent_again_goes_in_once(
    stage: StageUnderTest, path: str, row: dict[str, str], other: dict[str, str]
) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*(upload(stage, path, csv_of(row, {}), key=key) for _ in range(3)))
    answers.append(await upload(stage, path, csv_of(row, {}), key=key))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["accepted"] == 1
    assert len(await stage.told()) == 1
    refused = await upload(stage, path, csv_of(row, other), key=key)
    assert (refused.status_code, refused.json()["title"]) == (409, "idempotency_key_reused")
    assert await stage.told() == []
    short = await upload(stage, path, csv_of(row), key="again")
    assert (short.status_code, short.json()["title"]) == (422, "idempotency_key_short")


async def test_a_file_without_a_good_row_is_answered_again_too(stage: StageUnderTest) -> None:
    key, content = str(uuid4()), csv_of(SUPPLIER | {"scian": "1"})
    answers = [await upload(stage, "/suppliers/imports", content, key=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await upload(stage, "/suppliers/imports", csv_of(SUPPLIER), key=key)).status_code == 409


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"rfc\nMAB9307148T4\n", "file_column_missing"),
        (b"", "file_empty"),
        (csv_of(*[SUPPLIER] * 601), "file_too_many_rows"),
    ],
)
async def test_a_file_that_is_refused(stage: StageUnderTest, content: bytes, code: str) -> None:
    """As a whole: nothing of it goes in."""
    answer = await upload(stage, "/suppliers/imports", content)
    report = answer.json()
    assert (answer.status_code, report["state"], report["reason"], report["read"]) == (201, "refused", code, 0)
    assert report["detail"].endswith(".")
    assert await stage.told() == []


async def test_a_file_that_is_too_large_is_not_received(stage: StageUnderTest) -> None:
    answer = await upload(stage, "/suppliers/imports", b"x" * 120_000)
    assert (answer.status_code, answer.json()["title"]) == (413, "file_too_large")
    assert await stage.rows("SELECT id FROM import") == []


async def test_a_form_without_its_file_or_length(stage: StageUnderTest) -> None:
    path, headers = "/suppliers/imports", stage.headers("operator")

    async def chunks() -> Any:
        yield b"--x--"

    bare = await stage.client.post(path, data={"a": "b"}, headers=headers)
    assert (bare.status_code, bare.json()["title"]) == (415, "content_type")
    other = await stage.client.post(path, files={"other": b"x"}, headers=headers)
    assert (other.status_code, other.json()["title"]) == (422, "file_missing")
    more = await stage.client.post(path, files={"file": b"x"}, data={"sheet": "2"}, headers=headers)
    assert [each["field"] for each in more.json()["errors"]] == ["body.sheet"]
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    endless = await stage.client.post(path, content=chunks(), headers=headers | form)
    assert (endless.status_code, endless.json()["title"]) == (411, "length_required")


async def test_nobody_but_an_operator_has_a_file_read(stage: StageUnderTest) -> None:
    answer = await stage.client.post("/suppliers/imports", files={"file": b"x"}, headers=stage.headers("supplier"))
    assert answer.status_code == 403


async def test_whoever_imports_a_firm_does_not_release_it(stage: StageUnderTest) -> None:
    await upload(stage, "/suppliers/imports", csv_of(SUPPLIER | {"rfc": DOUBTFUL_RFC}))
    (held,) = await stage.rows("SELECT id, holds FROM supplier")
    body = {"reasons": ["rfc_check_digit"]}
    answers = [
        await stage.client.post(f"/suppliers/{held['id']}/release", json=body, headers=headers)
        for headers in (stage.headers("operator"), stage.headers("operator", subject="operator-2"))
    ]
    assert [(answer.status_code, answer.json().get("title")) for answer in answers] == [
        (403, "same_person"),
        (200, None),
    ]


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["suppliers", "anchors"])
async def test_the_example_of_a_template_is_nobody(stage: StageUnderTest, kind: str, format_: str) -> None:
    path, headers = f"/{kind}/imports", stage.headers("operator")
    template = await stage.client.get(f"{path}/template?format={format_}", headers=headers)
    assert template.status_code == 200
    assert template.headers["Content-Disposition"] == f'attachment; filename="{kind}.{format_}"'
    report = (await upload(stage, path, template.content)).json()
    assert [row["reason"] for row in report["refused_rows"]] == ["cell_example"]
    assert await stage.told() == []
    assert (await stage.client.get(f"{path}/template?format=pdf", headers=headers)).status_code == 422
