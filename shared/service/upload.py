"""A file in a multipart form, read only after its caller was let in and its size was looked at, and put on record for
the worker that takes it in (`shared/messaging/import_worker.py`).
"""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Depends, Header, Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from shared.messaging import imports
from shared.messaging.imports import Import
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service import imported
from shared.service.http import Problem
from shared.service.http.changes import Changing, Creates, IdempotencyKey, long_enough
from shared.service.http.problem import BODY
from shared.service.http.routes import unknown_of
from shared.service.imported import ImportView

FORM_OVERHEAD_BYTES = 10_000
"""Boundaries, headers and small fields beside the file."""

FIELDS_BESIDE_FILE = 8

PART_BYTES = 1_048_576

WAIT_S, MOST_WAIT_S = 10, 60
"""A caller of a small file has its answer at once, and one of a large file before any proxy gives up."""

FIRST_LOOK_S, LAST_LOOK_S = 0.02, 0.5
"""Between two looks at an import that is waited for."""

_IMPORTS = UUID("0f6d3c1e-95ab-5a55-8c1d-3f8f1f7f2c05")
"""Namespace of the imports that may be sent again: each is known by its key."""

Prefer = Annotated[
    str | None,
    Header(
        max_length=100,
        description=f"`wait=N`: answer once the file is imported, or after N seconds, at most {MOST_WAIT_S}; {WAIT_S}"
        " unless told (RFC 7240).",
    ),
]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, on disk where it is large."""

    file: UploadFile
    fields: dict[str, str]

    async def start(self, most: int) -> bytes:
        """Its first bytes."""
        await self.file.seek(0)
        return await self.file.read(most)

    async def parts(self) -> AsyncIterator[bytes]:
        await self.file.seek(0)
        while part := await self.file.read(PART_BYTES):
            yield part


@asynccontextmanager
async def form_of(request: Request) -> AsyncIterator[FormData]:
    """A form of one file and a few fields; the file is on disk where it is large. Raises Problem."""
    try:
        form = await request.form(max_files=1, max_fields=FIELDS_BESIDE_FILE)
    except HTTPException as error:
        raise Problem(400, "body_unreadable", message="body_unreadable.upload") from error
    try:
        yield form
    finally:
        await form.close()


def form_schema(optional: Mapping[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """OpenAPI of a form with a file and these fields."""
    properties = {"file": {"type": "string", "format": "binary"}, **(optional or {})}
    schema = {"type": "object", "required": ["file"], "properties": properties, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@dataclass(slots=True)
class Sending(Changing):
    """One file that a caller sends."""

    wait_s: float = WAIT_S

    @asynccontextmanager
    async def receive(self, max_bytes: int, *fields: str) -> AsyncIterator[Upload]:
        """Read the form's `file` and these fields of it. Not a parameter of the route: FastAPI would read any size,
        from anybody, before the guard runs.
        """
        length = self.request.headers.get("content-length", "")
        if not length.isdecimal():
            raise Problem(411, "length_required")
        if int(length) > max_bytes + FORM_OVERHEAD_BYTES:
            raise Problem(413, "file_too_large", message="file_too_large.upload", most=max_bytes)
        async with form_of(self.request) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem(422, "file_missing")
            given = {name: value for name, value in form.items() if isinstance(value, str)}
            if unknown := unknown_of(form.keys(), ("file", *fields), BODY):
                raise unknown
            yield Upload(file, given)

    async def take_in(
        self, database: Database, kind: str, upload: Upload, fields: Mapping[str, str] | None = None
    ) -> ImportView:
        """Put the file on record for the worker, and show what became of it until the caller would not wait longer.

        `fields` is what its importer must know beside the file.
        """
        id_, request = new_id(), None
        if self.key is not None:
            id_, request = await self._known_as(upload)
        new = Import(id_, kind, fields or {}, self.cause)
        async with database.transaction() as connection:
            is_new = await imports.receive(connection, new, request, upload.parts())
            if not is_new and await imports.request_of(connection, id_) != request:
                raise Problem(409, "idempotency_key_reused")
        # From here on its caller waits, and the file is in the store: others may send theirs.
        await upload.file.close()
        self.request.state.held.release()
        found = await self._awaited(database, kind, id_)
        self.response.headers["Location"] = f"{self.request.url.path}/{id_}"
        return self.shown(await imported.view(database, found))

    async def _known_as(self, upload: Upload) -> tuple[UUID, bytes]:
        """The id of the import that this key is of, and a digest of what was sent under it.

        Not of the form as it came: each time it is sent its parts are divided by another text.
        """
        digest = hashlib.sha256(json.dumps(upload.fields, sort_keys=True).encode() + b"\n")
        async for part in upload.parts():
            digest.update(part)
        self.digest = digest.digest()
        kept, request = self.identity
        return uuid5(_IMPORTS, kept.hex()), request

    async def _awaited(self, database: Database, kind: str, id_: UUID) -> Import:
        """The import, once it has ended or its caller would not wait longer."""
        clock = asyncio.get_running_loop().time
        ends, pause = clock() + self.wait_s, FIRST_LOOK_S
        while True:
            found = await imported.find(database, kind, id_)
            if found.ended_at is not None or clock() + pause > ends:
                return found
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LAST_LOOK_S)


class _Sends(Creates):
    """The dependency of a route that takes a file."""

    problems = (409,)

    async def __call__(
        self, request: Request, response: Response, idempotency_key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Sending:
        asked = re.search(r"\bwait=([0-9]{1,4})\b", prefer or "")
        wait_s = WAIT_S if asked is None else min(int(asked[1]), MOST_WAIT_S)
        return Sending(response, request, key=long_enough(idempotency_key), wait_s=wait_s)


Send = Annotated[Sending, Depends(_Sends())]
"""Of a file. Honours `Idempotency-Key` and `Prefer: wait`."""
