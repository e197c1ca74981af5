"""The object store: a folder here, and a real S3 server where Go can build one (versitygw)."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.kubernetes.tools import ChartError, go
from shared.attachments.objects import ONE_PUT, ObjectMissingError, Objects, ObjectsAwayError, open_objects
from shared.attachments.settings import AttachmentSettings
from shared.runtime.clock import now
from tests.conformance.stage import eventually

SERVER = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
BUILT = Path(os.environ.get("PDP_S3_CACHE") or Path.home() / ".cache" / "pdp" / "s3")


async def parts(content: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(content), 65_552):
        yield content[place : place + 65_552]


async def whole(given: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in given])


async def walk(objects: Objects) -> None:
    """What every store does alike: a small one, one in several parts, none, and what is removed twice."""
    small, large = b"x" * 100, os.urandom(2 * ONE_PUT + 7)
    await objects.put("stage/firm/one", parts(small))
    await objects.put("stage/firm/two", parts(large))
    await objects.put("other/firm/three", parts(small))
    assert await whole(await objects.get("stage/firm/one")) == small
    assert await whole(await objects.get("stage/firm/two")) == large
    found = sorted([each async for each in objects.list("stage/")])
    assert [each.path for each in found] == ["stage/firm/one", "stage/firm/two"]
    assert abs(found[0].at - now()) < timedelta(minutes=5)
    for _ in range(2):
        await objects.remove("stage/firm/one")
    with pytest.raises(ObjectMissingError):
        await objects.get("stage/firm/one")

    async def broken() -> AsyncIterator[bytes]:
        yield bytes(ONE_PUT + 1)
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, ObjectsAwayError)):
        await objects.put("stage/firm/half", broken())
    with pytest.raises(ObjectMissingError):
        await objects.get("stage/firm/half")


async def test_a_folder(tmp_path: Path) -> None:
    await walk(open_objects(AttachmentSettings(folder=tmp_path / "attachments")))


def _server() -> Path:
    """The gateway, built the first time. Skips where there is no Go."""
    known = shutil.which("versitygw")
    if known is not None:
        return Path(known)
    try:
        go("install", SERVER, GOBIN=str(BUILT))
    except ChartError as error:
        pytest.skip(f"no S3 server here: {error}")
    return BUILT / "versitygw"


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[AttachmentSettings]:
    """Settings of a bucket on a server of its own."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "data" / "pdp").mkdir(parents=True)
    meta = tmp_path / "meta"
    meta.mkdir()
    posix = ["posix", "--sidecar", str(meta), str(tmp_path / "data")]
    command = [str(_server()), "--port", f"127.0.0.1:{port}", *posix]
    account = {"ROOT_ACCESS_KEY": "pdp", "ROOT_SECRET_KEY": "a-secret-of-tests"}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | account, stdout=log, stderr=log)
    try:
        yield AttachmentSettings(
            bucket="pdp",
            endpoint=f"http://127.0.0.1:{port}",
            account="pdp",
            secret_key=SecretStr(account["ROOT_SECRET_KEY"]),
        )
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.long
async def test_a_bucket(bucket: AttachmentSettings) -> None:
    port = int(bucket.endpoint.rpartition(":")[2])

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    await eventually(listens, 30)
    await walk(open_objects(bucket))
    wrong = bucket.model_copy(update={"secret_key": SecretStr("another")})
    with pytest.raises(ObjectsAwayError):
        await open_objects(wrong).put("stage/firm/x", parts(b"x"))


async def test_a_bucket_that_does_not_answer_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.attachments.objects.TIMES", 0)
    away = open_objects(AttachmentSettings(bucket="pdp", endpoint="http://127.0.0.1:9", account="a"))
    with pytest.raises(ObjectsAwayError):
        await away.put("stage/firm/x", parts(b"x"))
    with pytest.raises(ObjectsAwayError):
        await away.get("stage/firm/x")
    with pytest.raises(ObjectsAwayError):
        await away.remove("stage/firm/x")
    with pytest.raises(ObjectsAwayError):
        [each async for each in away.list("stage/")]
