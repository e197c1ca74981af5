"""The process that writes one PDF: `python -m services.portal.views.report`, with the page's words on its input.

A report of twenty pages takes 300 MB, and the fonts stay: here they go with this process. It has no secrets, and is the
first that a system without memory ends.
"""

import contextlib
import resource
import sys
from pathlib import Path

import typst

LAYOUT = Path(__file__).with_name("report.typ")
MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""Address space: what is mapped, of which a tenth is used."""
PROCESSOR_S = 60


def main() -> None:
    _limit()
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


def _limit() -> None:
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    with contextlib.suppress(OSError):  # Linux only.
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
