"""Files that back answers, over HTTP: given, named, opened by those who may, limited, erased."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.diagnosis import store
from services.diagnosis.app import build
from shared.attachments import watch
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.contracts.registration import SupplierWithdrawn
from shared.four_eyes import mark_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.attachments import given as files
from tests.conformance.stage import eventually
from tests.conftest import Migrated
from tests.diagnosis.builders import SUPPLIER, levels_at, sheet
from tests.diagnosis.calls import ANY, PATH, answered, assign, get, post
from tests.diagnosis.test_handlers import aligned
from tests.sealing.seeking import stands_in

THERE = f"{PATH}/attachments"
OTHER = UUID(int=77)
DIGEST = hashlib.sha256(files.PDF).hexdigest()


@pytest.fixture
async def stage(migrated: Migrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StageUnderTest]:
    """With a folder of its own, which a test may look into and take away."""
    monkeypatch.setenv("PDP_ATTACHMENT_FOLDER", str(tmp_path / "attachments"))
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("diagnosis")) as running:
        yield running


async def give(
    stage: StageUnderTest, content: bytes = files.PDF, name: str = "dictamen.pdf", **who: Any
) -> httpx.Response:
    headers = stage.headers(
        *who.get("roles", ("supplier",)), subject=who.get("subject", ""), supplier_id=who.get("firm", SUPPLIER)
    )
    return await stage.client.post(THERE, files={"file": (name, content)}, headers=headers)


async def opened(stage: StageUnderTest, id_: str, headers: dict[str, str]) -> httpx.Response:
    link = await stage.client.get(f"{THERE}/{id_}/link", headers=headers)
    return link if not link.is_success else await stage.client.get(link.json()["href"], headers=headers)


async def test_a_file_backs_an_answer_and_its_digest_alone_is_told(stage: StageUnderTest, tmp_path: Path) -> None:
    await stage.consume(aligned())
    first = await give(stage, name="C:\\x\\..\\dictamen\u202e.exe")
    assert first.status_code == 201, first.text
    kept = first.json()
    assert (kept["name"], kept["kind"], kept["size"], kept["sha256"]) == ("dictamen.pdf", "pdf", len(files.PDF), DIGEST)
    # Sent again, as after a connection that was lost: it is the same.
    assert (await give(stage)).json()["id"] == kept["id"]
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | ANY
    proof = [{"attachment": kept["id"]}, {"reference": "Folio 7", "sha256": "ab" * 32}]
    put = await stage.client.put(f"{PATH}/draft/T01", json={"level": 3, "evidence": proof}, headers=headers)
    assert [each["reference"] for each in put.json()["evidence"]] == ["dictamen.pdf", "Folio 7"], put.text
    # Who answers anew and says nothing of evidence takes none away.
    again = await stage.client.put(f"{PATH}/draft/T01", json={"level": 2}, headers=headers)
    assert [each["sha256"] for each in again.json()["evidence"]] == [DIGEST, "ab" * 32]
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)) | {"evidence": {"T01": proof}})
    told = (await stage.told())[-1]
    assert told.data["evidence"] == {"T01": [DIGEST, "ab" * 32]}
    shown = (await get(stage, "supplier", PATH, SUPPLIER)).json()["self_assessment"]["evidence"]["T01"]
    assert [each["attachment"] for each in shown] == [kept["id"], None]
    sealed = next(path for path in (tmp_path / "attachments").rglob("*") if path.is_file()).read_bytes()
    assert b"%PDF" not in sealed
    assert len(sealed) == len(files.PDF) + 16


async def test_what_it_is_called_stands_nowhere_in_clear(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    headers = stage.headers("supplier", supplier_id=SUPPLIER)
    id_ = (await give(stage, name="Acta de Juana.pdf")).json()["id"]
    proof = [{"attachment": id_}, {"reference": "Folio 7", "sha256": None}]
    put = await stage.client.put(f"{PATH}/draft/T01", json={"level": 3, "evidence": proof}, headers=headers | ANY)
    assert [each["reference"] for each in put.json()["evidence"]] == ["Acta de Juana.pdf", "Folio 7"]
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)) | {"evidence": {"T01": proof}})
    assert await stands_in(stage, "Juana") == set()
    # As a store of before has it.
    for table in ("diagnosis", "sheet"):
        column = "answers" if table == "sheet" else "self_assessment"
        put_back = f"UPDATE {table} SET {column} = jsonb_set({column}, '{{evidence,T01,0,reference}}', $1::jsonb)"
        await stage.rows(put_back, '"De \\"Juana\\".pdf"')
    assert await stands_in(stage, "Juana") == {"diagnosis", "sheet"}
    await stage.sweep_as_started()
    assert await stands_in(stage, "Juana") == set()

    async def called() -> list[str]:
        shown = (await get(stage, "supplier", PATH, SUPPLIER)).json()["self_assessment"]["evidence"]["T01"]
        sheets = await stage.client.get(f"{PATH}/sheets", headers=stage.headers("operator"))
        assert [each["reference"] for each in sheets.json()["items"][0]["evidence"]["T01"]] == [
            each["reference"] for each in shown
        ]
        return [each["reference"] for each in shown]

    assert await called() == ["Acta de Juana.pdf", "Folio 7"]
    await stage.client.delete(f"{THERE}/{id_}", headers=stage.headers("operator"))
    assert await called() == ["", "Folio 7"]


async def test_who_opens_it(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await assign(stage, "ana", "carla")
    id_ = (await give(stage)).json()["id"]
    own = stage.headers("supplier", supplier_id=SUPPLIER)
    got = await opened(stage, id_, own)
    assert (got.content, got.headers["content-type"]) == (files.PDF, "application/pdf")
    assert got.headers["content-disposition"] == "attachment; filename=\"dictamen.pdf\"; filename*=UTF-8''dictamen.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in got.headers["content-security-policy"]
    for headers, status in (
        (stage.headers("assessor", subject="ana"), 200),
        (stage.headers("expert", subject="carla"), 200),
        (stage.headers("operator"), 200),
        (stage.headers("assessor", subject="berta"), 403),
        (stage.headers("expert", subject="berta"), 403),
        (stage.headers("supplier", supplier_id=OTHER), 403),
        (stage.headers("anchor", anchor_id=OTHER), 403),
        (stage.headers("mentor"), 403),
    ):
        assert (await opened(stage, id_, headers)).status_code == status, headers
    assert (await give(stage, roles=("assessor",), subject="berta", firm=None)).json()["title"] == "not_assigned"
    assert (await give(stage, roles=("assessor",), subject="ana", firm=None)).status_code == 201
    # A link is one reader's: passed on, it opens nothing.
    href = (await stage.client.get(f"{THERE}/{id_}/link", headers=own)).json()["href"]
    stolen = await stage.client.get(href, headers=stage.headers("operator"))
    assert (stolen.status_code, stolen.json()["title"]) == (403, "link_over")
    # And who is assigned no longer opens nothing with the link that they have.
    ana = stage.headers("assessor", subject="ana")
    href = (await stage.client.get(f"{THERE}/{id_}/link", headers=ana)).json()["href"]
    await assign(stage, "berta", "carla")
    assert (await stage.client.get(href, headers=ana)).json()["title"] == "not_assigned"
    seen = await stage.rows(
        "SELECT action, actor ->> 'subject' AS who FROM audit WHERE about = $1 ORDER BY id", SUPPLIER
    )
    assert {"action": "diagnosis:attachment:viewed", "who": "carla"} in seen


async def test_a_link_ends(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.consume(aligned())
    id_ = (await give(stage)).json()["id"]
    own = stage.headers("supplier", supplier_id=SUPPLIER)
    href = (await stage.client.get(f"{THERE}/{id_}/link", headers=own)).json()["href"]
    later = httpx.URL(href).copy_set_param("until", "9999999999")
    assert (await stage.client.get(later, headers=own)).json()["title"] == "link_over"
    late = now() + timedelta(minutes=2)
    monkeypatch.setattr("shared.service.attaching.now", lambda: late)
    assert (await stage.client.get(href, headers=own)).json()["title"] == "link_over"


async def test_what_is_refused(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.consume(aligned())
    html = await give(stage, b"<!doctype html><script>alert(1)</script>", "informe.pdf")
    assert (html.status_code, html.json()["title"]) == (422, "attachment_kind")
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | ANY
    for proof, code in (
        ({"attachment": str(UUID(int=9))}, "attachment_unknown"),
        ({"attachment": str(UUID(int=9)), "reference": "x"}, "fields_disagree"),
        ({"sha256": "ab" * 32}, "fields_disagree"),
        ({}, "fields_disagree"),
    ):
        answer = await stage.client.put(f"{PATH}/draft/T01", json={"level": 3, "evidence": [proof]}, headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (422, code)
    withdrawn = SupplierWithdrawn(supplier_id=SUPPLIER, reason="requested", withdrawn_at=now())
    await stage.consume(withdrawn)
    assert (await give(stage)).json()["title"] == "supplier_withdrawn"


@pytest.mark.parametrize(
    ("limit", "status", "code"),
    [
        ("MAX_BYTES", 413, "file_too_large"),
        ("FIRM_BYTES", 409, "attachments_full"),
        ("FIRM_DAY_BYTES", 429, "attachments_day"),
        ("DAY_BYTES", 429, "attachments_busy"),
    ],
)
async def test_a_limit_is_reached(
    migrated: Migrated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str, status: int, code: str
) -> None:
    monkeypatch.setenv("PDP_ATTACHMENT_FOLDER", str(tmp_path))
    monkeypatch.setenv(f"PDP_ATTACHMENT_{limit}", str(len(files.PDF)))
    async with StageUnderTest(build()[0], await migrated("diagnosis")) as stage:
        await stage.consume(aligned())
        assert (await give(stage)).status_code == 201
        more = await give(stage, files.PDF.replace(b"1 0 obj", b"1 0  obj"))
        assert (more.status_code, more.json()["title"]) == (status, code)
        assert len(await stage.rows("SELECT id FROM attachment")) == 1


async def test_while_the_object_store_is_away_all_else_works(stage: StageUnderTest, tmp_path: Path) -> None:
    await stage.consume(aligned())
    id_ = (await give(stage)).json()["id"]
    folder = tmp_path / "attachments"
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("a file is no folder")
    given = await give(stage, files.png(), "foto.png")
    assert (given.status_code, given.json()["title"], given.headers["Retry-After"]) == (503, "attachments_away", "30")
    assert [row["id"] for row in await stage.rows("SELECT id FROM attachment")] == [UUID(id_)]
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | ANY
    assert (await opened(stage, id_, headers)).json()["title"] == "attachments_away"
    body = {"level": 3, "evidence": [{"attachment": id_}]}
    assert (await stage.client.put(f"{PATH}/draft/T01", json=body, headers=headers)).status_code == 200
    folder.unlink()
    (tmp_path / "elsewhere").rename(folder)
    assert (await give(stage, files.png(), "foto.png")).status_code == 201
    assert (await opened(stage, id_, headers)).content == files.PDF


async def test_an_operator_erases_one(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    id_ = (await give(stage)).json()["id"]
    path, own = f"{THERE}/{id_}", stage.headers("supplier", supplier_id=SUPPLIER)
    assert (await stage.client.delete(path, headers=own)).status_code == 403
    assert (await stage.client.delete(path, headers=stage.headers("operator"))).status_code == 204
    gone = await opened(stage, id_, own)
    assert (gone.status_code, gone.json()["title"]) == (410, "attachment_erased")
    listed = (await stage.client.get(THERE, headers=own)).json()["items"]
    assert [(each["erased"], each["name"], each["sha256"]) for each in listed] == [(True, "", DIGEST)]


async def test_what_is_erased_and_what_is_left_over(stage: StageUnderTest, tmp_path: Path) -> None:
    await stage.consume(aligned())
    folder = tmp_path / "attachments"
    attachments = Attachments("diagnosis", AttachmentSettings(folder=folder), store.GONE)
    one, other = (await give(stage)).json()["id"], (await give(stage, files.png())).json()["id"]
    await stage.client.delete(f"{THERE}/{one}", headers=stage.headers("operator"))
    own = stage.headers("supplier", supplier_id=SUPPLIER)
    # One that never came as a whole, what it left in the folder, and an object that no record names.
    half, orphan = folder / "diagnosis" / str(SUPPLIER) / "half#1", folder / "diagnosis" / str(OTHER) / str(UUID(int=5))
    for path, days in ((half, 1), (orphan, 8)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        old = (now() - timedelta(days=days)).timestamp()
        os.utime(path, (old, old))
    await stage.rows(
        "INSERT INTO attachment (id, supplier_id, name, kind, size, sha256, subject, at)"
        " VALUES ($1, $2, 'x', 'pdf', 1, 'x', 'x', now() - interval '2 hours')",
        UUID(int=6),
        SUPPLIER,
    )
    await watch.keep_house(attachments, stage.database)
    there = [path.name for path in folder.rglob("*") if path.is_file()]
    assert there == [other]
    assert len(await stage.rows("SELECT id FROM attachment")) == 2
    # The firm leaves: what it gave goes once nobody asks about it any more.
    await stage.consume(SupplierWithdrawn(supplier_id=SUPPLIER, reason="requested", withdrawn_at=now()))
    await watch.keep_house(attachments, stage.database)
    assert (await opened(stage, other, own)).status_code == 200
    await stage.rows("UPDATE attachment SET erase_at = now() - interval '1 day' WHERE erase_at IS NOT NULL")
    await watch.keep_house(attachments, stage.database)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert {row["key"] for row in await stage.rows("SELECT key FROM attachment")} == {None}


async def test_what_is_due_is_erased_while_the_object_store_is_away(stage: StageUnderTest, tmp_path: Path) -> None:
    await stage.consume(aligned())
    await give(stage)
    folder = tmp_path / "attachments"
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("a file is no folder")
    await stage.rows("UPDATE attachment SET erase_at = now() - interval '1 day'")

    async def erased() -> bool:
        return [row["key"] for row in await stage.rows("SELECT key FROM attachment")] == [None]

    attachments = Attachments("diagnosis", AttachmentSettings(folder=folder), store.GONE)
    watching = asyncio.create_task(watch.run(attachments, stage.database))
    await eventually(erased)
    watching.cancel()


async def test_who_scores_evidence_is_told_by_a_mark_once_a_version_counts(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await answered(stage)
    told = (await stage.told())[-1]
    assert (told.type, told.data["assessor"]) == ("diagnosis.diagnosis-completed", mark_of(SUPPLIER, "assessor-1"))
    await assign(stage, "ana", "expert-1")
    await assign(stage, "ana", None)
    assert [(each.type, each.data["assessor"]) for each in await stage.told()] == [
        ("diagnosis.assessor-assigned", mark_of(SUPPLIER, "ana"))
    ]
    assert mark_of(SUPPLIER, "ana") != mark_of(OTHER, "ana")
