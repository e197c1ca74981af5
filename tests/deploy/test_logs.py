"""Logs stay short though their writers know nothing of it."""

import os
import stat
import threading
from pathlib import Path

from deploy.engines.command import appended
from deploy.local import logs
from deploy.local.logs import last_lines, new_lines, rotate


def test_a_long_log_is_set_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "matching.log"
    with appended(log) as writer:
        writer.write(b"first\n")
        writer.flush()
        assert rotate(log, limit=6)
        writer.write(b"second\n")
        writer.flush()
    assert (log.read_text(), (tmp_path / "matching.log.1").read_text()) == ("second\n", "first\n")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_short_log_and_one_that_is_not_there_are_left(tmp_path: Path) -> None:
    log = tmp_path / "matching.log"
    assert not rotate(log, limit=6)
    log.write_text("five\n")
    assert not rotate(log, limit=6)
    assert [*tmp_path.iterdir()] == [log]


def test_older_logs_are_few(tmp_path: Path) -> None:
    log = tmp_path / "matching.log"
    for number in range(6):
        log.write_text(f"{number}")
        rotate(log, limit=1)
    assert [(tmp_path / f"matching.log.{number}").read_text() for number in (1, 2, 3)] == ["5", "4", "3"]
    assert len([*tmp_path.iterdir()]) == 1 + logs.KEPT


def test_the_last_lines_are_shown_and_those_that_follow_a_rotation_too(tmp_path: Path) -> None:
    log = tmp_path / "matching.log"
    log.write_text("one\ntwo\nthree\n")
    assert [*last_lines(log, 2)] == ["two\n", "three\n"]
    lines, seen = new_lines(log), []
    reader = threading.Thread(target=lambda: seen.append(next(lines)))
    reader.start()
    while not seen:  # until the reader stands at the end, what is written may be before it
        with log.open("a") as writer:
            writer.write("four\n")
        reader.join(0.3)
    os.truncate(log, 0)
    with log.open("a") as writer:
        writer.write("5\n")
    assert next(line for line in lines if line == "5\n")
