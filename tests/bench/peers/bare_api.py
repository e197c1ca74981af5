"""The least that registering over HTTP could be: FastAPI takes the same body, asyncpg inserts one row."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI

from services.registration.views import SupplierBody
from shared.runtime.ids import new_id
from shared.runtime.settings import ServiceSettings

SETTINGS = ServiceSettings()
TABLE = "CREATE TABLE claim (id uuid PRIMARY KEY, rfc text NOT NULL UNIQUE, body jsonb NOT NULL)"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(SETTINGS.database_url, max_size=SETTINGS.database_pool) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/live")
async def live() -> dict[str, Any]:
    return {}


@app.post("/suppliers", status_code=202)
async def register(body: SupplierBody) -> dict[str, UUID]:
    id_ = new_id()
    await app.state.pool.execute(
        "INSERT INTO claim (id, rfc, body) VALUES ($1, $2, $3)", id_, body.rfc, body.model_dump_json()
    )
    return {"id": id_}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PDP_HTTP_PORT"]), loop="uvloop", access_log=False, log_level="warning")
