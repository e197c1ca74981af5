"""The register of erasures: added to, read by whoever comes later, and of one service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest

from shared.sealing.keys import Name
from shared.sealing.register import Register, RegisterAwayError

AT = datetime(2026, 11, 30, 17, 0, 0, 123456, tzinfo=UTC)


def text_of(folder: Path) -> str:
    return "".join(file.read_text() for file in folder.rglob("*") if file.is_file())


async def test_what_was_erased_is_read_by_whoever_comes_later(tmp_path: Path) -> None:
    address = (tmp_path / "a folder" / "erasures").as_uri()
    here, there = (Register(address, "financing") for _ in range(2))
    one, two = (Name(uuid4(), uuid4()) for _ in range(2))
    assert await there.known() == {}
    await here.add({one: AT, two: AT})
    assert await there.known() == {one: AT, two: AT}
    await there.add({one: AT + timedelta(days=1)})
    await there.add({two: AT - timedelta(days=1)})
    assert await here.known() == {one: AT + timedelta(days=1), two: AT}
    assert await Register(address, "portal").known() == {}
    assert set(text_of(tmp_path)) <= set("0123456789abcdef-,:+.T\n"), "ids and times alone"


@pytest.mark.parametrize(
    "torn",
    [
        b"torn",
        b"\xff\xfe",
        f"{UUID(int=1)},{UUID(int=2)}".encode(),
        f"{UUID(int=1)},{UUID(int=2)},2026-11-30T17:00:00".encode(),
    ],
    ids=["a word", "bytes", "a line cut short", "a moment without a zone"],
)
async def test_what_cannot_be_read_is_passed_by_and_named(
    tmp_path: Path, torn: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Register(tmp_path.as_uri(), "financing")
    one, two = (Name(uuid4(), uuid4()) for _ in range(2))
    await register.add({one: AT})
    whole = f"{two.person},{two.matter},{AT.isoformat()}\n".encode()
    (tmp_path / "financing" / "damaged").write_bytes(whole + torn)
    log = Mock()
    monkeypatch.setattr("shared.sealing.register.log", log)
    reader = Register(tmp_path.as_uri(), "financing")
    assert [each async for each in reader.unread()] == [{one: AT, two: AT}]
    assert [each async for each in reader.unread()] == []
    # Once, and nothing of what it holds.
    log.error.assert_called_once_with("erasure_register_unreadable", object="financing/damaged", lines=1)


async def test_a_register_that_is_away_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    register = Register((tmp_path / "file" / "erasures").as_uri(), "financing")
    with pytest.raises(RegisterAwayError):
        await register.known()
    with pytest.raises(RegisterAwayError):
        await register.add({Name(uuid4(), uuid4()): AT})
