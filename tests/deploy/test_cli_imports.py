"""`pdp import` where the service dies while it takes a file in: that goes on, and no file goes in twice."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.commands import imports
from deploy.cli.new_file import new_file
from deploy.engines.ports import free_port
from deploy.target import TARGET
from tests.deploy.program import Told, pdp

ID = "01a20c45-6301-77e3-99e9-be2fd56a1ffd"
FOLLOW = f"pdp import follow suppliers {ID}"
CUT = None
"""Instead of an answer: the connection ends, as that of a process that is killed."""


def seen(**more: object) -> dict[str, Any]:
    """An import as its service shows it."""
    going = {"id": ID, "state": "running", "rows": 2, "read": 1, "outcomes": {}, "ended_at": None}
    told = {"refused": 0, "refused_rows": [], "refused_until": None, "ignored_columns": [], "detail": None}
    return {**going, **told, **more}


GOING, DONE = seen(), seen(state="done", outcomes={"registered": 2}, ended_at="2026-11-29T08:00:00Z")


@dataclass
class Service:
    """Answers as it is told to, the last answer for ever."""

    answers: list[tuple[int, dict[str, Any] | bytes] | None]
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """The method of each request, and the key under which it was sent."""


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        self.service.asked.append((self.command, self.headers.get("Idempotency-Key")))
        told = self.service.answers.pop(0) if len(self.service.answers) > 1 else self.service.answers[0]
        if told is not CUT:
            content = told[1] if isinstance(told[1], bytes) else json.dumps(told[1]).encode()
            self.send_response(told[0])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815  (as http.server calls them)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    made = Service([])
    with ThreadingHTTPServer(("127.0.0.1", 0), type("_", (_Handler,), {"service": made})) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        _installed(tmp_path, server.server_port, monkeypatch)
        yield made
        server.shutdown()
        serving.join()


def _installed(folder: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "target.json"
    services = {"registration": f"http://127.0.0.1:{port}"}
    file.write_text(json.dumps({"kind": "cluster", "services": services, "token": {"env": "TOKEN"}}))
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("TOKEN", "a token")
    monkeypatch.setenv(TARGET, str(file))
    monkeypatch.setattr(imports, "BETWEEN_S", 0.001)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "firms.csv"
    made.write_text("rfc\n")
    return made


def imported(file: Path) -> Told:
    return pdp("import", "suppliers", str(file))


def test_a_service_that_dies_meanwhile_is_waited_for(service: Service, file: Path) -> None:
    service.answers = [(201, GOING), CUT, (503, {}), (200, GOING), (200, DONE)]
    told = imported(file)
    assert (told.code, told.out) == (0, "Registered: 2\n")
    assert [method for method, _ in service.asked] == ["POST", "GET", "GET", "GET", "GET"]


def test_a_file_that_may_have_been_taken_is_sent_again_as_the_same_import(service: Service, file: Path) -> None:
    service.answers = [CUT, CUT, (201, DONE)]
    told = imported(file)
    assert (told.code, told.out) == (0, "Registered: 2\n")
    assert len(service.asked) == 3
    [(method, key)] = set(service.asked)
    assert method == "POST"
    assert len(key or "") >= 16


def test_an_import_whose_service_stays_away_is_named(
    service: Service, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "AWAY_S", 0.02)
    service.answers = [(201, GOING), CUT]
    told = imported(file)
    assert (told.code, told.out) == (1, "")
    assert '"registration" does not answer' in told.err
    assert FOLLOW in told.err
    service.answers = [CUT]
    told = imported(file)
    assert (told.code, "give it again" in told.err, FOLLOW in told.err) == (1, True, False)


def test_who_does_not_wait_is_told_how_to_come_back(
    service: Service, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    service.answers = [(201, GOING)]
    told = imported(file)
    assert (told.code, FOLLOW in told.err) == (130, True)


def test_an_import_is_followed_to_its_end(service: Service) -> None:
    fault = {"line": 3, "column": "rfc", "reason": "rfc_length", "detail": "Too short."}
    ended = DONE | {"refused": 1, "refused_rows": [fault]}
    service.answers = [CUT, (200, GOING), (200, ended)]
    told = pdp("import", "follow", "suppliers", ID)
    assert (told.code, "Registered: 2" in told.out, "Too short." in told.out) == (1, True, True)
    assert pdp("import", "follow", "suppliers", "--json", ID).json == ended
    assert pdp("import", "follow", "firms", ID).code == 2


def test_where_nobody_is_nothing_is_waited_for(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(tmp_path, free_port(), monkeypatch)
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    told = imported(file)
    assert (told.code, told.err, waited) == (1, '"registration" does not answer; see "pdp status".\n', [])


def test_refused_rows_are_written_where_nobody_else_reads_them(service: Service, file: Path, tmp_path: Path) -> None:
    row = {"line": 2, "column": "rfc", "reason": "rfc_length", "detail": "An RFC has 12 or 13."}
    told = {"refused": 1, "refused_rows": [row], "refused_until": "2026-12-06T08:00:00Z", "ignored_columns": ["Notas"]}
    refused = seen(**DONE | told)
    service.answers = [(201, refused), (200, b"rfc,motivo\r\n")]
    back = tmp_path / "refused.csv"
    said = pdp("import", "suppliers", str(file), "--refused", str(back))
    assert said.code == 1
    assert (back.read_bytes(), back.stat().st_mode & 0o777) == (b"rfc,motivo\r\n", 0o600)
    assert "Columns that nobody reads: Notas." in said.out
    assert str(back) in said.err.replace("\n", "")
    service.answers = [(201, DONE)]
    back.unlink()
    assert (pdp("import", "suppliers", str(file), "--refused", str(back)).code, back.exists()) == (0, False)


def test_a_file_for_refused_rows_is_refused_before_anything_is_sent(service: Service, file: Path) -> None:
    """Seen: the very file that was sent, written over by what was refused of it."""
    before = file.read_bytes()
    for there in (file, file.with_suffix(".xlsx"), file.parent / "nowhere" / "back.csv"):
        told = pdp("import", "suppliers", str(file), "--refused", str(there))
        assert (told.code, there.name in told.err.replace("\n", "")) == (2, True), told.err
    assert (file.read_bytes(), service.asked) == (before, [])


def test_more_rows_are_refused_than_are_shown(service: Service, file: Path) -> None:
    row = {"line": 2, "column": "rfc", "reason": "rfc_length", "detail": "An RFC has 12 or 13."}
    service.answers = [(201, seen(**DONE | {"refused": 1_500, "refused_rows": [row]}))]
    said = pdp("import", "suppliers", str(file)).err.replace("\n", " ")
    assert "1,500 rows refused; above are the faults of some (1)" in said


def test_refused_rows_that_are_gone_are_told(service: Service, tmp_path: Path) -> None:
    gone = {"title": "refused_rows_unknown", "detail": "No row was refused.", "status": 404}
    service.answers = [(200, seen(**DONE | {"refused": 1, "refused_until": "2026-12-06T08:00:00Z"})), (404, gone)]
    told = pdp("import", "follow", "suppliers", ID, "--refused", str(tmp_path / "back.csv"))
    assert (told.code, "No row was refused." in told.err) == (1, True)


def test_a_file_that_is_interrupted_is_none(tmp_path: Path) -> None:
    there = tmp_path / "half.csv"

    def interrupted() -> None:
        with new_file(there) as content:
            content.write(b"rfc")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not there.exists()


def test_firms_are_exported_into_a_new_file_that_nobody_else_reads(service: Service, tmp_path: Path) -> None:
    there = tmp_path / "out.csv"
    service.answers = [(200, b"rfc\r\nBAB010101AA1\r\n")]
    told = pdp("export", "suppliers", str(there))
    assert (told.code, there.read_bytes(), there.stat().st_mode & 0o077) == (0, b"rfc\r\nBAB010101AA1\r\n", 0)
    assert "pdp import" in told.err.replace("\n", " ")
    again = pdp("export", "suppliers", str(there))
    assert (again.code, "exists already" in again.err.replace("\n", " ")) == (2, True)
    service.answers = [(403, {"title": "role_not_allowed", "detail": "Not yours."})]
    refused = tmp_path / "no.xlsx"
    assert pdp("export", "suppliers", str(refused)).code != 0
    assert not refused.exists(), "nothing is left of a file that did not come"
    assert pdp("export", "suppliers", str(tmp_path / "firms.ods")).code == 2
