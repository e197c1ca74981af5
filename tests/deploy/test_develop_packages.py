"""What is said of the pinned packages' weaknesses, from what pip-audit answers."""

from pathlib import Path

import pytest

from deploy.develop import packages

WEAK = '{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}'
SOUND = '{"name": "b", "version": "2", "vulns": []}'
UNKNOWN = '{"name": "c", "skip_reason": "Dependency not found on PyPI"}'


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (f"{WEAK}, {SOUND}", 1, "a 1: PYSEC-1, mended in 1.1\n2 of 2 pinned packages were checked.\n"),
        (f"{SOUND}, {UNKNOWN}", 0, "1 of 2 pinned packages were checked.\n"),
        (UNKNOWN, 0, f"{packages.HINT}\n"),
        (None, 0, f"no connection\n{packages.HINT}\n"),
    ],
)
def test_what_is_said(
    answer: str | None, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "pip-audit"
    text = "echo no connection >&2" if answer is None else f"echo '{{\"dependencies\": [{answer}]}}'"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    assert packages.main(str(program)) == code
    assert capsys.readouterr().out == said
