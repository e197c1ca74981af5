"""A file in a multipart form, read only after its caller was let in and its size was looked at."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from starlette.datastructures import UploadFile

from services.matching.files.table import FileRefusedError
from shared.runtime.http import Problem

T = TypeVar("T")

FORM_OVERHEAD_BYTES = 10_000
"""Boundaries and headers beside the file."""

TOO_MUCH = frozenset({"file_too_large", "file_too_many_rows"})

_SCHEMA = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
FORM: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _SCHEMA}}},
}
"""OpenAPI of a form with one file."""


async def receive(request: Request, max_bytes: int) -> bytes:
    """The form's `file`. It is not a parameter of the route: FastAPI would read any size, from anybody, before the
    caller's guard runs.
    """
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Problem(411, "length_required", "Send the form with a Content-Length header.")
    if int(length) > max_bytes + FORM_OVERHEAD_BYTES:
        raise Problem(413, "file_too_large", f"Give a file of at most {max_bytes:,} bytes.")
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "file_missing", "Send the file as the form's part `file`.")
        return await file.read()


async def reading(read: Callable[[], T]) -> T:
    """Read a file in a thread: it takes up to seconds of computing, in which the others' requests go on."""
    try:
        return await asyncio.to_thread(read)
    except FileRefusedError as error:
        raise Problem(413 if error.reason in TOO_MUCH else 422, error.reason, error.detail) from error
