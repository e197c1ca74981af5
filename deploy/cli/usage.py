"""Typer in the language of the reader: help, usage and what is wrong with a command line.

Typer words these in English and mostly without gettext, so that its texts are told by their form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from deploy.cli.texts import language, say

FAULTS = {
    re.compile(pattern, re.DOTALL): code
    for pattern, code in {
        r"Missing command\.": "usage.missing_command",
        r"No such command '(?P<name>.*?)'\. Did you mean (?P<near>.*)\?": "usage.no_command_near",
        r"No such command '(?P<name>.*?)'\.": "usage.no_command",
        r"No such option: (?P<name>\S+) \(Possible options: (?P<near>.*)\)": "usage.no_option_near",
        r"No such option: (?P<name>\S+)": "usage.no_option",
        r"Missing argument '(?P<name>.*?)'\.(?: Choose from:\s*(?P<near>.+))": "usage.missing_argument_of",
        r"Missing argument '(?P<name>.*?)'\.": "usage.missing_argument",
        r"Missing option '(?P<name>.*?)'\.(?: Choose from:\s*(?P<near>.+))": "usage.missing_option_of",
        r"Missing option '(?P<name>.*?)'\.": "usage.missing_option",
        r"Got unexpected extra argument\(s\) \((?P<given>.*)\)": "usage.too_much",
        r"Option '(?P<name>.*?)' requires an argument\.?": "usage.option_value",
        r"Option '(?P<name>.*?)' does not take a value\.": "usage.option_no_value",
        r"Invalid value for (?P<name>.*?) \(env var: '(?P<variable>.*?)'\): (?P<detail>.*)": "usage.invalid_variable",
        r"Invalid value for (?P<name>.*?): (?P<detail>.*)": "usage.invalid",
        r"(?:Value error, )?(?P<given>'.*?') is not one of (?P<near>.*)\.": "usage.not_one_of",
        r"Input should be a valid integer.*": "usage.not_integer",
        r"Input should be greater than or equal to (?P<least>.*)": "usage.too_small",
        r"Input should be less than or equal to (?P<most>.*)": "usage.too_great",
        r"Input should be a valid UUID.*": "usage.not_uuid",
        r".*does not match the formats? (?P<formats>.*?)\.?": "usage.not_moment",
    }.items()
}
"""What Typer says, and the message for it."""

PLACES = {
    "<str>": "usage.text",
    "<list[str]>": "usage.text",
    "<int>": "usage.number",
    "<int range>": "usage.number",
    "<UUID>": "usage.uuid",
    "<file>": "usage.file",
    "<path>": "usage.file",
}
EXTRAS = {r"\bdefault: ": "usage.default", r"\benv var: ": "usage.env", r"\brequired\]": "usage.required"}


def fault(message: str) -> str:
    """What is wrong with the command line, in the reader's language."""
    if language() == "en":
        return message
    for pattern, code in FAULTS.items():
        if found := pattern.fullmatch(message):
            values = {
                name: fault(" ".join(value.split())) for name, value in found.groupdict().items() if value is not None
            }
            return say(code, **values)
    return message


class _Worded:
    """The parts of a help page that Typer has no setting for."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (Typer has no public name for it)
        pieces: Iterable[str] = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]  # of the command
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{say('usage.usage')} ")

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (as above)
        for kind in ("argument", "option"):
            params = [param for param in self.get_params(ctx) if param.param_type_name == kind]  # type: ignore[attr-defined]  # of Typer
            records = [_worded(record) for param in params if (record := param.get_help_record(ctx))]
            if records:
                with formatter.section(say(f"usage.{kind}s")):
                    formatter.write_dl(records)

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401  (as above)
        option: TyperOption | None = super().get_help_option(ctx)  # type: ignore[misc]  # a class without types
        if option is not None:
            option.help = say("usage.help")
        return option


class Command(_Worded, TyperCommand):
    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (as above)
        super().__init__(*args, **{**options, "options_metavar": say("usage.options_place")})


class Group(_Worded, TyperGroup):
    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (as above)
        places = {"options_metavar": say("usage.options_place"), "subcommand_metavar": say("usage.command_place")}
        super().__init__(*args, **{**options, **places})

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (as above)
        super().format_options(ctx, formatter)
        records = [(name, command.get_short_help_str(formatter.width)) for name, command in self.commands.items()]
        with formatter.section(say("usage.commands")):
            formatter.write_dl(records)


class App(typer.Typer):
    """A group of commands."""

    def __init__(self, help_: str) -> None:
        super().__init__(
            cls=Group, help=help_, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
        )

    def command(  # type: ignore[override]  # takes what commands here need, and no more
        self,
        name: str | None = None,
        *,
        help: str | None = None,  # noqa: A002  (Typer's word)
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return super().command(name, cls=Command, help=help)


def _worded(record: tuple[str, str]) -> tuple[str, str]:
    """One line of a help page: what to type, and what it does."""
    typed, about = record
    for place, code in PLACES.items():
        typed = typed.replace(place, f"<{say(code)}>")
    head, bracket, extra = about.rpartition("  [")
    for pattern, code in EXTRAS.items():
        extra = re.sub(pattern, say(code), extra)
    return typed, f"{head}{bracket}{extra}"
