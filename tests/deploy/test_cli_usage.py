"""The command line itself: in the reader's language, and helpful when it is mistyped."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest
import typer

from deploy.cli import main as cli
from tests.deploy.program import pdp


@pytest.fixture(autouse=True)
def _spanish(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("PDP_LANG", "es")
    monkeypatch.setenv("PDP_DATA", str(tmp_path))


def pages(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below this one, with the words that call it."""
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from pages(each, (*path, name))


EVERY = dict(pages(typer.main.get_command(cli.build())))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_and_each_of_its_options_says_what_it_is_for(path: tuple[str, ...]) -> None:
    command = EVERY[path]
    assert command.help, path
    assert [param.name for param in command.params if not param.help] == []


ENGLISH = (
    "Usage",
    "Options",
    "Arguments",
    "Commands",
    "OPTIONS",
    "COMMAND ",
    "ARGS",
    "Show ",
    "required",
    "default",
    "<str",
    "<int",
)


HELP = """
import json, sys
from deploy.cli.main import main
for path in json.loads(sys.argv[1]):
    sys.argv = ["pdp", "--lang", "es", *path, "--help"]
    try:
        main()
    except SystemExit as end:
        assert not end.code
    print("\\f")
"""


def test_help_is_whole_in_spanish() -> None:
    """In a process of its own: help is worded when the commands are read."""
    paths = list(EVERY)
    argv = [sys.executable, "-c", HELP, json.dumps(paths)]
    pages = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split("\f\n")[:-1]
    assert len(pages) == len(paths)
    for page in pages:
        assert [word for word in ENGLISH if word in page] == [], page
        assert "Uso: pdp" in page


FAULTS = {
    "tial": "No existe el comando «tial». ¿Quiso decir 'tail'?",
    "xyzzy": "No existe el comando «xyzzy».",
    "--lang es": "Falta el comando.",
    "--lang xx status": "Valor no válido en '--lang': 'xx' no es uno de: 'es', 'en'.",
    "status -x": "No existe la opción -x.",
    "dead-letters list --serbice x": "No existe la opción --serbice. ¿Quiso decir --service?",
    "token": "Falta la opción --role: uno de supplier, anchor, assessor, expert, mentor, operator, partner.",
    "token --role king": "Valor no válido en '--role': 'king' no es uno de: ",
    "token --role supplier --supplier x": "Valor no válido en '--supplier': debe ser un UUID.",
    "tail -n x": "Valor no válido en '--last' / '-n': debe ser un número entero.",
    "tail -n -1": "Valor no válido en '--last' / '-n': debe ser al menos 0.",
    "tail --last": "La opción --last necesita un valor.",
    "tail --follow=1": "La opción --follow no lleva valor.",
    "partner add a --sla-days 999": "Valor no válido en '--sla-days': debe ser a lo más 365.",
    "rotate": "Falta el argumento secrets: uno de services, issuer, sealing.",
    "rewind registration --to x": "Valor no válido en '--to': no tiene la forma '%Y-%m-%dT%H:%M:%S'.",
    "explain rfc": "Falta el argumento FILE|-.",
    "explain rfc a b": "Sobra: b.",
}


@pytest.mark.parametrize("line", FAULTS)
def test_a_mistyped_line_is_told_in_spanish_with_what_would_be_right(line: str) -> None:
    outcome = pdp(*line.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(FAULTS[line]), outcome.err


@pytest.mark.parametrize(
    ("value", "told"),
    [("x", "debe ser un número entero."), ("0", "debe ser al menos 2."), ("1.5", "debe ser un número")],
)
def test_a_fault_of_an_environment_variable_is_told_in_spanish_and_names_it(
    value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_BACKUP_DAYS", value)
    outcome = pdp("backup", "matching", "x.dump")
    said = f"Valor no válido en '--keep-days', que viene de la variable PDP_BACKUP_DAYS: {told}"
    assert (outcome.code, outcome.err.startswith(said)) == (2, True), outcome.err


def test_in_english_too() -> None:
    assert pdp("tial", "--lang", "en").err.startswith("No such command 'tial'. Did you mean 'tail'?")


@pytest.mark.parametrize("line", ["--lang en status", "status --lang en", "status --lang=en", "--lang=en status"])
def test_the_language_may_stand_anywhere(line: str) -> None:
    assert "Nothing runs" in pdp(*line.split()).err


def test_a_language_that_there_is_not_is_refused_in_the_chosen_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    for line in ("--lang fr status", "status --lang=fr"):
        assert pdp(*line.split()).err.startswith("Invalid value for '--lang'")


def test_what_stands_behind_two_dashes_is_no_option() -> None:
    assert cli.hoisted(["explain", "rfc", "--", "--lang"]) == ["explain", "rfc", "--", "--lang"]
    assert cli.hoisted(["tail", "--data", "x", "-n", "1"]) == ["--data", "x", "tail", "-n", "1"]


def test_the_version_is_that_of_the_package() -> None:
    assert pdp("--version").out == f"pdp {metadata.version('supplier-development-program')}\n"
