"""`pdp explain`: a rule of the trade, step by step, on given values: sentences, or JSON. Without any server, but for a
match of which only the id is given.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from deploy.cli.console import AsJson, Refusal, show_json
from deploy.cli.texts import reason_text, say
from deploy.cli.usage import App
from shared.i18n import NotExplainedError
from shared.runtime.numbers import loads

app = App(say("help.explain"))


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a rule is explained, imported when it is asked for so that the answer comes at once; and what it takes."""

    module: str
    function: str
    takes: str


RULES = {
    "rfc": Rule("services.registration.explain", "explain_rfc", '{"rfc": "SAT970701NN3"}'),
    "size": Rule(
        "services.registration.explain",
        "explain_size",
        '{"sector": "industry", "workers": 50, "annual_sales_mxn": "100000000.00"}',
    ),
    "prospect": Rule(
        "services.registration.explain",
        "explain_prospect",
        '{"scian": "336370", "scian_title": "…", "activity": "Estampado de piezas metálicas", "name": "…"}',
    ),
    "diagnosis": Rule(
        "services.diagnosis.explain", "explain_diagnosis", '{"levels": {"T01": 3, …}, "targets": {…}, "must_have": […]}'
    ),
    "selection": Rule(
        "services.development.explain",
        "explain_selection",
        '{"call": {"capacity": 55, "budget_mxn": "16500000.00", …}, "candidates": [{"id": "…", "areas": […], '
        '"anchors": […], "potential": 7800, "cost_mxn": "250000.00"}, …], "overrides": […]}',
    ),
    "plan": Rule(
        "services.development.explain",
        "explain_plan",
        '{"gaps": [{"question": "T04", "severity": "major"}, …], "finance": {"share": 4800, "tax_level": 3}, '
        '"calendar": {"starts_on": "2027-01-11", "hours_per_week": {"training": 24, …}}} '
        '/ {"firms": [{"id": "…", "gaps": […], "finance": {…}}, …], "calendar": {…}}',
    ),
    "eligibility": Rule(
        "services.financing.explain",
        "explain_eligibility",
        '{"firm": {"stratum": "small", "operating_since": "2015-01-01", …}, "purpose": "certification", '
        '"amount": "300000.00", "term_months": 24, "data_classes": […], "products": {"CODE": {…}}}',
    ),
    "match": Rule("services.matching.explain", "explain_match", '{"offering": {…}, "requirement": {…}}'),
}

File = Annotated[str, typer.Argument(metavar="FILE|-", help=say("help.explain.file"))]


def _command(rule: Rule) -> Callable[[str, bool], None]:
    def explain(file: File, as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
        _show(rule, read_object(file), as_json=as_json)

    return explain


def _show(rule: Rule, payload: dict[str, Any], *, as_json: bool) -> None:
    stage = rule.module.split(".")[1]
    module = importlib.import_module(rule.module)
    try:
        explanation = getattr(module, rule.function)(payload)
    except NotExplainedError as error:
        wrong = (reason_text(stage, each.code, **each.params) for each in error.all)
        raise Refusal("\n".join(wrong), 2) from error
    reasons: dict[str, dict[str, Any]] = explanation.get("reasons", {}) if stage == "development" else {}
    for each in (*explanation["steps"], *reasons.values()):
        each["text"] = reason_text(stage, each["code"], **each["params"])
    if as_json:
        show_json(explanation)
    else:
        typer.echo("\n".join(each["text"] for each in explanation["steps"]))
        for id_, each in reasons.items():
            typer.echo(f"{id_}: {each['text']}")


for _name, _rule in RULES.items():
    if _name != "match":
        app.command(_name, help=_rule.takes)(_command(_rule))


@app.command("match", help=RULES["match"].takes)
def match(
    file: Annotated[str | None, typer.Argument(metavar="FILE|-", help=say("help.explain.file"))] = None,
    id_: Annotated[UUID | None, typer.Option("--id", help=say("help.explain.id"))] = None,
    at: Annotated[str | None, typer.Option("--at", help=say("help.explain.at"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """A match as it was told, by its id, or given values."""
    if (file is None) == (id_ is None) or (at is not None and id_ is None):
        raise Refusal(say("error.explain_what"), 2)
    payload = read_object(file or "-") if id_ is None else _told(id_, at)
    _show(RULES["match"], payload, as_json=as_json)


def _told(id_: UUID, at: str | None) -> dict[str, Any]:
    """What matching judged by."""
    # Whoever has a file waits for nothing that talks.
    from deploy.cli.api import request  # noqa: PLC0415 - as above
    from deploy.cli.choices import since  # noqa: PLC0415 - as above
    from deploy.cli.installation import installation  # noqa: PLC0415 - as above

    params = {"at": since(at).isoformat()} if at else {}
    given: dict[str, Any] = request(installation(), "matching", "GET", f"/matches/{id_}/judged", params=params)
    return given


def read_object(file: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Refusal(say("error.no_file", file=file), 2) from error
    except OSError as error:
        raise Refusal(say("error.file", file=file, detail=error.strerror), 2) from error
    except UnicodeDecodeError as error:
        raise Refusal(say("error.file", file=file, detail="UTF-8"), 2) from error
    try:
        payload = loads(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, and nesting without end
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise Refusal(say("error.json", file=file, line=line), 2) from error
    if not isinstance(payload, dict):
        raise Refusal(say("error.json_object", file=file), 2)
    return payload
