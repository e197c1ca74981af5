"""`pdp assignments`: who assesses, validates and mentors a firm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from deploy.cli.api import NotThere, Round, items, request, versioned
from deploy.cli.console import AsJson, Refusal, out, print_fitting, show_json
from deploy.cli.finding import asked, is_uuid, supplier_of
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.target.client import Client

app = App(say("help.assignments"))

ROLES: Mapping[str, tuple[str, str]] = {
    "assessor": ("diagnosis", "/diagnoses"),
    "validator": ("diagnosis", "/diagnoses"),
    "mentor": ("development", "/plans"),
}
"""Whom an operator assigns, and where: the service, and its list of firms."""
PLACES = dict(ROLES.values())
"""The same, each service once."""
COLUMNS = {"supplier_id": "head.supplier", **{role: f"head.{role}" for role in ROLES}}

Wanted = Annotated[
    str, typer.Argument(metavar="SUPPLIER|FOLIO|RFC|-", help=say("help.assignments.wanted"), callback=asked)
]


@app.command("list", help=say("help.assignments.list"))
def list_(
    wanted: Annotated[
        str | None, typer.Argument(metavar="[SUPPLIER|FOLIO|RFC|-]", help=say("help.assignments.of"), callback=asked)
    ] = None,
    *,
    person: Annotated[
        str | None, typer.Option("--person", metavar="SUBJECT", help=say("help.assignments.person"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    client, asking = installation(), Round()
    firm = None if wanted is None else _firm(client, wanted)
    answers = asking.ask(PLACES, lambda service: [*_of_service(client, service, firm)])
    firms: dict[str, dict[str, Any]] = {}
    for assignment in (each for _, told in answers for each in told):
        firms.setdefault(assignment["supplier_id"], dict.fromkeys(COLUMNS)).update(assignment)
    found = [firms[id_] for id_ in sorted(firms) if person is None or person in firms[id_].values()]
    if as_json:
        show_json(found)
    elif found:
        print_fitting(*COLUMNS.values(), rows=[[firm[column] or "-" for column in COLUMNS] for firm in found])
    elif not asking.incomplete:
        out().print(say("assignments.none"))
    asking.end()


@app.command(help=say("help.assignments.assign"))
def assign(
    wanted: Wanted,
    assessor: Annotated[str | None, typer.Option("--assessor", metavar="SUBJECT", help=say("help.assessor"))] = None,
    validator: Annotated[str | None, typer.Option("--validator", metavar="SUBJECT", help=say("help.validator"))] = None,
    mentor: Annotated[str | None, typer.Option("--mentor", metavar="SUBJECT", help=say("help.mentor"))] = None,
) -> None:
    given = {"assessor": assessor, "validator": validator, "mentor": mentor}
    _change(wanted, {role: subject for role, subject in given.items() if subject is not None})


@app.command(help=say("help.assignments.end"))
def end(
    wanted: Wanted,
    *,
    assessor: Annotated[bool, typer.Option("--assessor", help=say("help.assessor.end"))] = False,
    validator: Annotated[bool, typer.Option("--validator", help=say("help.validator.end"))] = False,
    mentor: Annotated[bool, typer.Option("--mentor", help=say("help.mentor.end"))] = False,
) -> None:
    given = {"assessor": assessor, "validator": validator, "mentor": mentor}
    _change(wanted, {role: None for role, ends in given.items() if ends})


def _change(wanted: str, given: Mapping[str, str | None]) -> None:
    """Each service's assignment as it was read, with what is given; whoever changed it meanwhile is not undone."""
    if not given:
        raise Refusal(say("assignments.whom"), 2)
    client = installation()
    firm = _firm(client, wanted)
    for service, path in PLACES.items():
        changes = {role: subject for role, subject in given.items() if ROLES[role][0] == service}
        if not changes:
            continue
        place = f"{path}/{firm}/assignment"
        before, version = versioned(client, service, place)
        body = {role: before[role] for role in ROLES if role in before} | changes
        request(client, service, "PUT", place, json=body, headers={"If-Match": version})
        for role, subject in changes.items():
            code = "assignments.ended" if subject is None else "assignments.assigned"
            out().print(say(code, role=say(f"head.{role}"), subject=subject, firm=firm), markup=False)


def _firm(client: Client, wanted: str) -> str:
    """An id is taken as it is: the services know whether there is such a firm."""
    given = wanted.strip()
    return given.lower() if is_uuid(given) else supplier_of(client, given)


def _of_service(client: Client, service: str, firm: str | None) -> Iterator[dict[str, Any]]:
    """What a service has on one firm, or on each that it has; nothing on a firm that is not there yet."""
    path = PLACES[service]
    if firm is not None:
        yield _assignment(client, service, path, firm)
        return
    for row in items(client, service, f"{path}/assignments"):
        yield {name: row[name] for name in COLUMNS.keys() & row.keys()}


def _assignment(client: Client, service: str, path: str, firm: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = request(client, service, "GET", f"{path}/{firm}/assignment")
    except NotThere:
        return {"supplier_id": firm}
    return found
