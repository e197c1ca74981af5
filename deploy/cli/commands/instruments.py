"""`pdp instrument`: questionnaires of the diagnosis by version, and whether a new one is sound. Without any server."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.commands.explain import File, read_object
from deploy.cli.console import AsJson, Refusal, out, plain, show_faults, show_json, table
from deploy.cli.texts import say
from deploy.cli.usage import App

app = App(say("help.instrument"))


def _catalogue() -> Any:  # noqa: ANN401 - a stage's module, imported when it is asked for
    return importlib.import_module("services.diagnosis.catalogue")


@app.command("list", help=say("help.instrument.list"))
def list_(*, as_json: AsJson = False) -> None:
    known = _catalogue().instruments()
    rows = [
        {"version": version, "current": version == known.current.version, "questions": len(each.questions)}
        for version, each in known.versions.items()
    ]
    if as_json:
        show_json(rows)
        return
    heads = ("instrument.head.version", "instrument.head.current", "instrument.head.questions")
    marked = [(row["version"], say("value.yes") if row["current"] else "", row["questions"]) for row in rows]
    out().print(table(*heads, rows=marked))


@app.command("show", help=say("help.instrument.show"))
def show(
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help=say("help.instrument.version"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    known = _catalogue().instruments()
    found = known.current if version is None else known.versions.get(version)
    if found is None:
        raise Refusal(say("error.instrument_unknown", version=version, known=", ".join(known.versions)), 2)
    if as_json:
        show_json(asdict(found))
        return
    rules = asdict(found.rules)
    out().print(f"{found.version}: {found.source}", markup=False)
    out().print(table("instrument.head.dimension", "instrument.head.weight", rows=_dimensions(found)))
    out().print("\n".join(f"{name}: {plain(value)}" for name, value in rules.items()), markup=False)
    heads = ("question", "weight", "critical", "legal", "text", "modules")
    out().print(table(*(f"instrument.head.{head}" for head in heads), rows=_questions(found)))


@app.command("check", help=say("help.instrument.check"))
def check(file: File, *, as_json: AsJson = False) -> None:
    given, stage = read_object(file), _catalogue()
    modules = importlib.import_module("services.development.catalogue").modules()
    wrong = stage.check(given, {module.code for module in modules.modules})
    if not show_faults("diagnosis", wrong, as_json=as_json):
        raise Refusal(say("error.instrument", file=file, count=len(wrong)), 2)
    if not as_json:
        critical = sum(each["critical"] for each in given["questions"])
        count = len(given["questions"])
        out().print(say("instrument.sound", version=given["version"], questions=count, critical=critical), markup=False)


def _dimensions(found: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - a stage's value
    return [(f"{each.code} {each.name}", each.weight) for each in found.dimensions.values()]


def _questions(found: Any) -> list[tuple[object, ...]]:  # noqa: ANN401 - a stage's value
    yes = say("value.yes")
    return [
        (
            each.code,
            each.weight,
            yes if each.critical else "",
            yes if each.legal else "",
            each.text,
            ", ".join(each.modules),
        )
        for each in found.questions.values()
    ]
