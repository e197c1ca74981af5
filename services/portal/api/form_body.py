"""The body of a form: counted before it is read, and read beside all else."""

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from services.portal.identity.cookie import Cookie
from shared.service.http import Problem

MAX_FORM_BYTES = 65_536
"""Longer texts than people write; what is escaped is three times as long."""
LENGTH = re.compile(r"[0-9]{1,15}")
FIELDS = 400
"""Of one form: a whole questionnaire has some 200."""
NAME = re.compile(r"(?=.{1,100}$)[\w-]+(?:\.[\w-]+){0,3}", re.ASCII)
"""Of a field, and of the groups that it is in."""
SENT_ON, HEADER = ("version", "key"), re.compile(r"[!-~]{0,1000}")
"""Fields that a page fills in itself, and that a stage gets as headers."""


def length_of(request: Request, url: str, takes: str, most: int) -> int:
    """How long a form is that comes from a page below this address. Raises Problem."""
    headers = request.headers
    own, given = urlsplit(url), urlsplit(headers.get("origin", ""))
    if (own.scheme, own.netloc) != (given.scheme, given.netloc):
        raise Problem(403, "form_elsewhere")
    length = headers.get("content-length", "")
    if not LENGTH.fullmatch(length):
        raise Problem(411, "length_required")
    if int(length) > most:
        raise Problem(413, "too_large", most=most)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != takes:
        raise Problem(415, "content_type", takes=takes)
    return int(length)


async def fields_of(request: Request) -> FormData:
    """Its fields. Raises Problem. What is escaped takes long to read: others have their turn meanwhile."""
    body = await request.body()
    if body.count(b"&") >= FIELDS:
        raise Problem(413, "too_many_values", most=FIELDS)
    return FormData(await asyncio.to_thread(_read, body))


def is_well_formed(form: FormData) -> bool:
    """Whether each field is a value or a group of others, and not both: `amount` and `amount.currency`."""
    names = {*form}
    return all(NAME.fullmatch(name) for name in names) and names.isdisjoint(
        outer for name in names for outer in _around(name)
    )


def is_of_a_page(form: FormData, cookie: Cookie) -> bool:
    """Whether a page of ours made it, for the browser of this cookie."""
    return cookie.fits(str(form.get("token", ""))) and all(
        HEADER.fullmatch(str(form.get(name, ""))) for name in SENT_ON
    )


def _around(name: str) -> Iterator[str]:
    """The groups that a field is in."""
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))


def _read(body: bytes) -> list[tuple[str, str | UploadFile]]:
    return [*parse_qsl(body.decode("latin-1"), keep_blank_values=True)]
