"""The process that writes one PDF: `python -m shared.files.pdf_child`, with the report's words on its input.

A report of twenty pages takes 300 MB, and the fonts stay: here they go with this process. It has no secrets.
"""

import sys
from pathlib import Path

import typst

from shared.files.limits import limit

LAYOUT = Path(__file__).with_name("pdf.typ")
MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""A tenth is used."""
PROCESSOR_S = 60


def main() -> None:
    limit(MEMORY_BYTES, PROCESSOR_S)
    sys.stdout.buffer.write(written(sys.stdin.read()))


def written(said: str) -> bytes:
    """A report, tagged (PDF/UA-1, ISO 14289-1). Its words are data of the layout, never a part of it.

    A character that no font here has, as a picture in a name, is no reason to have no report: it is tagged all the
    same, and does not claim the standard, which forbids such a character.
    """
    layout, inputs = LAYOUT.read_bytes(), {"document": said}
    try:
        made: bytes = typst.compile(layout, sys_inputs=inputs, pdf_standards=["ua-1"])
    except typst.TypstError:
        made = typst.compile(layout, sys_inputs=inputs)
    return made


if __name__ == "__main__":
    main()
