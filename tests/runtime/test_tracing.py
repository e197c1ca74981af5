"""Spans only with an endpoint; what others send as a context is checked; a collector that is away costs nothing."""

import json
import logging as standard
import time
from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import FastAPI

from deploy.engines.ports import free_port
from shared.contracts.event import Cause
from shared.runtime import logging, tracing
from shared.runtime.traceparent import sampled, well_formed, written
from shared.service.http.application import install
from shared.testing.collector import Collector, collecting

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = CALLER[:-1] + "0"
TOPIC = "registration.supplier.v1"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = standard.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    for name in tracing.STANDARD:
        monkeypatch.delenv(name, raising=False)
    with collecting() as collector:
        tracing.configure("matching", collector.endpoint)
        yield collector
        tracing.stop()


def test_without_an_endpoint_a_context_only_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.STANDARD:
        monkeypatch.delenv(name, raising=False)
    tracing.configure("matching", "")
    assert not tracing.on()
    with tracing.step("sweep x", CALLER) as traceparent:
        assert traceparent == CALLER


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "",
        "x" * 300,
        CALLER.upper(),
        CALLER + "-more",
        CALLER + "\n",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        "ff" + CALLER[2:],
    ],
)
def test_what_is_no_traceparent_does_not_travel(hostile: str | None) -> None:
    assert well_formed(hostile) is None
    assert sampled(hostile) is None


def test_a_request_continues_its_caller_and_a_decision_continues_the_request(collector: Collector) -> None:
    with tracing.request("POST", "http", CALLER) as span:
        given = written(span.get_span_context())
        tracing.answered(span, "POST", "/suppliers", 201)
    with tracing.consuming("matching", [TOPIC, TOPIC], 2):
        tracing.link([given, given, UNSAMPLED])
        cause = tracing.decided(Cause("c", "e-1", given), "registration.supplier-registered", tracing.clock_ns())
    tracing.stop()
    server, decide, consume = (next(s for s in collector.spans if s.name.startswith(n)) for n in ("POST", "dec", "con"))
    assert (server.name, server.parent_id, server.trace_id) == ("POST /suppliers", CALLER[36:52], CALLER[3:35])
    assert (decide.parent_id, decide.trace_id) == (server.span_id, server.trace_id)
    assert cause.traceparent == f"00-{decide.trace_id}-{decide.span_id}-01"
    assert (consume.parent_id, consume.links) == ("", (server.trace_id,))
    assert decide.links == (consume.trace_id,) != (server.trace_id,)
    assert decide.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "decide",
        "messaging.operation.type": "process",
        "messaging.message.id": "e-1",
        "messaging.message.conversation_id": "c",
        "cloudevents.event_type": "registration.supplier-registered",
    }


def test_a_batch_is_named_by_its_topic_if_it_has_one(collector: Collector) -> None:
    with tracing.consuming("matching", [TOPIC, TOPIC], 2), tracing.publishing([CALLER], [TOPIC, "another.v1"], 2):
        pass
    tracing.stop()
    publish, consume = collector.spans
    assert (consume.name, consume.kind, publish.name, publish.kind) == (
        f"consume {TOPIC}",
        "CONSUMER",
        "publish",
        "CLIENT",
    )
    assert consume.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "consume",
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": "matching",
        "messaging.destination.name": TOPIC,
        "messaging.batch.message_count": 2,
    }
    assert publish.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": 2,
    }


@pytest.mark.parametrize(
    ("method", "route", "status", "name", "about"),
    [
        ("POST", "/suppliers/{id}", 201, "POST /suppliers/{id}", {"http.route": "/suppliers/{id}"}),
        ("GET", "/ready", 503, "GET /ready", {"http.route": "/ready", "error.type": "503"}),
        ("GET", None, 404, "GET", {}),
        ("BREW", None, 405, "HTTP", {"http.request.method": "_OTHER"}),
    ],
)
def test_a_request_is_named_by_its_route(
    collector: Collector, method: str, route: str | None, status: int, name: str, about: dict[str, str]
) -> None:
    with tracing.request(method, "https", None) as span:
        tracing.answered(span, method, route, status)
    tracing.stop()
    (seen,) = collector.spans
    always = {"http.request.method": method, "url.scheme": "https", "http.response.status_code": status}
    assert (seen.name, seen.kind, seen.error, seen.attributes) == (name, "SERVER", status >= 500, always | about)


def test_of_an_error_its_type_goes_out_and_what_it_says_stays(collector: Collector) -> None:
    with pytest.raises(ValueError, match="Persona"), tracing.consuming("matching", [TOPIC], 1):
        raise ValueError("Persona Ejemplo")
    tracing.stop()
    (span,) = collector.spans
    assert (span.error, span.said, span.attributes["error.type"]) == (True, "", "ValueError")


async def test_a_probe_has_no_span(collector: Collector) -> None:
    app = FastAPI()
    install(app)
    for path in ("/ready", "/suppliers"):
        app.get(path)(lambda: None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for path in ("/ready", "/suppliers"):
            assert (await client.get(path)).is_success
    tracing.stop()
    assert [span.name for span in collector.spans] == ["GET /suppliers"]


def test_what_nobody_records_gets_no_span(collector: Collector) -> None:
    cause = Cause("c", "e-1", UNSAMPLED)
    assert tracing.decided(cause, "x", tracing.clock_ns()) == cause
    with tracing.publishing([UNSAMPLED, None], [TOPIC], 2), tracing.step("timer x", links=[None]) as traceparent:
        assert traceparent is None
    tracing.stop()
    assert collector.spans == []


def test_a_partner_s_context_is_linked_and_not_continued(collector: Collector) -> None:
    cause = tracing.decided(Cause("c", "e-1"), "partner.x", tracing.clock_ns(), CALLER)
    tracing.stop()
    (span,) = collector.spans
    assert (span.parent_id, span.links) == ("", (CALLER[3:35],))
    assert cause.traceparent is not None
    assert span.trace_id == cause.traceparent[3:35] != CALLER[3:35]


def test_links_are_bounded(collector: Collector) -> None:
    many = (f"00-{number:032x}-b7ad6b7169203331-01" for number in range(1, 1000))
    with tracing.publishing(many, [TOPIC], 999):
        pass
    tracing.stop()
    assert len(collector.spans[0].links) == tracing.LINKS


def test_a_collector_that_is_away_is_said_once_and_holds_up_no_stop(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    tracing.configure("matching", f"http://127.0.0.1:{free_port()}")
    with tracing.request("GET", "http", None):
        logging.get("x").info("within")
    started = time.monotonic()
    tracing.stop()
    assert time.monotonic() - started < tracing.FLUSH_S + 1
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines[0]["trace_id"]) == 32
    assert [line["event"] for line in lines[1:]] in ([], ["trace_collector_away"])
