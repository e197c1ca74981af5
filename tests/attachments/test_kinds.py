"""A file is what its content says, one kind and nothing else besides."""

import io
import random
import struct
from contextlib import suppress

import pytest
from hypothesis import given as random_bytes
from hypothesis import strategies as st

from shared.attachments import packed as archives
from shared.attachments.kinds import kind_of
from shared.files.faults import FileRefusedError
from tests.attachments import given as files


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.PDF, "pdf"),
        (files.png(), "png"),
        (files.jpeg(), "jpeg"),
        (files.jpeg(comment=b"Planta 2"), "jpeg"),
        # What phones put behind the picture: another picture, smaller.
        (files.jpeg() + files.jpeg(1, 1), "jpeg"),
        (files.xlsx(), "xlsx"),
        (files.docx(), "docx"),
    ],
)
def test_what_people_give(content: bytes, kind: str) -> None:
    assert kind_of(io.BytesIO(content)) == kind


def _lying() -> bytes:
    """A part that says it unpacks to ten bytes, and unpacks to a million."""
    content = bytearray(files.xlsx(xl__a=bytes(1_000_000)))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = -1
        while (place := content.find(mark, place + 1)) >= 0:
            if content[place + at : place + at + 4] == struct.pack("<I", 1_000_000):
                content[place + at : place + at + 4] = struct.pack("<I", 10)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "attachment_empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "attachment_kind"),
        (b"<!doctype html><script>alert(1)</script>", "attachment_kind"),
        (b"GIF89a", "attachment_kind"),
        (b"MZ\x90\x00", "attachment_kind"),
        (b"\n%PDF-1.7\n%%EOF", "attachment_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "attachment_kind"),
        (b"%PDF-1.7\n", "attachment_hostile.broken"),
        (b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", "attachment_hostile.polyglot"),
        (files.PDF + files.xlsx(), "attachment_hostile.polyglot"),
        (files.png() + files.xlsx(), "attachment_hostile.polyglot"),
        (files.png() + b"\n", "attachment_hostile.polyglot"),
        (files.png()[:-4], "attachment_hostile.broken"),
        (files.png(20_000, 20_000), "attachment_hostile.pixels"),
        (files.jpeg(20_000, 20_000), "attachment_hostile.pixels"),
        (files.jpeg(comment=files.PDF), "attachment_hostile.polyglot"),
        (files.jpeg(comment=b"<script>alert(1)</script>"), "attachment_hostile.polyglot"),
        (files.jpeg() + files.xlsx(), "attachment_hostile.polyglot"),
        (files.jpeg()[:-2], "attachment_hostile.broken"),
        (files.xlsx(comment=b"<html>"), "attachment_hostile.polyglot"),
        (files.xlsx() + b"x", "attachment_hostile.polyglot"),
        (files.xlsx(kind=files.MACROS), "attachment_hostile.macros"),
        (files.xlsx(**{"xl__vbaProject.bin": b"x"}), "attachment_hostile.macros"),
        (files.xlsx(**{"..__x": b"x"}), "attachment_hostile.broken"),
        (files.packed({"a.txt": b"x"}), "attachment_hostile.broken"),
        (_lying(), "attachment_hostile.broken"),
    ],
)
def test_what_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        kind_of(io.BytesIO(content))
    assert refused.value.message == why


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1_000_000)
    kind_of(io.BytesIO(files.xlsx(xl__a=bytes(900_000))))
    with pytest.raises(FileRefusedError) as refused:
        kind_of(io.BytesIO(files.xlsx(xl__a=bytes(1_100_000))))
    assert refused.value.message == "attachment_hostile.unpacked"


SEEDS = (files.PDF, files.png(), files.jpeg(comment=b"x"), files.xlsx(), files.docx())


@random_bytes(st.sampled_from(SEEDS), st.integers(0, 2**32), st.binary(max_size=40))
def test_whatever_comes_is_a_kind_or_refused(seed: bytes, number: int, more: bytes) -> None:
    """Nothing else is raised, and none of it takes long."""
    content, chance = bytearray(seed), random.Random(number)
    for _ in range(chance.randrange(4)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    place = chance.randrange(len(content))
    content[place:place] = more
    with suppress(FileRefusedError):
        kind_of(io.BytesIO(content))
