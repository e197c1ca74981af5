"""Each link, path and command in the pages exists, and no word is left that only its authors would search for."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, PARTS, ROOT, broken_links, missing_paths, missing_tests, old_words, unknown_commands

HERE = Path(__file__).parent
SOURCES = (".py", ".yaml", ".yml", ".json", ".po", ".tpl", ".md", ".sh", ".hcl", ".sql")
LOOP = re.compile(r"for s in ([a-z ]+);")
PLACE = ROOT / "docs" / "x.md"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_path_and_command_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert broken_links(page, text) == []
    assert missing_paths(page, text) == []
    assert missing_tests(text) == []
    assert unknown_commands(text) == []


def test_whatever_is_done_for_each_service_is_done_for_all() -> None:
    """Seen: a backup of five, and a recovery of six."""
    stages = {each.name for each in (ROOT / "services").iterdir() if (each / "app.py").exists()}
    loops = [found for page in PAGES for found in LOOP.findall(page.read_text(encoding="utf-8"))]
    assert loops
    assert [each for each in loops if {*each.split()} != stages] == []


@pytest.mark.parametrize("part", [*PARTS, "."])
def test_no_old_word_is_left(part: str) -> None:
    folder = ROOT / part
    files = folder.glob("*.*") if part == "." else folder.rglob("*.*")
    texts = [file for file in files if file.suffix in SOURCES and HERE not in file.parents]
    assert texts
    assert {name(file): found for file in texts if (found := old_words(file.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    ("check", "wrong", "right"),
    [
        (lambda text: broken_links(PLACE, text), "[a](gone.md)", "[a](glossary.md)"),
        (lambda text: broken_links(PLACE, text), "# One\n\n[a](#two)", "# One\n\n[a](#one)"),
        (lambda text: broken_links(PLACE, text), "[a](runbook/alerts.md#gone)", "[a](runbook/alerts.md#not_ready)"),
        (lambda text: missing_paths(PLACE, text), "`shared/gone.py`", "`shared/messaging/relay.py`"),
        (
            missing_tests,
            "`tests/docs/test_pages.py::test_gone`",
            "`tests/docs/test_pages.py::test_each_check_can_fail`",
        ),
        (unknown_commands, "`pdp gone`", "`pdp lag`"),
        (unknown_commands, "`pdp dead-letters gone`", "`pdp dead-letters list --reason not_json`"),
        (unknown_commands, "```\n$ pdp lag --gone\n```", "```\n$ pdp --lang en lag | grep x\n```"),
        (unknown_commands, "`make gone`", "`make bench PART=consume`"),
        (old_words, "The batch is given back.", "The batch is nacked."),
        (old_words, "Nothing was taken in.", "Peers are taken in turn."),
    ],
)
def test_each_check_can_fail(check: Callable[[str], list[str]], wrong: str, right: str) -> None:
    assert check(wrong) != []
    assert check(right) == []
