"""`python -m deploy.local.migrate` brings the stores of `PDP_STORES` to the newest revision.

One process for all of them, because most of its time goes into importing Alembic and SQLAlchemy.
"""

from __future__ import annotations

import json
import os

from deploy.local.services import STORES
from shared.service.migrations import upgrade


def main() -> None:
    stores: dict[str, str] = json.loads(os.environ[STORES])
    for service, url in stores.items():
        upgrade(service, url)


if __name__ == "__main__":
    main()
