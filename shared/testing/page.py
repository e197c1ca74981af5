"""A part of a page that a run writes."""

from pathlib import Path


def between(page: Path, name: str, text: str) -> None:
    """Put the text between the page's marks of this name. Raises ValueError where it has none."""
    whole = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, after = whole[: whole.index(begin) + len(begin)], whole[whole.index(end) :]
    page.write_text(f"{before}\n{text}\n{after}", encoding="utf-8")
