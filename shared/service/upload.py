"""A file in a multipart form, read only after its caller was let in and its size was looked at."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from shared.files.faults import FileRefusedError
from shared.files.table import Reading
from shared.messaging.commands import About, Commands, Decide
from shared.messaging.decision import Refused
from shared.messaging.repository import Repository
from shared.messaging.routing import Reference, none
from shared.service.http import Problem
from shared.service.http.changes import Changing, Creates, IdempotencyKey, long_enough

S = TypeVar("S")
T = TypeVar("T")
V = TypeVar("V", bound=BaseModel)

FORM_OVERHEAD_BYTES = 10_000
"""Boundaries, headers and small fields beside the file."""

_READERS = asyncio.Semaphore(2)

_TOO_MUCH = frozenset({"file_too_large", "file_too_many_rows"})


@dataclass(frozen=True, slots=True)
class Upload:
    content: bytes
    fields: dict[str, str]


def form_schema(optional: Mapping[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """OpenAPI of a form with a file and these fields."""
    properties = {"file": {"type": "string", "format": "binary"}, **(optional or {})}
    schema = {"type": "object", "required": ["file"], "properties": properties, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


class Sending(Changing):
    """One file that a caller sends."""

    async def receive(self, max_bytes: int, *fields: str) -> Upload:
        """Read the form's `file` and these fields of it. Not a parameter of the route: FastAPI would read any size,
        from anybody, before the guard runs.
        """
        upload = await _receive(self.request, max_bytes, *fields)
        # Not of the form as it came: each time it is sent its parts are divided by another text.
        given = json.dumps(upload.fields, sort_keys=True).encode()
        self.digest = b"" if self.key is None else hashlib.sha256(given + b"\n" + upload.content).digest()
        return upload

    async def reading(self, read: Callable[[], T]) -> T:
        """Read a file in a thread, where others' requests go on; each has a child process, so they are few at a time.

        It ends with this request: when that is cancelled, and when its caller is gone.
        """
        work, gone = asyncio.create_task(_in_a_thread(read)), asyncio.create_task(_gone(self.request))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise ClientDisconnect
            return work.result()
        except FileRefusedError as error:
            status = 413 if error.reason in _TOO_MUCH else 422
            raise Problem(status, error.reason, message=error.message, **error.params) from error
        finally:
            work.cancel()
            gone.cancel()

    async def run_many(
        self,
        commands: Commands,
        repository: Repository[S],
        decide: Mapping[UUID, Decide[S, Any]],
        view: Callable[[Mapping[UUID, S | Refused]], V],
        reference: Reference[Any] | About[Any] = none,
    ) -> V:
        """Decide what the file's rows ask for, in one transaction, and show by `view` what became of them."""
        once = None if self.key is None else self.once(view)
        return self.answered(await commands.run_many(repository, decide, self.cause, reference, once), view)


class _Sends(Creates):
    """The dependency of a route that takes a file."""

    problems = (409,)

    async def __call__(self, request: Request, response: Response, idempotency_key: IdempotencyKey = None) -> Sending:
        return Sending(response, request, key=long_enough(idempotency_key))


Send = Annotated[Sending, Depends(_Sends())]
"""Of a file. Honours `Idempotency-Key`."""


async def _receive(request: Request, max_bytes: int, *fields: str) -> Upload:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Problem(411, "length_required")
    if int(length) > max_bytes + FORM_OVERHEAD_BYTES:
        raise Problem(413, "file_too_large", message="file_too_large.upload", most=max_bytes)
    async with request.form(max_files=1, max_fields=8) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "file_missing")
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        if unknown := sorted(form.keys() - {"file", *fields}):
            raise Problem(422, "parameter_unknown", name=repr(unknown[0][:100]))
        return Upload(await file.read(), given)


async def _in_a_thread(read: Callable[[], T]) -> T:
    """A thread cannot be cancelled; the child process that it waits for can end."""
    reading = Reading()
    async with _READERS:
        try:
            return await asyncio.to_thread(reading.run, read)
        finally:
            reading.give_up()


async def _gone(request: Request) -> None:
    """Returns when the caller of a request that was read is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
