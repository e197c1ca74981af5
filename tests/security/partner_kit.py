"""The partners' guide and its files, as a partner has them after it typed in what it was told."""

import re
from pathlib import Path

KIT = Path(__file__).parents[2] / "docs" / "partners"
GUIDE = KIT.with_suffix(".md").read_text(encoding="utf-8")
EXAMPLES = KIT / "examples"


def blocks(language: str) -> list[str]:
    """The guide's blocks of this language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def calls(program: str) -> list[str]:
    """The commands of the guide that call this program."""
    return [line for block in blocks("") for line in block.splitlines() if program in line]


def jars() -> list[str]:
    """What the program in Java names for its class path."""
    return re.findall(r"[\w.-]+\.jar", (EXAMPLES / "Desk.java").read_text(encoding="utf-8"))


def typed(text: str, bootstrap: str, code: str, secret: str) -> str:
    """With the partner's three words, on one machine: without TLS, by the mechanism that is there."""
    known = {"HOST:9092": bootstrap, "CODE": code, "SECRET": secret, "SASL_SSL": "SASL_PLAINTEXT", "SHA-512": "SHA-256"}
    kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("ssl."))
    for placeholder, value in known.items():
        kept = kept.replace(placeholder, value)
    return kept


def save(folder: Path, bootstrap: str, code: str, secret: str) -> None:
    """The two files of settings in the partner's folder."""
    for name in ("kcat.conf", "client.properties"):
        text = (KIT / name).read_text(encoding="utf-8")
        (folder / name).write_text(typed(text, bootstrap, code, secret), encoding="utf-8")
