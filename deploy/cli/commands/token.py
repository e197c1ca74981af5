"""`pdp token` and `pdp sign-in`: a person's bearer token, or their way into the portal, alone on its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.api import Away, NotReady, NotThere, request
from deploy.cli.console import Refusal
from deploy.cli.installation import local_installation, named, running_folder
from deploy.cli.texts import say
from deploy.local.client import LocalClient, target_of
from deploy.local.state import data_folder
from deploy.provision.partner_access import codes_in_use
from deploy.target.client import Client
from deploy.target.person import Person, RoleName
from services.registration.domain.anchor import anchor_id

Role = Annotated[RoleName, typer.Option(help=say("help.role"))]
Supplier = Annotated[UUID | None, typer.Option(help=say("help.supplier"))]
Anchor = Annotated[str | None, typer.Option(help=say("help.anchor"), metavar="ID")]
Partner = Annotated[str | None, typer.Option(help=say("help.of_partner"), metavar="CODE")]
Subject = Annotated[str | None, typer.Option(help=say("help.subject"))]


def token(
    role: Role, supplier: Supplier = None, anchor: Anchor = None, partner: Partner = None, subject: Subject = None
) -> None:
    _bound(role, supplier, anchor, partner)
    client = Client(named() or target_of(running_folder(data_folder()), {}))
    try:
        typer.echo(client.token(role, subject=subject, supplier=supplier, anchor=_anchor(anchor), partner=partner))
    except FileNotFoundError as error:
        raise Refusal(say("error.no_key")) from error


def sign_in(
    role: Role, supplier: Supplier = None, anchor: Anchor = None, partner: Partner = None, subject: Subject = None
) -> None:
    _bound(role, supplier, anchor, partner)
    client = local_installation()
    if client.portal is None:
        raise Refusal(say("error.no_portal", data=client.data))
    if role == "partner" and partner not in codes_in_use(client.admin()):
        raise Refusal(say("error.partner_unknown", code=partner), 2)
    _known(client, role, supplier, _anchor(anchor))
    person = Person.of(role, subject, supplier=supplier, anchor=_anchor(anchor), partner=partner)
    typer.echo(client.sign_in_link(person))


def _bound(role: RoleName, supplier: UUID | None, anchor: str | None, partner: str | None) -> None:
    """Raises ``Refusal`` where it is not said for whom somebody acts."""
    needed = {"supplier": supplier, "anchor": anchor, "partner": partner}
    if role in needed and needed[role] is None:
        raise Refusal(say("error.role_needs", role=role, value="CODE" if role == "partner" else "ID"), 2)


def _known(client: LocalClient, role: RoleName, supplier: UUID | None, anchor: UUID | None) -> None:
    """Raises ``Refusal`` where there is no such firm or anchor: the pages behind the link would show nothing."""
    if "registration" not in client.services or role not in ("supplier", "anchor"):
        return
    try:
        if role == "supplier":
            request(client, "registration", "GET", f"/suppliers/{supplier}")
        else:
            request(client, "registration", "GET", f"/anchors/{anchor}")
    except NotThere as error:
        unknown = "error.firm_unknown" if role == "supplier" else "error.anchor_unknown"
        raise Refusal(say(unknown, id=supplier if role == "supplier" else anchor), 2) from error
    except (Away, NotReady):  # Whoever it is, the link works once registration does.
        return


def _anchor(given: str | None) -> UUID | None:
    """An anchor's id, or the one that follows from its code."""
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        return anchor_id(given)


COMMANDS: dict[str, Callable[..., None]] = {"token": token, "sign-in": sign_in}
