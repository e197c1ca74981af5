"""`pdp`: the platform on this machine, from a terminal."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Literal, NoReturn

import typer

from deploy.cli.console import Refusal, err
from deploy.cli.texts import LANG, say
from deploy.engines.errors import LocalError
from deploy.local.state import DATA

COMMANDS = {
    "up": "up",
    "down": "up",
    "status": "status",
    "demo": "demo",
    "tail": "watch",
    "topics": "watch",
    "lag": "watch",
    "dead-letters": "dead_letters",
    "partner": "partner",
    "import": "imports",
    "token": "token",
    "explain": "explain",
    "backup": "backup",
    "restore": "backup",
    "rewind": "backup",
    "rotate": "rotate",
}
"""Every command, and the module under `commands` that has it."""

TAKE_A_VALUE = {"--lang", "--data"}


def build(wanted: str | None = None) -> typer.Typer:
    """The program with one command, or with all.

    With one, because what `tail` imports takes longer than all of what `explain` does.
    """
    app = typer.Typer(help=say("help"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_options)
    for name in [wanted] if wanted else COMMANDS:
        module = importlib.import_module(f"deploy.cli.commands.{COMMANDS[name]}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name, help=say(f"help.{name}"))(module.COMMANDS[name])
    return app


def main() -> None:
    """Run one command. Whatever goes wrong ends as one sentence on standard error: 2 for bad input, else 1."""
    arguments = sys.argv[1:]
    _choose_language(arguments)
    try:
        build(_wanted(arguments))()
    except Refusal as refusal:
        _end(str(refusal), refusal.code)
    except LocalError as error:
        _end(error.sentence)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("PDP_DEBUG"):
            raise
        _end(say("error.unexpected", detail=f"{type(error).__name__}: {error}"))


def _end(sentence: str, code: int = 1) -> NoReturn:
    err().print(sentence, markup=False)
    sys.exit(code)


def _options(
    lang: Annotated[Literal["es", "en"] | None, typer.Option(help=say("help.lang"))] = None,
    data: Annotated[str | None, typer.Option(help=say("help.data"), metavar="PATH")] = None,
) -> None:
    """Left to the environment, where what is started later finds them too."""
    if lang:
        os.environ[LANG] = lang
    if data:
        os.environ[DATA] = data


def _wanted(arguments: list[str]) -> str | None:
    """The command that is called, if it is one."""
    words = iter(arguments)
    for word in words:
        if word in TAKE_A_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word if word in COMMANDS else None
    return None


def _choose_language(arguments: list[str]) -> None:
    """Before the commands are read: their help is in the language too."""
    for at, argument in enumerate(arguments):
        if argument == "--lang" and at + 1 < len(arguments):
            os.environ[LANG] = arguments[at + 1]
        elif argument.startswith("--lang="):
            os.environ[LANG] = argument.removeprefix("--lang=")


if __name__ == "__main__":
    main()
