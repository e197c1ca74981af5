"""Text that a spreadsheet program would take for a formula (OWASP, CSV injection)."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How it knows one."""


def escaped(text: str) -> str:
    """With an apostrophe before it, the text is text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def unescaped(text: str) -> str:
    """What was escaped, as it was."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
