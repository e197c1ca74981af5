"""Text that a spreadsheet program would take for a formula (OWASP, CSV injection)."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How it knows one."""

APOSTROPHE: Final = "'"


def escaped(text: str) -> str:
    """With an apostrophe before it, the text is text; so has one that looks like that already."""
    return APOSTROPHE + text if _is_formula(text) else text


def unescaped(text: str) -> str:
    """What was escaped, as it was."""
    return text[1:] if text.startswith(APOSTROPHE) and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    return text.lstrip(APOSTROPHE).startswith(FORMULA)
