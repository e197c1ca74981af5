"""Spans only with an endpoint; what others send as a context is checked; a collector that is away costs nothing."""

import json
import logging as standard
import time
from collections.abc import Iterator

import pytest
import structlog

from deploy.local.ports import free_port
from shared.contracts.event import Cause
from shared.runtime import logging, tracing
from shared.testing.collector import Collector, collecting

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = CALLER[:-1] + "0"


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
    assert tracing.well_formed(hostile) is None
    assert tracing.sampled(hostile) is None


def test_a_request_continues_its_caller_and_a_decision_continues_the_request(collector: Collector) -> None:
    with tracing.request("POST", CALLER) as span:
        given = tracing.traceparent_of(span)
        tracing.answered(span, "POST", "/suppliers", 201)
    with tracing.consuming("matching", 2):
        tracing.link([given, given, UNSAMPLED])
        cause = tracing.decided(Cause("c", "e-1", given), "registration.supplier-registered", tracing.clock_ns())
    tracing.stop()
    server, decide, consume = (next(s for s in collector.spans if s.name.startswith(n)) for n in ("POST", "dec", "con"))
    assert (server.name, server.parent_id, server.trace_id) == ("POST /suppliers", CALLER[36:52], CALLER[3:35])
    assert (decide.parent_id, decide.trace_id) == (server.span_id, server.trace_id)
    assert cause.traceparent == f"00-{decide.trace_id}-{decide.span_id}-01"
    assert (consume.parent_id, consume.links) == ("", (server.trace_id,))
    assert decide.links == (consume.trace_id,) != (server.trace_id,)
    assert consume.attributes["messaging.batch.message_count"] == 2


def test_what_nobody_records_gets_no_span(collector: Collector) -> None:
    cause = Cause("c", "e-1", UNSAMPLED)
    assert tracing.decided(cause, "x", tracing.clock_ns()) == cause
    with tracing.publishing([UNSAMPLED, None], 2), tracing.step("due x", links=[None]) as traceparent:
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
    with tracing.publishing((f"00-{number:032x}-b7ad6b7169203331-01" for number in range(1, 1000)), 999):
        pass
    tracing.stop()
    assert len(collector.spans[0].links) == tracing.LINKS


def test_a_collector_that_is_away_is_said_once_and_holds_up_no_stop(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    tracing.configure("matching", f"http://127.0.0.1:{free_port()}")
    with tracing.request("GET", None):
        logging.get("x").info("within")
    started = time.monotonic()
    tracing.stop()
    assert time.monotonic() - started < tracing.FLUSH_S + 1
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines[0]["trace_id"]) == 32
    assert [line["event"] for line in lines[1:]] in ([], ["trace_collector_away"])
