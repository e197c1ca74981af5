"""How the issuer is run on this machine, and what the portal is told so that people sign in there."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from deploy.engines.command import Command
from deploy.engines.ports import LOOPBACK
from deploy.local.layout import Layout
from deploy.target.keys import PORTAL_CLIENT
from deploy.target.services import ROOT

NAME = "issuer"
PORTAL = "portal"
"""The service at which people sign in; where there is none nobody does."""


def command(layout: Layout, ports: Mapping[str, int]) -> Command:
    """Its process; secrets go through its environment, which only its owner can read."""
    environment = {
        "PDP_ISSUER_DATA": str(layout.data),
        "PDP_ISSUER_PORT": str(ports[NAME]),
        "PDP_ISSUER_CLIENT_SECRET": layout.portal_secret,
        "PDP_ISSUER_REDIRECT_URI": f"{_at(ports[PORTAL])}/sign-in/callback",
    }
    argv = (sys.executable, "-m", "deploy.local.issuer")
    return Command(NAME, argv, log=layout.log(NAME), env=environment, cwd=ROOT)


def portal_environment(layout: Layout, ports: Mapping[str, int]) -> dict[str, str]:
    """What the portal is told beside what every service is told."""
    stages = {name: _at(port) for name, port in ports.items() if name not in (NAME, PORTAL)}
    return {
        "PDP_PORTAL_URL": _at(ports[PORTAL]),
        "PDP_PORTAL_ISSUER_URL": _at(ports[NAME]),
        "PDP_PORTAL_CLIENT_ID": PORTAL_CLIENT,
        "PDP_PORTAL_CLIENT_SECRET": layout.portal_secret,
        "PDP_PORTAL_STAGES": json.dumps(stages),
    }


def stage_environment(ports: Mapping[str, int]) -> dict[str, str]:
    """What a stage is told where there is a portal: where mails lead, and that the portal tells whose limit it is."""
    portal = _at(ports[PORTAL])
    return {
        "PDP_CONFIRMATION_URL": f"{portal}/register/confirmation",
        "PDP_INVITATION_URL": f"{portal}/invitation",
        "PDP_TRUSTED_PROXIES": LOOPBACK,
    }


def _at(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
