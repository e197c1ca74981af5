"""`pdp product`: what the financing partners offer, as operators' data: editions with days, no release."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from deploy.cli.api import items, request
from deploy.cli.commands.explain import File, read_object
from deploy.cli.console import AsJson, Refusal, err, out, show_json, table
from deploy.cli.installation import installation
from deploy.cli.texts import reason_text, say
from deploy.cli.usage import App
from shared.i18n.fields import fault

app = App(say("help.product"))

Product = Annotated[str, typer.Argument(metavar="PRODUCT", help=say("help.product.code"))]
HEADS = ("code", "edition", "partner", "purposes", "until")


@app.command("list", help=say("help.product.list"))
def list_(*, as_json: AsJson = False) -> None:
    found = list(items(installation(), "financing", "/products"))
    if as_json:
        show_json(found)
        return
    rows = [
        (each["code"], each["edition"], each["partner"], ", ".join(each["purposes"]), each["valid_until"] or "–")
        for each in found
    ]
    out().print(table(*(f"product.head.{head}" for head in HEADS), rows=rows))


@app.command("show", help=say("help.product.show"))
def show(code: Product, *, as_json: AsJson = False) -> None:
    found = request(installation(), "financing", "GET", f"/products/{code}")
    if as_json:
        show_json(found)
        return
    for each in found["editions"]:
        mark = say("product.in_force") if each["edition"] == found["in_force"] else ""
        out().print(f"{code} {each['edition']} {mark}", markup=False)
        for name, value in each.items():
            if name not in ("code", "edition") and value not in (None, [], ""):
                out().print(f"  {name}: {_plain(value)}", markup=False)


@app.command("check", help=say("help.product.check"))
def check(file: File, *, as_json: AsJson = False) -> None:
    """By the very rules by which it would be taken, all that is wrong at once."""
    wrong = _faults(read_object(file))
    if as_json:
        show_json({"sound": not wrong, "faults": wrong})
    for each in wrong if not as_json else ():
        err().print(f"{each['field']}: {each['text']}", markup=False)
    if wrong:
        raise Refusal(say("error.product", file=file, count=len(wrong)), 2)
    if not as_json:
        out().print(say("product.sound", file=file))


@app.command("put", help=say("help.product.put"))
def put(code: Product, file: File, *, as_json: AsJson = False) -> None:
    body = read_object(file)
    found = request(installation(), "financing", "PUT", f"/products/{code}", json=body, headers={"If-Match": "*"})
    if as_json:
        show_json(found)
        return
    out().print(say("product.put", code=code, edition=found["editions"][-1]["edition"], force=found["in_force"] or "–"))


def _faults(given: dict[str, Any]) -> list[dict[str, str]]:
    body = importlib.import_module("services.financing.views.products").ProductBody
    try:
        body.model_validate_json(importlib.import_module("json").dumps(given))
    except ValidationError as error:
        return [
            {"field": ".".join(map(str, each["loc"])), "text": _worded(fault(each))}
            for each in error.errors(include_url=False, include_input=False)
        ]
    return []


def _worded(found: dict[str, Any]) -> str:
    return reason_text("financing", found["code"], **found["params"])


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_plain(each)}" for name, each in value.items())
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)
