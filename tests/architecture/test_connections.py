"""Whoever opens a connection says how long it may wait: a server that says nothing holds nobody up for ever."""

import ast
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.service.http.connection import IDLE_S

ROOT = Path(__file__).parents[2]

TIMEOUT = {
    "connect": "timeout",
    "create_pool": "command_timeout",
    "create_async_engine": "connect_args",
    "AIOKafkaProducer": "request_timeout_ms",
    "AIOKafkaConsumer": "request_timeout_ms",
    "AIOKafkaAdminClient": "request_timeout_ms",
    "AIOKafkaClient": "request_timeout_ms",
}
"""What opens connections, and the argument that bounds its waiting."""

HOMES = {
    "shared/runtime/servers.py": "every connection to a store",
    "shared/runtime/database.py": "the pool and the reads of a service",
    "shared/service/migrations.py": "an index may take hours: no limit for a statement, keepalives for the rest",
    "shared/messaging/producer.py": "the relay",
    "shared/messaging/partitions.py": "the look at partitions",
    "deploy/provision/kafka_quotas.py": "quotas, which confluent's client cannot set",
    "shared/testing/databases.py": "templates of tests, on a server of their own",
}
"""Where connections are opened; FastStream opens those of consumers."""

SOURCES = [file for folder in ("shared", "services", "deploy") for file in (ROOT / folder).rglob("*.py")]


def _openings(text: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _name(node.func) in TIMEOUT:
            yield node


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name) and function.id != "connect":
        return function.id
    if isinstance(function, ast.Attribute) and (function.attr != "connect" or _is_asyncpg(function.value)):
        return function.attr
    return ""


def _is_asyncpg(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Name) and owner.id == "asyncpg"


def _boundless(text: str) -> list[int]:
    """Lines of what may wait for ever."""
    return [
        call.lineno
        for call in _openings(text)
        if TIMEOUT[_name(call.func)] not in {keyword.arg for keyword in call.keywords}
    ]


def test_connections_are_opened_at_home() -> None:
    opened = {file.relative_to(ROOT).as_posix() for file in SOURCES if any(_openings(file.read_text(encoding="utf-8")))}
    assert opened == set(HOMES)


@pytest.mark.parametrize("home", HOMES)
def test_every_connection_is_bounded(home: str) -> None:
    assert not _boundless((ROOT / home).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line", ["asyncpg.connect(url)", "await asyncpg.create_pool(url)", "AIOKafkaProducer(**settings)"]
)
def test_one_that_is_not_is_found(line: str) -> None:
    assert _boundless(f"async def f():\n    {line}\n") == [2]


def test_no_client_of_ours_keeps_an_idle_connection_for_as_long_as_its_server() -> None:
    """A request on a connection that its server ends at that moment is lost."""
    chosen = [file.relative_to(ROOT) for file in SOURCES if "keepalive_expiry" in file.read_text()]
    assert not chosen
    assert (httpx.Limits().keepalive_expiry or IDLE_S) < IDLE_S / 2
