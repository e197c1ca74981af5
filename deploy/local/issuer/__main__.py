"""`python -m deploy.local.issuer`: the OpenID provider of one machine, until SIGTERM."""

from __future__ import annotations

import uvicorn

from deploy.engines.ports import LOOPBACK
from deploy.local.issuer.app import application
from deploy.local.issuer.provider import Provider
from deploy.local.issuer.settings import IssuerSettings
from shared.runtime import logging
from shared.service.http.connection import Connection

STOP_S = 5
"""For what is under way: tokens are made in milliseconds."""


def main() -> None:
    logging.configure("issuer")
    settings = IssuerSettings()
    uvicorn.run(
        application(Provider(settings)),
        host=LOOPBACK,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=Connection,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_S,
    )


if __name__ == "__main__":
    main()
