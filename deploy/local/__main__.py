"""`python -m deploy.local`: the platform of `PDP_DATA` until SIGTERM, without a terminal."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from deploy.engines.errors import DeployError
from deploy.engines.notices import Notice
from deploy.local import told
from deploy.local.platform import running
from deploy.local.state import data_folder
from deploy.local.supervisor import run_until_signal


def main() -> None:
    try:
        asyncio.run(run_until_signal(_stay(data_folder())))
    except DeployError as error:
        _tell(error)
        sys.exit(1)


async def _stay(data: Path) -> None:
    async with running(data, _tell):
        await asyncio.Event().wait()


def _tell(what: Notice | DeployError) -> None:
    print(told.written(what), flush=True)  # noqa: T201  (into its log)


if __name__ == "__main__":
    main()
