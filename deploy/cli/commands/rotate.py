"""`pdp rotate`: secrets of this machine that the next start makes anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from deploy.cli.console import Refusal, out
from deploy.cli.installation import local_folder
from deploy.cli.texts import say
from deploy.engines.postgres import Postgres
from deploy.local.layout import Layout
from deploy.local.state import AlreadyRunningError, claim
from deploy.local.wrapping import wrapping
from shared.messaging.topics import SERVICES

Secrets = Annotated[Literal["services", "issuer", "sealing"], typer.Argument(help=say("help.rotate.secrets"))]


def rotate(secrets: Secrets) -> None:
    """Nothing may run: a service would go on with its old password, and with the keys that it has read."""
    layout = Layout(local_folder())
    if not layout.kafka.exists():
        raise Refusal(say("error.never_ran", data=layout.data), 2)
    try:
        with claim(layout.data):
            if secrets == "issuer":
                layout.forget_issuer()
            elif secrets == "sealing":
                layout.renew_sealing_keys(SERVICES, wrapping(layout, SERVICES))
            else:
                layout.forget_service_passwords()
                Postgres(layout.postgres).forget_passwords(SERVICES)
    except AlreadyRunningError as error:
        raise Refusal(say("error.rotate_running", data=layout.data)) from error
    out().print(say(f"rotate.{secrets}"))


COMMANDS: dict[str, Callable[..., None]] = {"rotate": rotate}
