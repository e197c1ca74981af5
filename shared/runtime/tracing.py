"""OpenTelemetry spans, only where an endpoint is set: without one, nothing here makes an object per event.

What ties the services together is `Cause.traceparent`, which travels in the envelope (docs/architecture/tracing.md).
"""

import logging as library_logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode

from shared.contracts.event import Cause
from shared.runtime import logging
from shared.runtime.traceparent import read, sampled, written

LINKS = 100
"""Of one span: a batch of thousands must not make a span of a megabyte."""
FLUSH_S = 3.0
"""What the last spans may take out of a stop's grace."""
STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
CONVENTIONS = "https://opentelemetry.io/schemas/1.44.0"
"""The semantic conventions that names and attributes follow; a collector translates from them by this."""
METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
OTHER_METHOD = "_OTHER"
KAFKA: dict[str, str | int] = {"messaging.system": "kafka"}
DECIDING = KAFKA | {"messaging.operation.name": "decide", "messaging.operation.type": "process"}

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
    # Its libraries cost a process 0.1 s.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    # It would say so at every try; `_Patient` says it once.
    library_logging.getLogger("opentelemetry.exporter").setLevel(library_logging.CRITICAL)
    resource = Resource.create({"service.name": service, "service.namespace": "pdp"})
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None)
    _provider.add_span_processor(BatchSpanProcessor(_Patient(exporter)))
    _tracer = _provider.get_tracer("pdp", schema_url=CONVENTIONS)


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


@contextmanager
def request(method: str, scheme: str, traceparent: str | None) -> Iterator[Span]:
    """The span of an HTTP request, which continues its caller's trace."""
    about = {"http.request.method": known_method(method), "url.scheme": scheme}
    with _span(_named(method), SpanKind.SERVER, about, _within(read(traceparent))) as span:
        yield span


def answered(span: Span, method: str, route: str | None, status: int) -> None:
    """What became of the request: its route if it met one, never its path, which holds ids."""
    if route is not None:
        span.update_name(f"{_named(method)} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        _failed(span, str(status))


@contextmanager
def consuming(group: str, topics: Iterable[str], records: int) -> Iterator[None]:
    """The span of one batch, a trace of its own: its messages come from many. `topics` are those of its records."""
    if _provider is None:
        yield
        return
    name, about = _messaging("consume", "process", topics)
    about |= {"messaging.consumer.group.name": group, "messaging.batch.message_count": records}
    with _span(name, SpanKind.CONSUMER, about):
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
    links = [*_links([foreign] if foreign else []), Link(trace.get_current_span().get_span_context())]
    about = DECIDING | {
        "messaging.message.id": cause.causation_id or "",
        "messaging.message.conversation_id": cause.correlation_id,
        "cloudevents.event_type": event_type,
    }
    # Named by the type: a topic is an aggregate's stream of several types, and what is decided depends on the type.
    span = _tracer.start_span(f"decide {event_type}", _within(parent), SpanKind.CONSUMER, about, links, started_ns)
    span.end()
    return cause._replace(traceparent=written(span.get_span_context()))


@contextmanager
def step(name: str, parent: str | None = None, links: Iterable[str | None] = ()) -> Iterator[str | None]:
    """The span of a worker's step; gives the traceparent for what it decides. Without a sampled parent or link there
    is none, and the parent itself is passed on.
    """
    found = _links(links) if _provider is not None else []
    within = sampled(parent) if _provider is not None else None
    if within is None and not found:
        yield parent
        return
    with _span(name, SpanKind.INTERNAL, {}, _within(within), found) as span:
        yield written(span.get_span_context())


@contextmanager
def publishing(traceparents: Iterable[str | None], topics: Iterable[str], entries: int) -> Iterator[None]:
    """The span of one round of the relay, linked to the traces that it publishes for."""
    found = _links(traceparents) if _provider is not None else []
    if not found:
        yield
        return
    name, about = _messaging("publish", "send", topics)
    # A client's: what continues a trace is the context of whoever decided, which each event carries already.
    with _span(name, SpanKind.CLIENT, about | {"messaging.batch.message_count": entries}, links=found):
        yield


def clock_ns() -> int:
    """Start of a span that is written afterwards."""
    return time.time_ns()


@contextmanager
def _span(
    name: str,
    kind: SpanKind,
    about: Mapping[str, str | int],
    parent: context.Context | None = None,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """The current span of a block. Of an error its type alone: its message may quote data."""
    with _tracer.start_as_current_span(
        name,
        parent or context.Context(),
        kind,
        about,
        links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            _failed(span, type(error).__qualname__)
            raise


def _failed(span: Span, error_type: str) -> None:
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", error_type)


def known_method(method: str) -> str:
    """A request's method, if it is one: a caller may send any word there."""
    return method if method in METHODS else OTHER_METHOD


def _named(method: str) -> str:
    return method if method in METHODS else "HTTP"


def _messaging(operation: str, kind: str, topics: Iterable[str]) -> tuple[str, dict[str, str | int]]:
    """Name and attributes of a messaging span; the topic is among them if there is only one."""
    about: dict[str, str | int] = KAFKA | {"messaging.operation.name": operation, "messaging.operation.type": kind}
    found = set(topics)
    if len(found) != 1:
        return operation, about
    topic = found.pop()
    return f"{operation} {topic}", about | {"messaging.destination.name": topic}


def _within(parent: SpanContext | None) -> context.Context:
    empty = context.Context()
    return empty if parent is None else trace.set_span_in_context(NonRecordingSpan(parent), empty)


def _links(traceparents: Iterable[str | None]) -> list[Link]:
    """The first of the sampled contexts, each once."""
    found: list[Link] = []
    for each in dict.fromkeys(traceparents):
        if len(found) == LINKS:
            break
        if (link_to := sampled(each)) is not None:
            found.append(Link(link_to))
    return found
