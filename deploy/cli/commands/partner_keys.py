"""`pdp partner encrypt`: the key to which a partner's referrals are encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.api import request, versioned
from deploy.cli.commands.partner_side import Code
from deploy.cli.console import Refusal, out
from deploy.cli.installation import installation
from deploy.cli.key_files import public_key_in
from deploy.cli.texts import say
from deploy.target.client import Client

NOT_SENT = ("code", "edition", "stored_at", "past")
"""What the service shows of a partner, and nobody sends."""


def encrypt(
    code: Code,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=say("help.partner.key_file"))] = None,
    *,
    off: Annotated[bool, typer.Option("--off", help=say("help.partner.encrypt_off"))] = False,
) -> None:
    """From the moment on in which it is stored; what is on the topic stays as it is."""
    if (file is None) != off:
        raise Refusal(say("error.key_or_off"), 2)
    key = None if file is None else public_key_in(file)
    client = installation()
    changed = edition_with(client, code, encrypt_to=key)["encrypt_to"]
    if changed is None:
        out().print(say("partner.in_clear", code=code))
    else:
        out().print(say("partner.encrypted", code=code, key=changed["kid"]), markup=False)


def edition_with(client: Client, code: str, **different: object) -> Any:  # noqa: ANN401  (JSON)
    """The next edition of a partner, with the rest of it as it is: whoever changed it meanwhile is not undone."""
    if "financing" not in client.services:
        raise Refusal(say("error.partner_not_kept", code=code), 2)
    shown, version = versioned(client, "financing", f"/partners/{code}")
    kept = {name: value for name, value in shown.items() if name not in NOT_SENT}
    return request(
        client, "financing", "PUT", f"/partners/{code}", json=kept | different, headers={"If-Match": version}
    )
