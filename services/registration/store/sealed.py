"""What of a firm is personal, as it is kept: its contact, and of a natural person name and RFC."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.registration.domain.supplier import Supplier
from shared.runtime.database import Connection, Row
from shared.sealing import keys
from shared.sealing.encryption import has_keys, seals
from shared.sealing.keys import INDEX, Keys, Name, matter_of
from shared.sealing.rows import Part, SealedRows, Values

CONTACT, IDENTITY = "contact", "identity"
NAMED: Final = ("rfc", "legal_name")
"""What of a natural person is sealed beside the contact."""
NATURAL_RFC: Final = 13
"""Characters of a natural person's RFC; a firm's has one less."""
WITHOUT = "~"
"""Before the digest that stands in the place of a natural person's RFC."""


def rfcs_kept(index: Keys | None, rfc: str) -> list[str]:
    """How an RFC may be kept: as it is, and a natural person's by its digest."""
    return [rfc] if index is None or len(rfc) != NATURAL_RFC else [rfc, _rfc(index, rfc)]


def word_kept(index: Keys, word: str) -> str:
    """How a word of a natural person's name is kept, to be found whole."""
    return index.digest("name", word)


async def index_of(connection: Connection) -> Keys | None:
    """By which what is sealed is found; None where nothing is. Whoever has keys finds, whether it seals or not."""
    if seals():
        return await keys.ensure(connection, [INDEX])
    found = await keys.find(connection, [INDEX]) if has_keys() else None
    return found if found is not None and INDEX in found else None


def identity_of(supplier: Supplier) -> Mapping[str, str] | None:
    """What of a natural person is kept sealed beside its contact; None of a firm, and of one that is erased."""
    is_kept = supplier.kind == "natural" and supplier.rfc
    return {"rfc": supplier.rfc, "legal_name": supplier.legal_name} if is_kept else None


def erased_of(supplier: Supplier) -> Iterator[Name]:
    """Keys of what a supplier no longer has."""
    if supplier.contact is None:
        yield Name(supplier.id, matter_of(supplier.id, CONTACT))
    if is_erased(supplier):
        yield Name(supplier.id, matter_of(supplier.id, IDENTITY))


def is_erased(supplier: Supplier) -> bool:
    """Whether nobody may learn which natural person it is, or was before its RFC was mended to a firm's."""
    if supplier.kind == "natural":
        return not supplier.rfc
    return supplier.contact is None and supplier.status == "withdrawn"


class SealedSuppliers(SealedRows):
    """In the place of what is sealed stand digests: equal where it is equal, so that twins and holders are found."""

    async def seal_columns(self, connection: Connection, columns: Mapping[str, list[Any]]) -> None:
        index = await index_of(connection)
        if index is None:
            columns[IDENTITY][:] = [None] * len(columns[IDENTITY])
            return
        await super().seal_columns(connection, columns)
        for name in ("phone", "mail_domain"):
            columns[name][:] = [value and index.digest(name, value) for value in columns[name]]
        for number, kind in enumerate(columns["kind"]):
            if kind == "natural":
                rfc = columns["rfc"][number]
                # Who is erased has an RFC like no other's: two of them may have come back from a backup as taking part.
                columns["rfc"][number] = _rfc(index, rfc) if rfc else _no_rfc(columns["id"][number])
                columns["legal_name"][number] = ""
                words = columns["name_key"][number].split()
                columns["name_key"][number] = " ".join(word_kept(index, word) for word in words)

    async def open(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
        found: list[Values] = [dict(row) for row in await super().open(connection, rows)]  # type: ignore[call-overload]  # a record is a mapping
        for row in found:
            _name(row)
        return found

    async def open_values(self, connection: Connection, rows: Sequence[Values]) -> None:
        await super().open_values(connection, rows)
        for row in rows:
            _name(row)


SEALED = SealedSuppliers("supplier", Part(CONTACT, matter=CONTACT), Part(IDENTITY, matter=IDENTITY))


def _name(row: Values) -> None:
    """Put name and RFC of a natural person where a firm's are; nothing, where they are erased."""
    identity = row[IDENTITY]
    if identity is not None:
        said = json.loads(identity) if isinstance(identity, str) else identity
        row.update(rfc=said["rfc"], legal_name=said["legal_name"])
    elif row["rfc"].startswith(WITHOUT):
        row.update(rfc="", legal_name="")


def _rfc(index: Keys, rfc: str) -> str:
    return WITHOUT + index.digest("rfc", rfc)


def _no_rfc(person: UUID) -> str:
    return WITHOUT + matter_of(person, IDENTITY).hex
