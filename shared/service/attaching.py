"""Attachments over HTTP: given, listed, opened by a link that is one reader's and short-lived, erased.

A stage says who may: its roles, and whether the firm is theirs.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any, BinaryIO, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from shared.attachments import records
from shared.attachments.keeping import PIECE, Attachments, Given, LimitReachedError
from shared.attachments.kinds import MEDIA_TYPES, Kind, kind_of
from shared.attachments.objects import ObjectMissingError, ObjectsAwayError
from shared.attachments.records import Attachment, Hidden
from shared.contracts.event import Cause
from shared.files.faults import FileRefusedError
from shared.messaging import audit
from shared.messaging.audit import Act
from shared.plain_text import LINES, NOT_TEXT
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.service.callers import Caller
from shared.service.http import Change, Page, Paging, Problem, View, routes
from shared.service.upload import Send, form_schema

LONGEST_NAME: Final = 120
AWAY_S: Final = 30
"""After which whoever was told that the object store is away may ask again."""
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of the content: a browser keeps it as a file, shows it nowhere and runs nothing of it."""

_GIVES: Final[dict[str, Any]] = {
    "response_class": StreamingResponse,
    "responses": {
        200: {
            "description": "The content, as it was given.",
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in MEDIA_TYPES.values()},
        },
        403: {},
        404: {},
        410: {},
        503: {},
    },
}


class AttachmentView(View):
    """A file that somebody gave as evidence or as a certificate."""

    id: UUID
    name: str
    """As it was called; empty once it is erased."""
    kind: Kind
    """What it is, by its content."""
    size: int
    """In bytes."""
    sha256: str
    """Digest of the content."""
    at: datetime
    erased: bool

    @classmethod
    def of_attachment(cls, attachment: Attachment) -> "AttachmentView":
        fields = ("id", "name", "kind", "size", "sha256", "at")
        return cls(**{name: getattr(attachment, name) for name in fields}, erased=attachment.state == "erased")


class LinkView(View):
    """Where an attachment is, for the reader who asked, with their own token."""

    href: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may, by a dependency of the roles and by what the stage knows of caller and firm, which raises Problem."""

    give: Any
    """Dependency of whoever gives: `allow(...)`."""
    read: Any
    may_give: Callable[[Caller, UUID], Awaitable[Hidden | None]]
    """Gives the same as `may_read`."""
    may_read: Callable[[Caller, UUID], Awaitable[Hidden | None]]
    """Gives what of the firm's files is not for the caller yet, where something is."""
    erase: Any


def router(prefix: str, attachments: Attachments, database: Database, rights: Rights) -> APIRouter:
    """Routes below a firm's: `{prefix}/{supplier_id}/attachments`."""
    api = routes("attachments", prefix=f"{prefix}/{{supplier_id}}/attachments")
    _add_giving(api, attachments, database, rights)
    _add_reading(api, attachments, database, rights)
    return api


def _add_giving(api: APIRouter, attachments: Attachments, database: Database, rights: Rights) -> None:
    problems: dict[int | str, dict[str, Any]] = {404: {}, 409: {}, 413: {}, 422: {}, 429: {}, 503: {}}

    @api.post("", status_code=201, openapi_extra=form_schema(), responses=problems)
    async def give_attachment(supplier_id: UUID, send: Send, caller: Caller = rights.give) -> AttachmentView:
        """Give a file: PDF, PNG, JPEG, XLSX or DOCX, by its content.

        The same content of the same firm is the same attachment, however often it is given; of two assessors who are
        not to know of each other each has their own.
        """
        hidden = await rights.may_give(caller, supplier_id)
        async with send.receive(attachments.settings.max_bytes) as upload:
            given = await _looked_through(upload.file.file, supplier_id, caller, upload.file.filename or "")
            if given.size > attachments.settings.max_bytes:
                raise Problem(
                    413, "file_too_large", message="file_too_large.upload", most=attachments.settings.max_bytes
                )
            kept = await _kept(attachments, database, given, send.cause, hidden)
        return AttachmentView.of_attachment(kept)

    @api.delete("/{attachment_id}", status_code=204, responses={404: {}})
    async def erase_attachment(
        supplier_id: UUID, attachment_id: UUID, change: Change, caller: Caller = rights.erase
    ) -> None:
        """Erase an attachment's content and name, for good: what names it goes on to name its digest."""
        caller.require_outsider(supplier_id)
        found = await _known(database, supplier_id, attachment_id)
        async with database.transaction() as connection:
            await records.erase(connection, [found.id])
            await _on_record(connection, found, change.cause)


def _add_reading(api: APIRouter, attachments: Attachments, database: Database, rights: Rights) -> None:
    @api.get("", responses={404: {}})
    async def list_attachments(supplier_id: UUID, paging: Paging, caller: Caller = rights.read) -> Page[AttachmentView]:
        """List a firm's attachments, the oldest first."""
        hidden = await rights.may_read(caller, supplier_id)
        async with database.connection() as connection:
            rows = await records.page(connection, supplier_id, paging.position(UUID), paging.fetch, hidden)
        return Page[AttachmentView].of_rows(rows, paging, AttachmentView.of_attachment, lambda row: row.id)

    @api.get("/{attachment_id}/link", responses={404: {}, 410: {}})
    async def link_attachment(supplier_id: UUID, attachment_id: UUID, caller: Caller = rights.read) -> LinkView:
        """Give a link that opens an attachment within a minute, for the caller alone, with their token and right."""
        hidden = await rights.may_read(caller, supplier_id)
        found = await _there(database, supplier_id, attachment_id, hidden)
        until = int(now().timestamp()) + attachments.settings.link_s
        signature = await attachments.signature(database, found, caller.subject, until)
        href = f"{api.prefix.format(supplier_id=supplier_id)}/{found.id}/content"
        query = urlencode({"until": until, "signature": signature})
        return LinkView(href=f"{href}?{query}", until=datetime.fromtimestamp(until, UTC))

    @api.get("/{attachment_id}/content", **_GIVES)
    async def read_attachment(
        supplier_id: UUID,
        attachment_id: UUID,
        until: Annotated[int, Query(ge=0, le=2**53)],
        signature: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
        caller: Caller = rights.read,
    ) -> StreamingResponse:
        """Give an attachment's content to whom its link is of, while they may see it."""
        hidden = await rights.may_read(caller, supplier_id)
        found = await _there(database, supplier_id, attachment_id, hidden)
        own = await attachments.signature(database, found, caller.subject, until)
        if not hmac.compare_digest(own, signature) or until < now().timestamp():
            raise Problem(403, "link_over")
        try:
            parts = await attachments.open(database, found)
        except ObjectsAwayError:
            raise _away() from None
        except ObjectMissingError:
            raise Problem(404, "attachment_missing") from None
        named = {"Content-Disposition": _disposition(found), "Content-Length": str(found.size)}
        return StreamingResponse(parts, media_type=MEDIA_TYPES[found.kind], headers=HEADERS | named)


async def named(
    database: Database, supplier_id: UUID, ids: Collection[UUID], hidden: Hidden | None = None
) -> dict[UUID, Attachment]:
    """A firm's attachments that something names, by id. Raises Problem where one is not there, or hidden."""
    if not ids:
        return {}
    async with database.connection() as connection:
        rows = await records.find_all(connection, supplier_id, ids)
    found = {one.id: one for one in rows if hidden is None or not hidden.has(one)}
    if found.keys() != {*ids}:
        raise Problem(422, "attachment_unknown")
    return found


async def _looked_through(file: BinaryIO, supplier_id: UUID, caller: Caller, name: str) -> Given:
    """What somebody gives. Raises Problem."""
    try:
        kind, size, digest = await asyncio.to_thread(_content_of, file)
    except FileRefusedError as error:
        raise Problem(422, error.reason, message=error.message, **error.params) from error
    return Given(supplier_id, caller.subject, _called(name, kind), kind, file, size, digest)


def _content_of(file: BinaryIO) -> tuple[Kind, int, str]:
    """What it is, how long, and its digest."""
    kind, size, digest = kind_of(file), 0, hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        size += len(piece)
        digest.update(piece)
    return kind, size, digest.hexdigest()


async def _kept(
    attachments: Attachments, database: Database, given: Given, cause: Cause, hidden: Hidden | None
) -> Attachment:
    try:
        return await attachments.take(
            database, given, lambda connection, kept: _on_record(connection, kept, cause), hidden
        )
    except LimitReachedError as error:
        raise Problem(409 if error.limit == "attachments_full" else 429, error.limit) from error
    except ObjectsAwayError:
        raise _away() from None


async def _on_record(connection: Connection, kept: Attachment, cause: Cause) -> None:
    if cause.action is not None and cause.actor is not None:
        await audit.record(connection, [Act(cause.action, cause.actor, kept.supplier_id, cause.correlation_id)])


async def _known(database: Database, supplier_id: UUID, id_: UUID) -> Attachment:
    async with database.connection() as connection:
        found = await records.find(connection, supplier_id, id_)
    if found is None:
        raise Problem(404, "attachment_not_found")
    return found


async def _there(database: Database, supplier_id: UUID, id_: UUID, hidden: Hidden | None) -> Attachment:
    """Raises Problem, also of one that is erased, and of one that is hidden as if it were not there."""
    found = await _known(database, supplier_id, id_)
    if hidden is not None and hidden.has(found):
        raise Problem(404, "attachment_not_found")
    if found.state == "erased":
        raise Problem(410, "attachment_erased")
    return found


def _away() -> Problem:
    return Problem(503, "attachments_away", seconds=AWAY_S, headers={"Retry-After": str(AWAY_S)})


def _called(name: str, kind: Kind) -> str:
    """Its name without a folder, and with the end that fits what it is."""
    plain = LINES.sub(" ", NOT_TEXT.sub("", name.replace("\\", "/").rpartition("/")[2])).strip(" .")
    stem = PurePath(plain).stem[:LONGEST_NAME].strip(" .") or "archivo"
    return f"{stem}.{'jpg' if kind == 'jpeg' else kind}"


def _disposition(found: Attachment) -> str:
    """RFC 6266: kept as a file, by its name; for programs that know no other letters, by those that they know."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", found.name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
