"""OpenTelemetry spans, only where an endpoint is set: without one, nothing here makes an object per event.

What ties the services together is `Cause.traceparent`, which travels in the envelope (docs/architecture/tracing.md).
"""

import logging as library_logging
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from shared.contracts.event import Cause
from shared.runtime import logging

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
LINKS = 100
"""Of one span: a batch of thousands must not make a span of a megabyte."""
FLUSH_S = 3.0
"""What the last spans may take out of a stop's grace."""
STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
KAFKA = {"messaging.system": "kafka"}

log = logging.get(__name__)

_provider: TracerProvider | None = None
_tracer: trace.Tracer = trace.NoOpTracer()


def configure(service: str, endpoint: str) -> None:
    """Switch tracing on, if there is an endpoint: the base address of an OTLP/HTTP collector. The standard `OTEL_…`
    variables serve where it is empty, and choose the sampler and the sizes of the queue.
    """
    global _provider, _tracer  # noqa: PLW0603 - one process is one service
    if not endpoint and not any(os.environ.get(name) for name in STANDARD):
        return
    # It would say so at every try; `_Patient` says it once.
    library_logging.getLogger("opentelemetry.exporter").setLevel(library_logging.CRITICAL)
    resource = Resource.create({"service.name": service, "service.namespace": "pdp"})
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None)
    _provider.add_span_processor(BatchSpanProcessor(_Patient(exporter)))
    _tracer = _provider.get_tracer("pdp")


def stop() -> None:
    """Send what is left, and switch tracing off. A collector that hangs is left behind after `FLUSH_S`."""
    global _provider, _tracer
    if _provider is None:
        return
    flushing = threading.Thread(target=_provider.shutdown, daemon=True)
    flushing.start()
    flushing.join(FLUSH_S)
    _provider, _tracer = None, trace.NoOpTracer()


def on() -> bool:
    return _provider is not None


class _Patient(SpanExporter):
    """Says once that the collector is away; the spans of that time are lost, and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._away and on():
            log.warning("trace_collector_away", lost=len(spans))
        self._away = failed
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def well_formed(traceparent: str | None) -> str | None:
    """What may travel on of what somebody else sent; None when it is no traceparent."""
    return traceparent if traceparent and TRACEPARENT.fullmatch(traceparent) else None


@contextmanager
def request(method: str, traceparent: str | None) -> Iterator[Span]:
    """The span of an HTTP request, which continues its caller's trace."""
    parent = _parent(traceparent)
    with _tracer.start_as_current_span(
        method, parent, SpanKind.SERVER, {"http.request.method": method}, record_exception=False
    ) as span:
        yield span


def answered(span: Span, method: str, route: str, status: int) -> None:
    """What became of the request: its route, never its path, which holds ids."""
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.route": route, "http.response.status_code": status})
    if status >= 500:
        span.set_status(StatusCode.ERROR)


@contextmanager
def consuming(group: str, records: int) -> Iterator[None]:
    """The span of one batch, a trace of its own: its messages come from many."""
    if _provider is None:
        yield
        return
    about = KAFKA | {
        "messaging.operation.name": "consume",
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": group,
    }
    with _tracer.start_as_current_span(
        f"consume {group}",
        context.Context(),
        SpanKind.CONSUMER,
        about | {"messaging.batch.message_count": records},
        record_exception=False,
    ):
        yield


def link(traceparents: Iterable[str | None]) -> None:
    """Link the current span to these, each trace once."""
    span = trace.get_current_span()
    for found in _links(traceparents):
        span.add_link(found.context)


def decided(cause: Cause, event_type: str, started_ns: int, foreign: str | None = None) -> Cause:
    """The cause of what one message led to, with a span of its own in the message's trace. `foreign` is the
    traceparent that an outsider wrote: it is linked, and what follows is a trace of ours.
    """
    parent = sampled(cause.traceparent)
    if parent is None and foreign is None:
        return cause
    links = [*_links([foreign]), Link(trace.get_current_span().get_span_context())]
    about = KAFKA | {"messaging.operation.name": "decide", "messaging.operation.type": "process"}
    span = _tracer.start_span(
        f"decide {event_type}",
        _parent(cause.traceparent),
        SpanKind.CONSUMER,
        about | {"messaging.message.id": cause.causation_id or "", "pdp.event.type": event_type},
        links,
        started_ns,
    )
    span.end()
    return cause._replace(traceparent=traceparent_of(span))


@contextmanager
def step(name: str, parent: str | None = None, links: Iterable[str | None] = ()) -> Iterator[str | None]:
    """The span of a worker's step; gives the traceparent for what it decides. Without a sampled parent or link there
    is none, and the parent itself is passed on.
    """
    found = _links(links) if _provider is not None else []
    if _provider is None or (sampled(parent) is None and not found):
        yield parent
        return
    with _tracer.start_as_current_span(
        name, _parent(parent), SpanKind.INTERNAL, links=found, record_exception=False
    ) as span:
        yield traceparent_of(span)


@contextmanager
def publishing(traceparents: Iterable[str | None], entries: int) -> Iterator[None]:
    """The span of one round of the relay, linked to the traces that it publishes for."""
    found = _links(traceparents) if _provider is not None else []
    if not found:
        yield
        return
    about = KAFKA | {"messaging.operation.name": "publish", "messaging.operation.type": "send"}
    with _tracer.start_as_current_span(
        "publish",
        context.Context(),
        SpanKind.PRODUCER,
        about | {"messaging.batch.message_count": entries},
        found,
        record_exception=False,
    ):
        yield


def clock_ns() -> int:
    """Start of a span that is written afterwards."""
    return time.time_ns()


def traceparent_of(span: Span) -> str:
    found = span.get_span_context()
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"


def sampled(traceparent: str | None) -> SpanContext | None:
    """The context that somebody records; None when nobody does, or it is no traceparent."""
    found = _read(traceparent)
    return found if found is not None and found.trace_flags.sampled else None


def _read(traceparent: str | None) -> SpanContext | None:
    match = TRACEPARENT.fullmatch(traceparent or "")
    if match is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _parent(traceparent: str | None) -> context.Context:
    found = _read(traceparent)
    empty = context.Context()
    return empty if found is None else trace.set_span_in_context(NonRecordingSpan(found), empty)


def _links(traceparents: Iterable[str | None]) -> list[Link]:
    """The first of the sampled contexts, each once."""
    found: list[Link] = []
    for each in dict.fromkeys(traceparents):
        if len(found) == LINKS:
            break
        if (link_to := sampled(each)) is not None:
            found.append(Link(link_to))
    return found
