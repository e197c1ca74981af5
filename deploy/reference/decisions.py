"""docs/decisions/README.md: every decision in one sentence, which is its page's title."""

import re
from pathlib import Path

from deploy.reference import markdown

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
INTRODUCTION = """\
# Decisions

Why it is so: each page has the question, what was chosen, what was rejected and why, the price, and when to look again.
A new one takes the next number; `make docs` writes this list anew from the titles."""


def page(folder: Path = FOLDER) -> str:
    found = dict(_decision(file) for file in sorted(folder.glob("[0-9]*.md")))
    rows = [(str(number), found.get(number, "not used")) for number in range(1, max(found) + 1)]
    return markdown.page(INTRODUCTION, markdown.table(("Number", "Decision"), rows))


def _decision(file: Path) -> tuple[int, str]:
    """Its number, and a link with its title. Raises `ValueError` where file and title have not the same number."""
    heading = file.read_text(encoding="utf-8").split("\n", 1)[0]
    title = re.fullmatch(r"# (\d+)\. (.+)", heading)
    if title is None or int(title[1]) != int(file.name[:4]):
        raise ValueError(f"{file.name} begins with {heading!r}, not with its number and the decision: # 31. It is so")
    return int(title[1]), f"[{title[2]}]({file.name})"
