"""The data folder: one run at a time, found by others, and cleaned of what a crash left behind."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from deploy.engines.ports import free_port, is_free
from deploy.engines.postgres import Postgres
from deploy.local.state import (
    AlreadyRunningError,
    FolderError,
    ProcessId,
    Run,
    claim,
    data_folder,
    read_running,
    still_alive_after,
)

HOUR = 3600.0


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process
        process.kill()


def identity(name: str, pid: int) -> ProcessId:
    found = ProcessId.of(name, pid)
    assert found is not None
    return found


def crashed(data: Path, *children: ProcessId) -> None:
    """What a run leaves whose supervisor was killed: this process's pid stands for its recycled one."""
    supervisor = ProcessId("supervisor", os.getpid(), time.time() - HOUR)
    (data / "run.json").write_text(json.dumps(asdict(Run(supervisor, children))))


def test_the_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PDP_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    assert data_folder() == tmp_path / ".data"
    monkeypatch.setenv("PDP_DATA", str(tmp_path / "elsewhere"))
    assert data_folder() == tmp_path / "elsewhere"


def test_a_run_is_found_while_it_lasts(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    assert read_running(tmp_path) is None
    child = identity("matching", sleeper.pid)
    with claim(tmp_path) as held:
        held.record_ports({"kafka": 9092})
        held.record_children([child])
        run = read_running(tmp_path)
        assert run is not None
        assert (run.supervisor.pid, run.children, run.ports) == (os.getpid(), (child,), {"kafka": 9092})
    assert read_running(tmp_path) is None


def test_a_second_run_finds_the_first(tmp_path: Path) -> None:
    with claim(tmp_path):
        with pytest.raises(AlreadyRunningError) as refusal, claim(tmp_path):
            pytest.fail("two runs in one folder")
        assert refusal.value.run == read_running(tmp_path)
        assert refusal.value.run is not None
    with claim(tmp_path) as held:
        assert held.ended == ()


def test_orphans_of_a_crashed_run_are_ended(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    crashed(tmp_path, identity("matching", sleeper.pid))
    assert read_running(tmp_path) is None
    with claim(tmp_path) as held:
        assert held.ended == ("matching",)
        assert sleeper.wait(0) == -signal.SIGTERM


def test_stubborn_orphans_are_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo up; while :; do sleep 0.02; done"
    with subprocess.Popen(["/bin/sh", "-c", script], start_new_session=True, stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        assert stubborn.stdout.readline() == b"up\n"
        crashed(tmp_path, identity("stubborn", stubborn.pid))
        with claim(tmp_path, grace=0.3) as held:
            assert held.ended == ("stubborn",)
            assert stubborn.wait(0) == -signal.SIGKILL


def test_whoever_has_a_recycled_pid_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    innocent = identity("matching", sleeper.pid)
    crashed(tmp_path, ProcessId("matching", innocent.pid, innocent.created - HOUR))
    with claim(tmp_path) as held:
        assert held.ended == ()
    assert sleeper.poll() is None


def test_a_failed_run_leaves_its_record_for_the_next(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    def fail() -> None:
        with claim(tmp_path) as held:
            held.record_children([identity("matching", sleeper.pid)])
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fail()
    with claim(tmp_path) as held:
        assert held.ended == ("matching",)


CRASHING_RUN = """
import asyncio, sys
from pathlib import Path
from deploy.engines import command
from deploy.engines.postgres import Postgres
from deploy.local.supervisor import Supervisor
from deploy.local.state import claim

command._libc = lambda: None  # as on a system that cannot end children with their parent
data = Path(sys.argv[1])

async def main(held):
    supervisor = Supervisor(on_change=held.record_children)
    postgres = Postgres(data / "postgres", port=int(sys.argv[2]), durable=False)
    await supervisor.start(postgres.command())
    await supervisor.start(command.Command("service", ("sleep", "60"), data / "service.log"))
    postgres.wait_ready()
    print("ready", flush=True)
    await asyncio.sleep(60)

with claim(data) as held:
    asyncio.run(main(held))
"""


def test_a_real_run_that_was_killed_is_cleaned_up(tmp_path: Path) -> None:
    port = free_port()
    argv = [sys.executable, "-c", CRASHING_RUN, str(tmp_path), str(port)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "ready\n"
        run = read_running(tmp_path)
        assert run is not None
        supervisor.kill()
    assert not is_free(port)
    assert read_running(tmp_path) is None
    with claim(tmp_path) as held:
        assert sorted(held.ended) == ["postgres", "service"]
        assert is_free(port)
        assert still_alive_after(0, run.children) == []
        assert "database system is shut down" in Postgres(tmp_path / "postgres").log.read_text()


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    return folder


def test_a_data_folder_is_its_owners_alone_with_all_that_is_made_in_it(open_folder: Path) -> None:
    with claim(open_folder / "new" / "data"):
        (open_folder / "new" / "data" / "file").write_text("secret")
    made = [open_folder / "new", *(open_folder / "new").rglob("*")]
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert stat.S_IMODE(open_folder.stat().st_mode) == 0o755


def test_an_open_folder_is_closed_where_it_is_ours_and_else_refused(open_folder: Path) -> None:
    for _ in ("empty", "ours by its lock"):
        open_folder.chmod(0o755)
        with claim(open_folder):
            assert stat.S_IMODE(open_folder.stat().st_mode) == 0o700
    other = open_folder.with_name("other")
    other.mkdir(mode=0o755)
    (other / "letter").touch()
    with pytest.raises(FolderError), claim(other):
        pass
    assert stat.S_IMODE(other.stat().st_mode) == 0o755
