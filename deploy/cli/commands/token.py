"""`pdp token`: a bearer token of this machine's issuer, alone on its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.console import Refusal
from deploy.cli.installation import named, running_folder
from deploy.cli.texts import say
from deploy.local.client import target_of
from deploy.local.state import data_folder
from deploy.target.client import Client, RoleName
from services.registration.domain.anchor import anchor_id


def token(
    role: Annotated[RoleName, typer.Option(help=say("help.role"))],
    supplier: Annotated[UUID | None, typer.Option(help=say("help.supplier"))] = None,
    anchor: Annotated[str | None, typer.Option(help=say("help.anchor"), metavar="ID")] = None,
    subject: Annotated[str | None, typer.Option(help=say("help.subject"))] = None,
) -> None:
    if (role == "supplier" and supplier is None) or (role == "anchor" and anchor is None):
        raise Refusal(say("error.role_needs", role=role), 2)
    client = Client(named() or target_of(running_folder(data_folder()), {}))
    try:
        typer.echo(client.token(role, subject=subject, supplier=supplier, anchor=_anchor(anchor)))
    except FileNotFoundError as error:
        raise Refusal(say("error.no_key")) from error


def _anchor(given: str | None) -> UUID | None:
    """An anchor's id, or the one that follows from its code."""
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        return anchor_id(given)


COMMANDS: dict[str, Callable[..., None]] = {"token": token}
