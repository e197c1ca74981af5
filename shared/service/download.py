"""A file that was written for whoever asks, on its way to them."""

from collections.abc import Iterator
from typing import BinaryIO

from fastapi.responses import StreamingResponse

PART_BYTES = 65_536


def download(file: BinaryIO, media_type: str, name: str) -> StreamingResponse:
    """The file in parts; it is closed behind the last one. It holds data of firms: nobody keeps it on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_parts(file), media_type=media_type, headers=headers)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(PART_BYTES):
            yield part
