"""Mail addresses: one form, in which what is limited, stored and sent to is the same thing. A rule that the domains of
several stages share.
"""

import re

MOST = 254
"""Characters. RFC 5321, 4.5.3.1: a path of 256 octets with its brackets."""
MOST_LOCAL = 64

_WORD = r"[A-Za-z0-9_+&'-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"

PATTERN = rf"^{_WORD}(\.{_WORD})*@({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])$"
"""RFC 5322's `addr-spec` of dot-atoms, without what mail software reads as more than a name: comments, quotes, routes,
groups, a second address.
"""

_BARE = re.compile(PATTERN)


def is_bare(text: str) -> bool:
    """Whether it is one address, and nothing else."""
    return len(text) <= MOST and len(text.partition("@")[0]) <= MOST_LOCAL and _BARE.fullmatch(text) is not None


def mailbox(address: str) -> str:
    """What the spellings of a bare address have in common that most servers put into one mailbox: its case, what stands
    behind a `+`, dots. For limits; two people's may rarely be the same.
    """
    local, _, domain = address.lower().partition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"
