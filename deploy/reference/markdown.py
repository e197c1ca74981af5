"""Tables of a page."""

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make docs`: change the code, not this page. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A bar within a cell would end it."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(*blocks: str) -> str:
    return "\n\n".join([MADE, *blocks]) + "\n"
