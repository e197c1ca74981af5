"""A file in a multipart form, read only after its caller was let in and its size was looked at."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from starlette.datastructures import UploadFile

from shared.files.faults import FileRefusedError
from shared.service.http import Problem

T = TypeVar("T")

FORM_OVERHEAD_BYTES = 10_000
"""Boundaries, headers and small fields beside the file."""

_TOO_MUCH = frozenset({"file_too_large", "file_too_many_rows"})


@dataclass(frozen=True, slots=True)
class Upload:
    content: bytes
    fields: dict[str, str]


def form_schema(**fields: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI of a form with a file and these fields."""
    properties = {"file": {"type": "string", "format": "binary"}, **fields}
    schema = {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


async def receive(request: Request, max_bytes: int, *fields: str) -> Upload:
    """Read the form's `file` and these fields of it. Not a parameter of the route: FastAPI would read any size, from
    anybody, before the guard runs.
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Problem(411, "length_required")
    if int(length) > max_bytes + FORM_OVERHEAD_BYTES:
        raise Problem(413, "file_too_large", message="file_too_large.upload", most=f"{max_bytes:,}")
    async with request.form(max_files=1, max_fields=8) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "file_missing")
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        if unknown := sorted(form.keys() - {"file", *fields}):
            raise Problem(422, "parameter_unknown", name=repr(unknown[0][:100]))
        return Upload(await file.read(), given)


async def reading(read: Callable[[], T]) -> T:
    """Read a file in a thread: it takes seconds of computing, in which the others' requests go on."""
    try:
        return await asyncio.to_thread(read)
    except FileRefusedError as error:
        status = 413 if error.reason in _TOO_MUCH else 422
        raise Problem(status, error.reason, message=error.message, **error.params) from error
