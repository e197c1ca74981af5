"""`pdp import`: files of rows go to the service whose they are; the rows that it refuses are shown."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.api import request
from deploy.cli.console import AsJson, Refusal, err, out, show_json, step, table
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.target.client import WORK_TIMEOUT

app = App(say("help.import"))

File = Annotated[Path, typer.Argument(metavar="FILE", help=say("help.import.file"))]
COUNTS = ("joined", "published", "changed", "unchanged", "registered", "held", "firms", "left_out")
"""What an import's answer counts, in the order in which it is shown."""


@app.command(help=say("help.import.anchors"))
def anchors(file: File, as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    _import("registration", "/anchors/imports", file, as_json=as_json)


@app.command(help=say("help.import.suppliers"))
def suppliers(file: File, as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    _import("registration", "/suppliers/imports", file, as_json=as_json)


@app.command(help=say("help.import.requirements"))
def requirements(file: File, as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    _import("matching", "/requirements/imports", file, as_json=as_json)


@app.command(help=say("help.import.screening"))
def screening(
    file: File,
    list_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=say("help.list_date"))] = None,
    confirmed_firms: Annotated[int | None, typer.Option(min=0, help=say("help.confirmed_firms"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    given = {"list_date": list_date.date().isoformat()} if list_date else {}
    if confirmed_firms is not None:
        given["confirmed_firms"] = str(confirmed_firms)
    _import("registration", "/screening/lists", file, as_json=as_json, **given)


def _import(service: str, path: str, file: Path, *, as_json: bool, **fields: str) -> None:
    client = installation()
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise Refusal(say("error.no_file", file=file), 2) from error
    except OSError as error:
        raise Refusal(say("error.file", file=file, detail=error.strerror), 2) from error
    with step(say("import.sending", file=file)):
        files = {"file": (file.name, content)}
        answer = request(client, service, "POST", path, WORK_TIMEOUT, files=files, data=fields)
    if as_json:
        show_json(answer)
    else:
        _show(answer)
    if refused := answer.get("refused"):
        err().print(say("import.refused", count=len(refused)))
        raise typer.Exit(1)


def _show(answer: dict[str, Any]) -> None:
    if "list_date" in answer:
        out().print(f"{say('import.list_date')}: {answer['list_date']}")
    for name in COUNTS:
        if name in answer:
            out().print(f"{say(f'import.{name}')}: {answer[name]:,}")
    if refused := answer.get("refused"):
        rows = [[str(fault[name]) for name in ("line", "column", "reason", "detail")] for fault in refused]
        out().print(table("head.line", "head.column", "head.reason", "head.detail", rows=rows))
