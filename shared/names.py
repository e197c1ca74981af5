"""Names that say nothing: one rule for every name that somebody gives, of a firm, a person or anything else. A rule
that the domains of several stages share.
"""

from typing import Final

FILLERS: Final = frozenset(
    {"na", "nd", "sn", "none", "null", "noaplica", "ninguno", "ninguna", "pendiente", "sinnombre", "unknown"}
)
"""What people write into a field that they have to fill, without its spaces and signs."""


def says_nothing(name: str) -> bool:
    """Whether it tells nobody: no letter (`.`, `-`, `12345`), one character only (`x`, `XXX`), or a filler (`N/A`)."""
    said = [character for character in name.casefold() if character.isalnum()]
    return len(set(said)) < 2 or not any(map(str.isalpha, said)) or "".join(said) in FILLERS
