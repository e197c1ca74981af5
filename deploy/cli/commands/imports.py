"""`pdp import`: files of rows go to the service whose they are; the rows that it refuses are shown."""

from __future__ import annotations

import time
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
OUTCOMES = ("joined", "published", "changed", "unchanged", "registered", "held", "listed", "left_out")
"""What may become of a row that is accepted, in the order in which it is shown."""
FIRST_WAIT_S, BETWEEN_S = 2, 1.0
"""What a small file takes; then between two looks at a large one."""


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
    _import("registration", "/screening/lists/imports", file, as_json=as_json, **given)


def _import(service: str, path: str, file: Path, *, as_json: bool, **fields: str) -> None:
    client = installation()
    try:
        with file.open("rb") as content, step(say("import.sending", file=file)) as shown:
            files = {"file": (file.name, content)}
            asked = {"Prefer": f"wait={FIRST_WAIT_S}"}
            answer = request(client, service, "POST", path, WORK_TIMEOUT, files=files, data=fields, headers=asked)
            while answer["ended_at"] is None:
                shown.update(_progress(answer))
                time.sleep(BETWEEN_S)
                answer = request(client, service, "GET", f"{path}/{answer['id']}")
    except FileNotFoundError as error:
        raise Refusal(say("error.no_file", file=file), 2) from error
    except OSError as error:
        raise Refusal(say("error.file", file=file, detail=error.strerror), 2) from error
    if as_json:
        show_json(answer)
    else:
        _show(answer)
    if answer["state"] != "done":
        raise Refusal(answer["detail"])
    if refused := answer["refused"]:
        err().print(say("import.refused", count=refused))
        raise typer.Exit(1)


def _progress(answer: dict[str, Any]) -> str:
    if answer["rows"] is None:
        return say("import.reading")
    return say("import.deciding", read=f"{answer['read']:,}", rows=f"{answer['rows']:,}")


def _show(answer: dict[str, Any]) -> None:
    for name in OUTCOMES:
        if name in answer["outcomes"]:
            out().print(f"{say(f'import.{name}')}: {answer['outcomes'][name]:,}")
    if refused := answer["refused_rows"]:
        rows = [[str(fault[name]) for name in ("line", "column", "reason", "detail")] for fault in refused]
        out().print(table("head.line", "head.column", "head.reason", "head.detail", rows=rows))
