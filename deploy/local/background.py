"""The platform without a terminal: a supervisor process of its own, started and stopped from others."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from deploy.engines.command import appended
from deploy.engines.errors import DeployError
from deploy.engines.notices import Notice, Report
from deploy.local import told
from deploy.local.client import LocalClient
from deploy.local.layout import Layout
from deploy.local.platform import PlatformError
from deploy.local.state import DATA, AlreadyRunningError, claim, close, read_running, still_alive_after
from deploy.target.services import ROOT

STOP_TIMEOUT = 60.0
"""Seconds for the supervisor to stop what it runs: the grace of its services and that of its engines."""
PROBE_PAUSE = 0.05

_left_running: list[subprocess.Popen[bytes]] = []
"""Python complains of a child that is forgotten before its end was taken note of."""


def start(data: Path, report: Report) -> LocalClient:
    """The platform that runs in this folder, started in the background when none does; ready when this returns.

    `report` is told each step. Raises ``DeployError`` with the reason when it does not come up.
    """
    if read_running(data) is None:
        return _launched(data, report)
    while (run := read_running(data)) is not None:  # somebody else's start
        if run.ready:
            return LocalClient.of(data, run.ports)
        time.sleep(PROBE_PAUSE)
    raise PlatformError("not_running", data=data)


def _launched(data: Path, report: Report) -> LocalClient:
    log = Layout(close(data)).log("supervisor")
    log.unlink(missing_ok=True)
    process = _launch(data, log)
    last: object = None
    try:
        with log.open(errors="replace") as lines:
            while True:
                run, ended = read_running(data), process.poll() is not None
                for line in lines:
                    last = told.read(line) or last
                    if isinstance(last, Notice):
                        report(last)
                if run is not None and run.ready:
                    return LocalClient.of(data, run.ports)
                if run is None and ended:
                    raise last if isinstance(last, DeployError) else PlatformError("start_failed", log=log)
                time.sleep(PROBE_PAUSE)
    except KeyboardInterrupt:
        stop(data)
        raise


def stop(data: Path) -> bool:
    """Stop what runs in this folder, or what a crashed run left behind, and wait until all is gone.

    Returns whether there was anything.
    """
    if not data.exists():
        return False
    found = False
    while True:
        run = read_running(data)
        if run is not None:
            found = True
            _end(run.supervisor.find())
            for stubborn in still_alive_after(STOP_TIMEOUT, [run.supervisor]):
                _kill(stubborn.find())
        try:
            with claim(data) as held:
                _take_note()
                return found or bool(held.ended)
        except AlreadyRunningError:  # it has just begun, or has not quite ended
            time.sleep(PROBE_PAUSE)


def _launch(data: Path, log: Path) -> subprocess.Popen[bytes]:
    """A supervisor in a session of its own, so that it outlives this process and its terminal."""
    with appended(log) as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local"],
            cwd=ROOT,
            env={**os.environ, DATA: str(data)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _left_running.append(process)
    return process


def _take_note() -> None:
    """Of the supervisors that this process started and that have ended."""
    _left_running[:] = [process for process in _left_running if process.poll() is None]


def _end(process: psutil.Process | None) -> None:
    if process is not None:
        process.terminate()


def _kill(process: psutil.Process | None) -> None:
    if process is not None:
        process.kill()
