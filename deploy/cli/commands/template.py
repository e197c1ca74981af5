"""`pdp template`: the file of a kind that `pdp import` takes, to be filled in. Without any server."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.choices import one_of
from deploy.cli.console import Refusal, err
from deploy.cli.new_file import new_file
from deploy.cli.texts import language, say
from shared.files.template import MEDIA_TYPES, made
from shared.i18n import Catalogue, speak


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the columns of a kind of file are, imported when they are asked for."""

    service: str
    module: str


KINDS = {
    "anchors": Kind("services.registration", "services.registration.files.anchors"),
    "suppliers": Kind("services.registration", "services.registration.files.suppliers"),
    "requirements": Kind("services.matching", "services.matching.files.requirements"),
}


def template(
    kind: Annotated[str, typer.Argument(metavar="|".join(KINDS), help=say("help.template.kind"))],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=say("help.template.file"))] = None,
) -> None:
    one_of("KIND", kind, KINDS)
    there = file or Path(f"{kind}.xlsx")
    suffix = there.suffix.lower().removeprefix(".")
    if suffix not in MEDIA_TYPES:
        raise Refusal(say("error.template_suffix", file=there), 2)
    speak(language(), Catalogue(KINDS[kind].service, "shared.files"))
    content = made(importlib.import_module(KINDS[kind].module).TEMPLATE, suffix)
    with new_file(there) as new:
        new.write(content)
    err().print(say("template.written", file=there, kind=kind), markup=False)


COMMANDS = {"template": template}
