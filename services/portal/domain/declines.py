"""What a firm can do about each reason for which a buyer declined it. The catalogues have the words (`declined.*`)."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Advice(NamedTuple):
    """What goes with the words of one reason."""

    questions: tuple[str, ...]
    """Of the diagnosis, which show how the firm stands on it."""
    modules: tuple[str, ...]
    """Of development, which close gaps of these."""
    page: str
    """Where the firm looks or acts first."""


RESULT, MAKES, ASKED = "/my-firm/result", "/my-firm/profile/processes", "/my-firm/requirements"

ADVICE: Final[Mapping[str, Advice]] = {
    "price": Advice(("C02", "F04"), ("M17",), RESULT),
    "capacity": Advice(("O04", "T14"), ("M14", "M09"), MAKES),
    "quality": Advice(("O01", "T08"), ("M11", "M05"), RESULT),
    "location": Advice((), (), ASKED),
    "lead_time": Advice(("O03", "O05"), ("M14", "M13"), MAKES),
    "other_supplier": Advice(("C01",), ("M18",), ASKED),
    "other": Advice((), (), ASKED),
}
"""By the reason that matching tells."""
