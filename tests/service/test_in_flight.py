"""What bodies a process holds is bounded in bytes, of one caller and of all, on every route that takes one."""

import asyncio
import gc
import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Message

from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.service.callers import Role, roles_of
from shared.service.http.household import household
from shared.service.http.in_flight import COLLECT_BYTES, InFlight
from shared.service.http.problem import Problem
from shared.service.http.rate_limit import RateLimit
from shared.service.http.routes import FORM, HELD, content_type_of
from tests.service.test_callers import ISSUER, OWN, SERVICES, app_of

LENGTH = 1_000


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalIssuer:
    monkeypatch.setattr(RateLimit, "take", lambda _limit, _address: 0.0)
    local = LocalIssuer(tmp_path, ISSUER)
    local.ensure_key()
    return local


class Sent:
    """A request whose body does not come, so that whoever takes it waits for it."""

    def __init__(self, app: FastAPI, method: str, path: str, headers: dict[str, str]) -> None:
        self.waits = asyncio.Event()
        self.status = 0
        self.headers: dict[str, str] = {}
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "scheme": "http", "http_version": "1.1", "root_path": "", "server": ("test", 80),
            "client": ("192.0.2.1", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        self.waits.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        self.waits.set()

    async def __call__(self) -> "Sent":
        await self.waits.wait()
        return self

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


def taking_bodies(app: FastAPI) -> Iterator[tuple[str, str, str, bool]]:
    for route in app.routes:
        # Who gives an attachment is first looked up in the store, which is not there.
        if isinstance(route, APIRoute) and "attachments" not in route.tags and (takes := content_type_of(route)):
            for method in route.methods or ():
                path = re.sub(r"{\w*id}", str(uuid4()), route.path).replace("{code}", "nafin")
                yield method, path, takes, roles_of(route) == frozenset()


@pytest.mark.parametrize("name", SERVICES)
async def test_who_holds_their_share_waits_and_others_do_not(
    name: str, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: seventy files of one token at a time, and two hundred bodies that never ended."""
    app = app_of(name)
    app.state.issuer = Issuer(Verifier(ISSUER, str(issuer.jwks_path), "pdp"))
    app.state.limits = app.state.members = app.state.trail = None

    def headers(subject: str, takes: str) -> dict[str, str]:
        token = issuer.issue(subject, list(Role), supplier_id=str(OWN), anchor_id=str(OWN))
        kind = f"{takes}; boundary=x" if takes == FORM else takes
        return {
            "Authorization": f"Bearer {token}", "Content-Type": kind, "Content-Length": str(LENGTH), "If-Match": "*",
            "Idempotency-Key": str(uuid4()),
        }  # fmt: skip

    for method, path, takes, open_to_all in taking_bodies(app):
        held = InFlight(most=2 * LENGTH, share=LENGTH)
        monkeypatch.setitem(HELD, takes, held)
        first = await Sent(app, method, path, headers("ana", takes))()
        assert (first.status, held.held.total()) == (0, LENGTH), path
        again = await Sent(app, method, path, headers("ana", takes))()
        assert (again.status, again.headers["retry-after"]) == (429, "5"), path
        if not open_to_all:  # There it is by address.
            second = await Sent(app, method, path, headers("eva", takes))()
            assert second.status == 0, path
            third = await Sent(app, method, path, headers("luz", takes))()
            assert (third.status, third.headers["retry-after"]) == (503, "5"), path
            await second.end()
        await first.end()
        assert held.held == {}


def test_what_is_answered_is_held_no_longer() -> None:
    held = InFlight(most=10, share=10)
    scope = {"type": "http", "client": ("192.0.2.1", 1)}
    with pytest.raises(ValueError, match="x"), held.holding(scope, 10):
        raise ValueError("x")
    with held.holding(scope, 10), pytest.raises(Problem), held.holding(scope, 1):
        pass
    assert held.held == {}


def test_what_was_refused_waits_no_longer_than_for_so_many_bytes() -> None:
    """It is in cycles: nothing else than the collector frees it, which counts objects."""

    class Refused:
        def __init__(self) -> None:
            self.frames = self

    held = InFlight(most=10**9, share=10**9)
    gc.disable()
    try:
        refused = weakref.ref(Refused())
        with held.holding({"client": None}, COLLECT_BYTES - 1):
            pass
        assert refused() is not None
        with held.holding({"client": None}, 1):
            pass
        assert refused() is None
    finally:
        gc.enable()


def test_what_is_put_away_is_held_no_longer_though_it_is_not_answered() -> None:
    held = InFlight(most=10, share=10)
    first: dict[str, Any] = {"type": "http", "client": ("192.0.2.1", 1)}
    with held.holding(first, 10):
        first["state"]["held"].release()
        with held.holding({"type": "http", "client": ("192.0.2.1", 1)}, 10):
            assert held.held.total() == 10
        first["state"]["held"].release()
    assert held.held == {}


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
    ],
)
def test_whose_an_address_is(address: str, counted: str) -> None:
    assert household(address) == counted
