"""What the project's pages say that can be wrong: links, paths, commands, and words that are no longer used."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from deploy.cli.main import build

ROOT = Path(__file__).parents[2]
PARTS = ("services", "shared", "deploy", "tests", "docs")
PAGES = sorted([*ROOT.glob("*.md"), *(page for part in PARTS for page in (ROOT / part).rglob("*.md"))])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

LANGUAGES = ("es", "en")
NOT_HERE = ("services/portal", "deploy/compose/secrets/")
"""Not built, and made by the first start."""

OLD_WORDS = {
    r"\bparked\b": "blocked",
    r"\btak(e|es|ing) in (a |the |what |record|event|batch)|\btook in\b|\btaken in\b(?! turn)": "consumed",
    r"\b(give|gives|gave|given|giving) back\b": "nacked, redelivered, returned",
    r"\bdue moments?\b": "timer",
    r"\bknobs?\b": "setting",
    r"\bstrangers?\b": "unknown event, new member, another authority",
    r"\bcomes? to rest\b|\bwho rests\b|\btopics? rests?\b|\bresting\b": "backs off",
    r"\b(give|gives|gave|giving) way\b|\bgave_way\b": "lock timeout",
    r"\bbooks (are|were|is) even\b": "reconciliation passed",
}
"""Words that only their authors would search for, and those that stand for them now."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|(?<!install)(?<!upgrade)[\s$(&|;/])(pdp|make) ([^|;&#\n]*)")
_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
_ENDS = re.compile(r"[,.:)]+$")


def broken_links(page: Path, text: str) -> list[str]:
    """Relative links that lead to no file, or to no heading of it."""
    return [link for link in _LINK.findall(_prose(text)) if "://" not in link and not _leads(page, text, link)]


def missing_paths(page: Path, text: str) -> list[str]:
    """What looks like a path of the repository and is none of it."""
    spans = [span for span in _CODE.findall(_prose(text)) if span.startswith(tuple(f"{part}/" for part in PARTS))]
    paths = [re.split(r"[ :#]", span)[0] for span in spans if not re.search(r"[<>{…]|[A-Z]{3}", span)]
    expected = [path for path in paths if not path.startswith(NOT_HERE)]
    return [path for path in expected if not _exists(ROOT, path) and not _exists(page.parent, path)]


def missing_tests(text: str) -> list[str]:
    """Tests that are named and are not there."""
    named = [_TEST.fullmatch(span) for span in _CODE.findall(_prose(text))]
    return [f"{test[1]}::{test[2]}" for test in named if test is not None and not _tests(ROOT / test[1], test[2])]


def unknown_commands(text: str) -> list[str]:
    """`pdp` and `make` as they are called in code, where the command, option or target does not exist."""
    code = [*_CODE.findall(_prose(text)), *(line for block in _FENCE.findall(text) for line in block.splitlines())]
    called = [(program, rest) for line in code for program, rest in _COMMAND.findall(_joined(line))]
    return [f"{program} {rest}" for program, rest in called if not _known(program, _words(rest))]


def old_words(text: str) -> list[str]:
    """Words that are no longer used, with the ones to use."""
    return [
        f"{found[0]}: {instead}"
        for old, instead in OLD_WORDS.items()
        for found in re.finditer(old, text, re.IGNORECASE)
    ]


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    shown = re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")


def _leads(page: Path, text: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve()
    if path and not target.exists():
        return False
    if not anchor or (path and target.suffix != ".md"):
        return True
    content = target.read_text(encoding="utf-8") if path else text
    return anchor in {slug(heading) for heading in _HEADING.findall(_prose(content))}


def _tests(file: Path, name: str) -> bool:
    return file.exists() and re.search(rf"^ *(async )?def {name}\(", file.read_text("utf-8"), re.MULTILINE) is not None


def _exists(folder: Path, path: str) -> bool:
    return any(folder.glob(path)) if "*" in path else (folder / path).exists()


def _prose(text: str) -> str:
    return _FENCE.sub("", text)


def _joined(line: str) -> str:
    """A command with what it asks another for left out: `pdp x $(…)`."""
    return re.sub(r"\$\([^)]*\)", "X", line)


def _words(rest: str) -> list[str]:
    try:
        words = shlex.split(rest)
    except ValueError:  # a quotation that ends on the next line
        words = rest.split()
    return [_ENDS.sub("", word) for word in words]


def _known(program: str, words: list[str]) -> bool:
    return _pdp_knows(words) if program == "pdp" else _make_knows(words)


def _make_knows(words: list[str]) -> bool:
    targets = [word for word in words if "=" not in word and re.fullmatch(r"[a-z-]+", word)][:1]
    return all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)


def _pdp_knows(words: list[str]) -> bool:
    command: Any = _program()
    known = set(_options(command))
    for word in words:
        if word.startswith("-") and word != "-":
            if word.partition("=")[0] not in known:
                return False
        elif hasattr(command, "commands") and re.fullmatch(r"[a-z][a-z-]+", word):
            if word in LANGUAGES:
                continue
            if word not in command.commands:
                return False
            command = command.commands[word]
            known |= set(_options(command))
    return True


def _options(command: Any) -> Iterator[str]:
    yield "--help"
    for param in command.params:
        yield from param.opts
        yield from param.secondary_opts


_built: list[Any] = []


def _program() -> Any:
    if not _built:
        _built.append(typer.main.get_command(build()))
    return _built[0]
