"""The service of fault runs with a route whose file is read for ever: `python -m tests.conformance.endless`."""

from dataclasses import replace

from fastapi import APIRouter

from shared.files import table
from shared.runtime import logging
from shared.runtime.settings import ServiceSettings
from shared.service import service
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import routes
from shared.service.service import Stage
from shared.service.upload import Send, form_schema
from tests.faults.service import build

READING = "reading"
CHILD = """
import json, os, sys, time
sys.stdin.buffer.read()
print(json.dumps({"type": "Row", "line": 2, "cells": {"pid": str(os.getpid())}}), flush=True)
time.sleep(600)
"""

log = logging.get(__name__)


def router() -> APIRouter:
    api = routes("files")

    @api.post("/files", openapi_extra=OPEN_TO_ALL | form_schema())
    async def read_file(send: Send) -> None:
        upload = await send.receive(1_000)

        def read() -> None:
            for row in table.read(upload.content, required=(), optional=(), max_rows=1):
                log.info(READING, pid=int(row.cells["pid"]))

        await send.reading(read)

    return api


def endless() -> tuple[Stage, ServiceSettings]:
    table.CHILD = ("-c", CHILD)
    stage, settings = build()
    return replace(stage, router=lambda *_: router()), settings


if __name__ == "__main__":
    service.main(endless)
