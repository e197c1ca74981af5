"""`pdp call`: calls for a cohort by version, and whether a new one is sound. Without any server."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.commands.explain import File, read_object
from deploy.cli.console import AsJson, Refusal, out, plain, show_faults, show_json, table
from deploy.cli.texts import say
from deploy.cli.usage import App

app = App(say("help.call"))


def _catalogue() -> Any:  # noqa: ANN401 - a stage's module, imported when it is asked for
    return importlib.import_module("services.development.catalogue")


@app.command("list", help=say("help.call.list"))
def list_(*, as_json: AsJson = False) -> None:
    known = _catalogue().calls()
    rows = [
        {"version": version, "current": version == known.current.version, "capacity": each.limits.capacity}
        for version, each in known.versions.items()
    ]
    if as_json:
        show_json(rows)
        return
    marked = [(row["version"], say("value.yes") if row["current"] else "", row["capacity"]) for row in rows]
    out().print(table("instrument.head.version", "instrument.head.current", "call.head.capacity", rows=marked))


@app.command("show", help=say("help.call.show"))
def show(
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help=say("help.instrument.version"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    known = _catalogue().calls()
    found = known.current if version is None else known.versions.get(version)
    if found is None:
        raise Refusal(say("error.call_unknown", version=version, known=", ".join(known.versions)), 2)
    if as_json:
        show_json(asdict(found))
        return
    out().print(f"{found.version}: {found.source}", markup=False)
    out().print(table("call.head.rule", "call.head.value", rows=_rules(asdict(found))))


@app.command("check", help=say("help.call.check"))
def check(file: File, *, as_json: AsJson = False) -> None:
    given = read_object(file)
    wrong = _catalogue().check_call(given)
    if not show_faults("development", wrong, as_json=as_json):
        raise Refusal(say("error.call", file=file, count=len(wrong)), 2)
    if not as_json:
        out().print(say("call.sound", version=given["version"]), markup=False)


def _rules(found: dict[str, Any], within: str = "") -> list[tuple[str, str]]:
    """Each value by where it stands, as `limits.capacity`."""
    rows: list[tuple[str, str]] = []
    for name, value in found.items():
        if isinstance(value, dict) and value:
            rows += _rules(value, f"{within}{name}.")
        elif name not in ("version", "source"):
            rows.append((f"{within}{name}", plain(value)))
    return rows
