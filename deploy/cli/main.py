"""`pdp`: the platform on this machine, from a terminal."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from importlib import metadata
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperOption

from deploy.cli import wording
from deploy.cli.console import Refusal, err
from deploy.cli.texts import LANG, say
from deploy.cli.usage import App, fault
from deploy.engines.errors import DeployError
from deploy.local.state import DATA
from deploy.target import TARGET
from shared.i18n import LANGUAGES

COMMANDS = {
    "up": "up",
    "down": "up",
    "status": "status",
    "demo": "demo",
    "tail": "watch",
    "case": "case",
    "audit": "audit",
    "topics": "watch",
    "lag": "watch",
    "outbox": "outbox",
    "dead-letters": "dead_letters",
    "gaps": "gaps",
    "resend": "resend",
    "skip": "skip",
    "assignments": "assignments",
    "partner": "partner",
    "import": "imports",
    "template": "template",
    "export": "export",
    "token": "token",
    "sign-in": "token",
    "logs": "processes",
    "restart": "processes",
    "explain": "explain",
    "instrument": "instruments",
    "product": "products",
    "call": "calls",
    "backup": "backup",
    "restore": "backup",
    "rewind": "backup",
    "rotate": "rotate",
}
"""Every command, and the module under `commands` that has it."""

ANYWHERE = ("--lang", "--data", "--target")
"""Options of `pdp` itself that may stand after a command too. Each takes a value."""

COMPLETION = {"install_completion": "help.completion.install", "show_completion": "help.completion.show"}
"""Typer's own options, whose help has no setting."""


def build(wanted: str | None = None) -> App:
    """The program with one command, or with all.

    With one, because what `tail` imports takes longer than all of what `explain` does.
    """
    app = App(say("help"))
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
    arguments = hoisted(sys.argv[1:])
    _choose_language(arguments)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it cannot do comes out as the one sentence
    try:
        ended = _command(arguments).main(arguments, prog_name="pdp", standalone_mode=False)
    except Refusal as refusal:
        _end(str(refusal), refusal.code)
    except DeployError as error:
        _end(wording.error(error))
    except typer.TyperException as error:
        _end(_usage(error), error.exit_code)
    except typer.Abort:
        _end(say("usage.aborted"))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("PDP_DEBUG"):
            raise
        _end(say("error.unexpected", detail=f"{type(error).__name__}: {error}"))
    if ended:
        sys.exit(ended)


def hoisted(arguments: list[str]) -> list[str]:
    """The same line with the options that may stand anywhere in front, where they are read."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word in ANYWHERE:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            (first if word.startswith(tuple(f"{name}=" for name in ANYWHERE)) else rest).append(word)
    return [*first, *rest, *arguments[end:]]


def _command(arguments: list[str]) -> Any:  # noqa: ANN401  (Typer has no public name for it)
    command = typer.main.get_command(build(_wanted(arguments)))
    for param in command.params:
        if isinstance(param, TyperOption) and param.name in COMPLETION:
            param.help = say(COMPLETION[param.name])
    return command


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the line, and where help is."""
    context = getattr(error, "ctx", None)
    sentence = fault(error.format_message())
    if context is None or "\n" in sentence:  # a whole page of help says it all
        return sentence
    return f"{sentence}\n{say('usage.hint', command=context.command_path)}"


def _end(sentence: str, code: int = 1) -> NoReturn:
    err().print(sentence, markup=False)
    sys.exit(code)


def _version(wanted: bool) -> None:  # noqa: FBT001  (as Typer calls it)
    if wanted:
        typer.echo(f"pdp {metadata.version('supplier-development-program')}")
        raise typer.Exit


def _options(
    lang: Annotated[Literal["es", "en"] | None, typer.Option(help=say("help.lang"))] = None,
    data: Annotated[str | None, typer.Option(help=say("help.data"), metavar="PATH")] = None,
    target: Annotated[str | None, typer.Option(help=say("help.target"), metavar="FILE")] = None,
    *,
    version: Annotated[  # noqa: ARG001  (read by its callback)
        bool, typer.Option("--version", help=say("help.version"), is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Left to the environment, where what is started later finds them too."""
    if lang:
        os.environ[LANG] = lang
    if data:
        os.environ[DATA] = data
    if target:
        os.environ[TARGET] = target


def _wanted(arguments: list[str]) -> str | None:
    """The command that is called, if it is one."""
    words = iter(arguments)
    for word in words:
        if word in ANYWHERE:
            next(words, None)
        elif not word.startswith("-"):
            return word if word in COMMANDS else None
    return None


def _choose_language(arguments: list[str]) -> None:
    """Before the commands are read: their help is in the language too. Another is refused later."""
    for at, argument in enumerate(arguments):
        name, _, given = argument.partition("=")
        chosen = given or "".join(arguments[at + 1 : at + 2])
        if name == "--lang" and chosen in LANGUAGES:
            os.environ[LANG] = chosen


if __name__ == "__main__":
    main()
