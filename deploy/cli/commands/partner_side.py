"""What the commands that play a partner's part have in common."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.cli.console import Refusal
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.provision.kafka_admin import partner_codes
from deploy.provision.partner_client import PartnerClient
from deploy.provision.partners import users_of

Code = Annotated[str, typer.Argument(metavar="CODE", help=say("help.partner.code"))]
Secret = Annotated[str | None, typer.Option(envvar="PDP_PARTNER_SECRET", help=say("help.secret"))]


def side_of(code: str, secret: str | None) -> PartnerClient:
    """The partner's own client, with the secret given or the one that is stored here."""
    client = installation()
    if code not in partner_codes(client.admin()):
        raise Refusal(say("error.partner_unknown", code=code), 2)
    played = client.played(code)
    password = secret or (played and played.secret)
    if not password:
        raise Refusal(say("error.secret", code=code), 2)
    user = users_of(code)[0] if played is None else played.principal
    return PartnerClient(code, client.connection((user, password)))
