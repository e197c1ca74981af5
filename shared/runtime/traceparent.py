"""A span's context as text, as it travels in headers and in envelopes.

Source: W3C Trace Context, version 00 of `traceparent`.
"""

import re

from opentelemetry.trace import SpanContext, TraceFlags

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")

_LAST_ATTRIBUTE = re.compile(rb',"traceparent":"([0-9a-f-]{55})"}$')


def well_formed(traceparent: str | None) -> str | None:
    """What may travel on of what somebody else sent; None when it is no traceparent."""
    return traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None


def written(found: SpanContext) -> str:
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"


def read(traceparent: str | None) -> SpanContext | None:
    """None when it is no traceparent."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def sampled(traceparent: str | None) -> SpanContext | None:
    """The context that somebody records; None when nobody does, or it is no traceparent."""
    found = read(traceparent)
    return found if found is not None and found.trace_flags.sampled else None


def of_written(event: bytes) -> str | None:
    """That of an event that a stage wrote, without decoding it: its last attribute."""
    found = _LAST_ATTRIBUTE.search(event, max(0, len(event) - 100))
    return found[1].decode() if found else None
