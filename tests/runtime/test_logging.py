"""Log lines are JSON, say which service and which chain, and hold no message of an error."""

import asyncio
import gc
import json
import logging as standard
from collections.abc import Callable

import pytest
import structlog
import uvloop

from shared.runtime import logging


@pytest.fixture(autouse=True)
def _as_before():
    root = standard.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_names_its_service_and_its_chain(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    structlog.contextvars.bind_contextvars(correlation_id="c-1")
    logging.get("x").info("batch_consumed", records=3)
    (line,) = _lines(capsys)
    wanted = {"event": "batch_consumed", "service": "matching", "correlation_id": "c-1", "records": 3, "level": "info"}
    assert wanted.items() <= line.items()
    assert "timestamp" in line


def test_a_library_s_line_looks_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    standard.getLogger("some.library").warning("watch out")
    (line,) = _lines(capsys)
    assert {"event": "watch out", "service": "matching", "level": "warning"}.items() <= line.items()


def test_what_the_client_tries_again_by_itself_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """aiokafka's words at the first start of a Kafka, whose groups are only being set up."""
    logging.configure("matching")
    coordinator = standard.getLogger("aiokafka.consumer.group_coordinator")
    coordinator.error("Group Coordinator Request failed: %s", "[Error 15] GroupCoordinatorNotAvailableError")
    coordinator.warning("Marking the coordinator dead (node %s)for group %s.", 1, "matching")
    coordinator.warning("Heartbeat failed for group %s because it is rebalancing", "matching")
    coordinator.error("LeaveGroup request failed: %s", "reason")
    assert [line["level"] for line in _lines(capsys)] == ["info", "info", "info", "error"]


def test_many_lines_are_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    logging.get("x").info("decided", type="t", number=1)
    logging.many("x", "decided", [{"type": "t", "number": 1}] * 2)
    first, *others = [{**line, "timestamp": len(str(line["timestamp"]))} for line in _lines(capsys)]
    assert others == [first] * 2


@pytest.mark.parametrize("given", [{"level": "WARNING"}, {"decided": False}])
def test_decisions_can_be_left_out(capsys: pytest.CaptureFixture[str], given: dict) -> None:
    logging.configure("matching", **given)
    logging.many("x", "decided", [{"type": "t"}])
    assert _lines(capsys) == []


def test_frames_say_where_and_never_what() -> None:
    def failing() -> None:
        raise ValueError("Juan Pérez")

    try:
        failing()
    except ValueError as error:
        found = logging.frames(error)
    assert found[-1].startswith("test_logging.py:")
    assert "failing" in found[-1]
    assert "Juan" not in "".join(found)


def test_an_exception_that_a_library_logs_keeps_its_type_and_place_only(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    try:
        raise ValueError("Juan Pérez")
    except ValueError:
        standard.getLogger("some.library").exception("it failed")
    (line,) = _lines(capsys)
    assert line["error"] == "ValueError"
    assert line["at"]
    assert "Juan" not in json.dumps(line)


@pytest.mark.parametrize("new_loop", [uvloop.new_event_loop, asyncio.new_event_loop])
def test_an_error_that_nobody_waits_for_keeps_its_type_and_place_only(
    new_loop: Callable[[], asyncio.AbstractEventLoop], capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(name: str) -> None:
        raise ValueError(name)

    async def failing_task() -> None:
        failing("Juan Pérez")

    async def both() -> None:
        asyncio.get_running_loop().call_soon(failing, "Juan Pérez")
        await asyncio.wait({asyncio.create_task(failing_task())})
        gc.collect()

    logging.configure("matching")
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.get_loop().set_exception_handler(logging.loop_error)
        runner.run(both())
    lines = _lines(capsys)
    assert [(line["event"], line["error"]) for line in lines] == [("loop_error", "ValueError")] * 2
    assert all("failing" in str(line["at"]) for line in lines)
    assert "Juan" not in json.dumps(lines)


def test_what_the_loop_says_without_an_error_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("matching")
    with asyncio.Runner() as runner:
        logging.loop_error(runner.get_loop(), {"message": "Task was destroyed but it is pending!"})
    (line,) = _lines(capsys)
    assert (line["event"], line["message"]) == ("loop_error", "Task was destroyed but it is pending!")
