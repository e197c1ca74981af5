"""`pdp export`: what a service has, as a file that `pdp import` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.api import download
from deploy.cli.console import Refusal, err, step
from deploy.cli.installation import installation
from deploy.cli.new_file import new_file
from deploy.cli.texts import say
from deploy.cli.usage import App
from shared.files.template import MEDIA_TYPES

app = App(say("help.export"))


@app.command(help=say("help.export.suppliers"))
def suppliers(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("help.export.file"))] = Path("suppliers.xlsx"),
) -> None:
    suffix = file.suffix.lower().removeprefix(".")
    if suffix not in MEDIA_TYPES:
        raise Refusal(say("error.template_suffix", file=file), 2)
    client = installation()
    with step(say("export.reading")), new_file(file) as there:
        download(client, "registration", f"/suppliers/export?format={suffix}", there)
    err().print(say("export.written", file=file), markup=False)
