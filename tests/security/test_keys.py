"""The issuer's keys, while the issuer is slow, away, hostile, or changes them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.security import keys
from shared.security.keys import Keys, KeysUnavailableError, UnknownKeyError
from shared.security.tokens import LocalIssuer


class Provider:
    """An issuer's key set on loopback."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.asked = 0
        self.reached = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()
        self.status = "200 OK"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        self.reached.set()
        await self.answers.wait()
        body = self.document.encode()
        writer.write(
            f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )
        writer.close()


def document(folder: Path, *names: str) -> str:
    """A key set with one key under these names."""
    issuer = LocalIssuer(folder, "https://issuer.example")
    issuer.ensure_key()
    (key,) = json.loads(issuer.jwks_path.read_text())["keys"]
    return json.dumps({"keys": [key | {"kid": name} for name in names]})


@asynccontextmanager
async def provided(text: str) -> AsyncIterator[tuple[Provider, Keys]]:
    provider = Provider(text)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    try:
        yield provider, Keys(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/certs")
    finally:
        provider.answers.set()
        server.close()
        await server.wait_closed()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its last item is the time."""
    times = [0.0]
    monkeypatch.setattr(keys, "monotonic", lambda: times[-1])
    return times


async def test_keys_are_fetched_once_for_many(tmp_path: Path) -> None:
    async with provided(document(tmp_path, "a")) as (provider, known):
        found = await asyncio.gather(*(known.of("a") for _ in range(20)))
        assert {key.key_id for key in found} == {"a"}
        assert provider.asked == 1


async def test_unknown_keys_do_not_hold_up_known_ones(tmp_path: Path, clock: list[float]) -> None:
    """Seen: one unknown `kid` blocked every sign-in for half a minute while the issuer was slow."""
    async with provided(document(tmp_path, "a")) as (provider, known):
        await known.of("a")
        clock.append(keys.BETWEEN_S + 1)
        provider.answers.clear()
        provider.reached.clear()
        waiting = [asyncio.create_task(known.of(f"unknown {number}")) for number in range(50)]
        await provider.reached.wait()
        assert (await known.of("a")).key_id == "a"
        assert not any(task.done() for task in waiting)
        provider.answers.set()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(each) for each in ended} == {UnknownKeyError}
        assert provider.asked == 2, "all of them wait for one fetch"


async def test_whoever_names_unknown_keys_does_not_make_the_issuer_busy(tmp_path: Path, clock: list[float]) -> None:
    async with provided(document(tmp_path, "a")) as (provider, known):
        for number in range(5):
            with pytest.raises(UnknownKeyError):
                await known.of(str(number))
        assert provider.asked == 1


async def test_a_new_key_is_known_at_its_first_token(tmp_path: Path, clock: list[float]) -> None:
    async with provided(document(tmp_path, "a")) as (provider, known):
        await known.of("a")
        provider.document = document(tmp_path, "b")
        clock.append(keys.BETWEEN_S + 1)
        assert (await known.of("b")).key_id == "b"
        with pytest.raises(UnknownKeyError):
            await known.of("a")


async def test_old_keys_count_while_the_issuer_is_away_but_not_for_ever(tmp_path: Path, clock: list[float]) -> None:
    async with provided(document(tmp_path, "a")) as (provider, known):
        await known.of("a")
        provider.status = "503 Away"
        clock.append(keys.FRESH_S + 1)
        await known.of("a")
        with pytest.raises(KeysUnavailableError):
            await known.of("b")
        clock.append(keys.BELIEVED_S + 1)
        with pytest.raises(KeysUnavailableError):
            await known.of("a")
        provider.status = "200 OK"
        clock.append(clock[-1] + keys.BETWEEN_S + 1)
        await known.of("a")


async def test_an_issuer_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "TIMEOUT_S", 0.05)
    async with provided(document(tmp_path, "a")) as (provider, known):
        provider.answers.clear()
        with pytest.raises(KeysUnavailableError):
            await known.of("a")


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AA", "kid": "a"}]}', "x" * 300_000],
)
async def test_an_answer_that_is_no_set_of_keys(answer: str) -> None:
    async with provided(answer) as (_, known):
        with pytest.raises((KeysUnavailableError, UnknownKeyError)):
            await known.of("a")


async def test_a_key_that_encrypts_signs_nothing(tmp_path: Path) -> None:
    text = document(tmp_path, "a").replace('"sig"', '"enc"')
    async with provided(text) as (_, known):
        with pytest.raises((KeysUnavailableError, UnknownKeyError)):
            await known.of("a")


@pytest.mark.parametrize("place", ["http://issuer.example/certs", "HTTP://10.0.0.1/certs"])
def test_keys_come_by_https_only(place: str) -> None:
    with pytest.raises(ValueError, match="https only"):
        Keys(place)
