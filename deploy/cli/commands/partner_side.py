"""What the commands that play a partner's part have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import Refusal, err
from deploy.cli.installation import installation
from deploy.cli.key_files import private_keys_in
from deploy.cli.texts import say
from deploy.provision.kafka_admin import partner_codes
from deploy.provision.partner_client import PartnerClient
from deploy.provision.partners import users_of

Code = Annotated[str, typer.Argument(metavar="CODE", help=say("help.partner.code"))]
Secret = Annotated[str | None, typer.Option(envvar="PDP_PARTNER_SECRET", help=say("help.secret"))]


DecryptWith = Annotated[
    list[Path] | None, typer.Option("--decrypt-with", metavar="FILE", help=say("help.decrypt_with"))
]


def side_of(code: str, secret: str | None, decrypt_with: list[Path] | None = None) -> PartnerClient:
    """The partner's own client, with the secret given or the one that is stored here."""
    keys = private_keys_in(decrypt_with)
    client = installation()
    if code not in partner_codes(client.admin()):
        raise Refusal(say("error.partner_unknown", code=code), 2)
    played = client.played(code)
    password = secret or (played and played.secret)
    if not password:
        raise Refusal(say("error.secret", code=code), 2)
    user = users_of(code)[0] if played is None else played.principal
    return PartnerClient(code, client.connection((user, password)), keys)


def tell_closed(side: PartnerClient) -> None:
    """Say what cannot be read, of which nothing can be answered."""
    for key, count in side.closed.items():
        err().print(say("partner.closed", count=count, key=key), markup=False)
