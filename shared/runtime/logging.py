"""One JSON line per happening: ids, service, topic and outcome; never a payload."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from opentelemetry.trace import get_current_span
from structlog.typing import EventDict

_many: dict[str, object] = {}
"""What every line of `many` has in common; empty while none is to be written."""


def configure(service: str, level: str = "INFO", *, decided: bool = True) -> None:
    """Set up structlog, and send the libraries' own log lines through the same renderer."""
    _many.clear()
    if decided and logging.getLevelNamesMapping()[level] <= logging.INFO:
        _many.update(level="info", service=service)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_service(service),
        _with_trace,
    ]
    rendering: list[Any] = [_without_messages, structlog.processors.JSONRenderer(_as_json)]
    structlog.configure(
        processors=[*shared, *rendering],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("aiokafka.consumer.group_coordinator").addFilter(_retried)
    for noisy in ("aiokafka", "faststream", "uvicorn.access", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


RETRIED = (
    "Group Coordinator Request failed",
    "Marking the coordinator dead",
    "Heartbeat failed for group %s because it is rebalancing",
)
"""What aiokafka says of a Kafka whose groups are being set up, as at its first start, or of a group that another member
joins, and tries again by itself. One that stays without is `not_ready`."""


def _retried(record: logging.LogRecord) -> bool:
    """A healthy start has no error in its log, or nobody looks at errors."""
    if record.msg.startswith(RETRIED):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


def many(name: str, event: str, rows: Iterable[Mapping[str, object]]) -> None:
    """A line per row, for what happens thousands of times a second: through structlog each costs several times this."""
    if _many:
        common = {"event": event, "logger": name, **_many, "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
        sys.stderr.write(_lines([{**common, **row} for row in rows]).decode())


_lines = msgspec.json.Encoder().encode_lines


class _Lines:
    """Our own lines go straight to standard error: every request and batch has one, and through the standard library's
    handlers it costs several times that.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name

    def write(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = write


def _as_json(event: EventDict, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def _without_messages(_: object, __: str, event: EventDict) -> EventDict:
    """An exception as its type and place: its message may quote a row or a request, and with it a person."""
    if found := event.pop("exc_info", None):
        error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
        if isinstance(error, BaseException):
            event.update({"error": type(error).__name__, "at": frames(error)})
    return event


def _with_service(service: str) -> Any:  # noqa: ANN401 - structlog's processor type is this loose
    def add(_: object, __: str, event: dict[str, Any]) -> dict[str, Any]:
        event["service"] = service
        return event

    return add


def _with_trace(_: object, __: str, event: EventDict) -> EventDict:
    found = get_current_span().get_span_context()
    if found.is_valid:
        event["trace_id"] = f"{found.trace_id:032x}"
    return event


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def loop_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The exception handler of a service's loop: asyncio's own quotes what nobody waited for, arguments included."""
    error = context.get("exception")
    told = {"message": context["message"]} if error is None else {"exc_info": error}
    get(__name__).error("loop_error", **told)


def frames(error: BaseException, deepest: int = 3) -> list[str]:
    """Where an error arose, innermost last: file, line and function, never its message or a local value."""
    found = traceback.extract_tb(error.__traceback__)[-deepest:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in found]
