"""Which characters are text: one rule for what people, files and partners write, and for the files that go out."""

import re
from typing import Final

NOT_TEXT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
"""Controls, what turns the direction of writing, and what Unicode says is no character: a log, a terminal or a page
would act on them, or show something else than is there. Tabs and line breaks are text.
"""

LINES: Final = re.compile("[\t\n\r]")
"""What a text of one line does not have."""

NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document of XML 1.0 may have (section 2.2), as a workbook is one."""


def is_text(text: str) -> bool:
    """Whether all of it is text. What is printable is, by Unicode's table, and `NOT_TEXT` takes twenty times as long
    to say so: a tenth of a microsecond a character.
    """
    return text.isprintable() or NOT_TEXT.search(text) is None
