"""`pdp dead-letters` where services are away, and in a narrow terminal."""

import json
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from threading import Barrier

import pytest
from rich.console import Console

from deploy.cli import console
from deploy.cli.api import Away, Round
from deploy.cli.commands.dead_letters import COLUMNS, Wanted
from deploy.cli.console import Refusal, print_fitting
from deploy.local.client import target_of
from deploy.target import TARGET, target
from deploy.target.client import READ_TIMEOUT, WORK_TIMEOUT, Client
from deploy.target.services import present
from tests.deploy.program import pdp

ID = "01a20c45-6301-77e3-99e9-be2fd56a1ffd"
ASKING = (("list",), ("replay", "--yes"), ("discard", "--yes"), ("resume",), ("show", ID), ("discard", ID))
"""Each command that asks all services."""


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("TOKEN", "a token")
    monkeypatch.setenv(TARGET, "")  # which `--target` sets


def written(folder: Path, services: dict[str, str]) -> str:
    file = folder / "target.json"
    file.write_text(json.dumps({"kind": "cluster", "services": services, "token": {"env": "TOKEN"}}))
    return str(file)


@pytest.fixture
def starting(tmp_path: Path) -> str:
    """An installation on this machine whose services have no ports yet."""
    found = target_of(tmp_path, {"kafka": 1, "postgres": 2})
    return written(tmp_path, dict(found.services))


@pytest.fixture
def hung() -> Iterator[str]:
    """A service that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_a_service_without_a_port_yet_is_named_as_away(starting: str, command: tuple[str, ...]) -> None:
    told = pdp("--target", starting, "dead-letters", *command)
    assert (told.code, told.out) == (1, "")
    assert [name for name in present() if f'"{name}" does not answer' not in told.err] == []


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_where_there_is_nobody_to_ask_nothing_is_said_of_dead_letters(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = pdp("--target", written(tmp_path, {}), "dead-letters", *command)
    assert (told.code, told.out) == (1, "")
    assert "services" in told.err


def test_services_are_asked_at_the_same_time_and_the_answers_keep_their_order() -> None:
    met = Barrier(3, timeout=30)

    def question(service: str) -> str:
        met.wait()
        if service == "b":
            raise Away("b is away")
        return service.upper()

    asking = Round()
    assert asking.ask("abc", question) == [("a", "A"), ("c", "C")]
    assert asking.incomplete


def test_what_one_service_refuses_hides_no_other_s_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def question(service: str) -> str:
        if service == "b":
            raise Refusal("b is busy")
        return service.upper()

    asking = Round()
    assert asking.ask("abc", question) == [("a", "A"), ("c", "C")]
    assert (asking.incomplete, capsys.readouterr().err) == (True, "b is busy\n")
    with pytest.raises(Refusal, match="b is busy"):
        asking.ask("bb", question)


def test_a_hung_service_is_away_as_soon_as_reading_takes_too_long(hung: str, tmp_path: Path) -> None:
    told = pdp("--target", written(tmp_path, {"matching": hung, "financing": hung}), "dead-letters", "list")
    assert (told.code, told.err.count("does not answer")) == (1, 2)


def test_reads_wait_less_than_imports(tmp_path: Path) -> None:
    client = Client(target.read(Path(written(tmp_path, {"matching": "http://127.0.0.1:1"}))))
    with client.http("matching") as work, client.http("matching", timeout=READ_TIMEOUT) as read:
        assert (work.timeout.read, read.timeout.read) == (WORK_TIMEOUT, READ_TIMEOUT)
    assert READ_TIMEOUT * 10 <= WORK_TIMEOUT


NOTHING = dict.fromkeys(("service", "reason", "key", "topic", "after"))


def test_a_filter_that_matches_nothing_is_told_apart() -> None:
    assert Wanted(**NOTHING).none == "There are no dead letters."
    for name in NOTHING:
        assert Wanted(**(NOTHING | {name: "x"})).none == "No dead letter matches these filters."


@pytest.mark.parametrize(
    ("width", "key", "shown", "left_out"),
    [
        (80, ID, ("ID", "Behind", "Reason", "Service"), ("Key", "At", "Topic")),
        (80, "a key of some 20 more", ("ID", "Reason", "Service"), ("At", "Topic")),
        (250, ID, ("Key", "At", "Topic"), ()),
    ],
)
def test_what_does_not_fit_is_named_below(
    monkeypatch: pytest.MonkeyPatch, width: int, key: str, shown: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    out, err = StringIO(), StringIO()
    monkeypatch.setattr(console, "out", lambda: Console(width=width, file=out))
    monkeypatch.setattr(console, "err", lambda: Console(file=err, soft_wrap=True))
    row = [ID, "registration", "handler_failed", "12", key, "2026-11-29T08:00:00Z", "x", "matching.match.v1", "y"]
    print_fitting(*COLUMNS.values(), rows=[row])
    assert [name for name in shown if name.lower() not in out.getvalue().lower()] == []
    assert ID in out.getvalue()
    assert [name for name in left_out if name not in err.getvalue()] == []
    assert ("--json" in err.getvalue()) == bool(left_out)
    assert max(map(len, out.getvalue().splitlines())) <= width


def test_names_are_not_broken_in_a_narrow_terminal() -> None:
    out = StringIO()
    name = "registration.dead-letters.v1"
    heads = ("head.topic", "head.partitions", "head.records", "head.retention", "head.writer", "head.readers")
    row = (name, 6, "1,000,000", "30 days", "registration", "matching, diagnosis, development, financing, portal")
    Console(width=80, file=out).print(console.table(*heads, rows=[row]))
    assert name in out.getvalue()
