"""The service of fault runs, in a build that a number kills: `python -m tests.conformance.fatal`."""

import os
import signal
from collections.abc import Collection
from typing import Any

from shared.messaging import codec
from shared.messaging.batch import BatchRunner
from shared.service import service
from tests.faults.service import build

FATAL = b'"number":13'


def deadly() -> None:
    consume = BatchRunner.consume

    def decode(record: codec.Record, types: Collection[str]) -> Any:
        if record.refused is None and FATAL in (record.value or b""):
            os.kill(os.getpid(), signal.SIGKILL)
        return codec.decode_one_of(record, types)

    consume.__globals__["decode_one_of"] = decode


if __name__ == "__main__":
    deadly()
    service.main(build)
