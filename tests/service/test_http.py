"""Errors as callers see them, and the thread that ties a request to its events."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from httpx import ASGITransport, AsyncClient
from prometheus_client import REGISTRY, generate_latest
from pydantic import BaseModel
from structlog.testing import capture_logs

from shared.messaging.decision import Refused
from shared.messaging.repository import ConcurrentInsertError
from shared.service.callers import Role
from shared.service.http import Problem, Show, accepted, routes
from shared.service.http.application import install
from tests.service.given import serving

CORRELATION = UUID("0b8a4f2e-7c55-4d1a-9e60-3d2f1c0b9a87")
NAME = "Maria.Inventada.Lopez-GODE561231GR8"


class Body(BaseModel):
    workers: int


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    install(app, "services.registration")

    @app.get("/cause")
    async def cause(request: Request) -> dict[str, str | None]:
        return dict(zip(("correlation_id", "causation_id", "traceparent"), request.state.cause, strict=False))

    @app.get("/fail/{what}")
    async def fail(what: str) -> None:
        errors: dict[str, Exception] = {
            "bug": ValueError("Juan Pérez, RFC PEPJ800101XX1"),
            "store": OSError("connection refused"),
            "column": asyncpg.UndefinedColumnError('column "note" does not exist'),
            "busy": ConcurrentInsertError("supplier_pkey"),
            "nul": asyncpg.CharacterNotInRepertoireError('invalid byte sequence for encoding "UTF8": 0x00'),
            "problem": Problem(404, "supplier_unknown", more={"pot": "brown"}),
        }
        raise errors[what]

    @app.get("/broken")
    async def broken() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "half"
            raise ValueError(NAME)

        return StreamingResponse(parts())

    @app.get("/file/{supplier_id}/{rfc}")
    async def file(request: Request, supplier_id: str, rfc: str) -> None:
        request.state.subject, request.state.roles = "ana", frozenset({Role.MENTOR})

    @app.get("/refused")
    async def refused() -> int:
        return accepted(Refused("conflict", "rfc_taken"))

    @app.get("/shown")
    async def shown(show: Show) -> dict[str, str]:
        return show.shown({"name": "Ana"})

    conventional = routes("body")

    @conventional.post("/body")
    async def body(body: Body) -> int:
        return body.workers

    app.router.routes += conventional.routes
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fail/bug", 500, "internal_error"),
        ("/fail/store", 503, "store_unavailable"),
        ("/fail/column", 503, "store_behind"),
        ("/fail/busy", 409, "busy"),
        ("/fail/nul", 422, "text_not_storable"),
        ("/fail/problem", 404, "supplier_unknown"),
        ("/refused", 409, "rfc_taken"),
        ("/nowhere", 404, "route_unknown"),
    ],
)
async def test_every_error_is_a_problem_with_a_sentence(client: AsyncClient, path: str, status: int, code: str) -> None:
    answer = await client.get(path)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["title"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:pdp:problem:{code}"
    assert problem["detail"].endswith("."), "a code that no catalogue words is shown bare"


@pytest.mark.parametrize(
    ("path", "status", "errors"),
    [("/fail/bug", 500, 1), ("/fail/store", 503, 1), ("/fail/nul", 422, 0), ("/fail/problem", 404, 0)],
)
async def test_every_error_is_counted_and_told_once(client: AsyncClient, path: str, status: int, errors: int) -> None:
    """As an error of ours only what is one."""
    before = _counted("/fail/{what}", status)
    with capture_logs() as lines:
        await client.get(path)
    assert _counted("/fail/{what}", status) == before + 1
    assert [line["status"] for line in lines if line["event"] == "http"] == [status]
    assert len([line for line in lines if line["log_level"] == "error"]) == errors


async def test_an_answer_that_breaks_off_is_cut_and_counts_as_failed(app: FastAPI) -> None:
    before = _counted("/broken", 500)
    with capture_logs() as lines:
        async with serving(app) as server:
            reader, _ = await server.connect(b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await reader.read()
    assert (b"half" in answer, answer.endswith(b"0\r\n\r\n")) == (True, False)
    assert _counted("/broken", 500) == before + 1
    assert [line["event"] for line in lines] == ["request_failed", "http"]


def _counted(route: str, status: int) -> float:
    labels = {"method": "GET", "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("pdp_http_seconds_count", labels) or 0.0


async def test_an_error_quotes_nothing_that_may_be_personal(
    client: AsyncClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/fail/bug")
    assert "Juan" not in answer.text + caplog.text + "".join(capsys.readouterr())


async def test_an_invalid_body_names_the_field_and_not_the_value(client: AsyncClient) -> None:
    answer = await client.post("/body", json={"workers": "Juan"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.workers"
    assert "Juan" not in answer.text


@pytest.mark.parametrize(
    ("language", "sentence"), [("es", "Va un número entero."), ("en", "It is a whole number."), ("fr", "Va un número")]
)
async def test_what_is_wrong_with_a_field_is_told_in_the_caller_s_language(
    client: AsyncClient, language: str, sentence: str
) -> None:
    problem = (await client.post("/body", json={"workers": "x"}, headers={"Accept-Language": language})).json()
    assert problem["errors"][0]["problem"].startswith(sentence)
    assert problem["detail"].endswith(problem["errors"][0]["problem"])


async def test_a_correlation_id_is_taken_over_and_returned(client: AsyncClient) -> None:
    answer = await client.get("/cause", headers={"X-Correlation-Id": str(CORRELATION).upper()})
    assert answer.json()["correlation_id"] == answer.headers["X-Correlation-Id"] == str(CORRELATION)


@pytest.mark.parametrize(
    "hostile",
    ["", "short", "x" * 101, "line\\nbreak", "a b c d e f", NAME, f"{CORRELATION}-", f"{CORRELATION}"[:-1] + "g"],
    ids=["empty", "short", "long", "escaped", "spaced", "name", "one too many", "no digit"],
)
async def test_a_correlation_id_that_is_none_is_replaced(client: AsyncClient, hostile: str) -> None:
    answer = await client.get("/cause", headers={"X-Correlation-Id": hostile})
    assert UUID(answer.json()["correlation_id"]).version == 7
    assert answer.json()["correlation_id"] == answer.headers["X-Correlation-Id"]


async def test_no_text_of_a_caller_s_is_taken_for_an_id(client: AsyncClient) -> None:
    """Wherever a request has room for one: what stays in logs, figures, events and rows is nobody's name."""
    plain = re.sub(r"[^A-Za-z-]", "", NAME)
    headers = dict.fromkeys(
        ("X-Correlation-Id", "traceparent", "tracestate", "X-Request-Id", "Idempotency-Key", "Referer", "From"), NAME
    )
    with capture_logs() as lines:
        answers = [
            await client.request(plain, "/cause", headers=headers),
            await client.post(f"/body?{NAME}", json={"workers": 1}, headers=headers),
            await client.post(f"/{NAME}", headers=headers),
            await client.get("/cause", headers=headers),
        ]
    assert len(lines) == 3
    kept = [str(lines), str([dict(answer.headers) for answer in answers]), answers[-1].text]
    kept.append(generate_latest().decode())
    assert [text for text in kept if plain in text or NAME in text] == []


async def test_a_body_too_large_is_refused_before_it_is_read(client: AsyncClient) -> None:
    answer = await client.post("/body", content=b"x" * 1_100_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (413, "too_large")


async def test_a_body_of_unknown_length_is_refused(client: AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"{}"

    answer = await client.post("/body", content=chunks(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (411, "length_required")


@pytest.mark.parametrize(
    ("broken", "place"), [(b'{"workers"', "line 1, column 11"), (b'{\n  "workers": x}', "line 2, column 14")]
)
async def test_json_that_is_broken_is_told_by_its_place(client: AsyncClient, broken: bytes, place: str) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    problem = (await client.post("/body", content=broken, headers=headers)).json()
    assert problem["errors"] == [
        {"field": "body", "problem": f"It is no JSON that can be read: {place}.", "reason": "field.json_at"}
    ]


async def test_a_line_says_who_and_about_which_ids_and_nothing_personal(client: AsyncClient) -> None:
    id_ = "019a0000-0000-7000-8000-000000000001"
    with capture_logs() as logs:
        await client.get(f"/file/{id_}/PEPJ800101XX1")
        await client.get("/cause")
    (line,) = [line for line in logs if line["event"] == "http"]
    told = {"route": "/file/{supplier_id}/{rfc}", "supplier_id": id_, "subject": "ana", "roles": ["mentor"]}
    assert told.items() <= line.items(), "a GET too, where somebody signed in"
    assert "PEPJ" not in str(logs)


@pytest.mark.parametrize(
    ("seen", "status"), [("{}", 304), ("W/{}", 304), ('"x", {}', 304), ("*", 304), ('"x"', 200), ("", 200)]
)
async def test_a_version_that_was_seen_is_not_shown_again(client: AsyncClient, seen: str, status: int) -> None:
    first = await client.get("/shown")
    answer = await client.get("/shown", headers={"If-None-Match": seen.replace("{}", first.headers["ETag"])})
    assert (answer.status_code, answer.headers["ETag"]) == (status, first.headers["ETag"])
    assert answer.content == (b"" if status == 304 else first.content)
