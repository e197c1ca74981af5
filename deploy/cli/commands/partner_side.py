"""What the commands that play a partner's part have in common."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.cli.client import Client
from deploy.cli.console import Refusal
from deploy.cli.texts import say
from deploy.local.state import data_folder
from deploy.provision.partner_client import PartnerClient

Code = Annotated[str, typer.Argument(metavar="CODE", help=say("help.partner.code"))]
Secret = Annotated[str | None, typer.Option(envvar="PDP_PARTNER_SECRET", help=say("help.secret"))]


def side_of(code: str, secret: str | None) -> PartnerClient:
    """The partner's own client, with the secret given or the one that is stored here."""
    client = Client.of_running(data_folder())
    partner = client.partners.of(code)
    if partner is None:
        raise Refusal(say("error.partner_unknown", code=code), 2)
    password = secret or partner.secret
    if password is None:
        raise Refusal(say("error.secret", code=code), 2)
    return PartnerClient(code, client.connection((partner.principal, password)))
