"""`pdp`, called in this process (fast) or in one of its own (as it is)."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from deploy.cli import main as cli

PATIENCE = 60.0


@dataclass(frozen=True)
class Told:
    """What a call said, and with what code it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def pdp(*arguments: str) -> Told:
    """Call the program here."""
    out, err = io.StringIO(), io.StringIO()
    with patch.object(sys, "argv", ["pdp", *arguments]), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return Told(code, out.getvalue(), err.getvalue())


def pdp_apart(*arguments: str, text: str | None = None) -> Told:
    """Call it in a process of its own."""
    argv = [sys.executable, "-m", "deploy.cli.main", *arguments]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return Told(done.returncode, done.stdout, done.stderr)
