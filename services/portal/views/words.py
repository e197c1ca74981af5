"""How things are said on a page: sentences by code, dates, money and shares as in Mexico, or in English."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from services.portal.domain.story import Entry
from services.portal.domain.written import WHOLE
from services.portal.stages import STAGES
from shared.days import ZONE, day_of
from shared.i18n import Catalogue, Language
from shared.states import NAMES

WORDS = Catalogue("services.portal", *(f"services.{stage}" for stage in STAGES), "shared.service", "shared.files")
"""Its own sentences, and those of the stages: a reason code has one sentence in the whole program."""

LOCALES: Final[dict[Language, str]] = {"es": "es_MX", "en": "en_US"}


@dataclass(frozen=True, slots=True)
class Words:
    """All of one language."""

    language: Language

    def __call__(self, code: str, /, **params: object) -> str:
        """The sentence of this code."""
        return WORDS.text(code, self.language, **params)

    def maybe(self, code: str, /) -> str:
        """The sentence of this code, or nothing where there is none."""
        return WORDS.text(code, self.language) if WORDS.has(code, self.language) else ""

    def or_code(self, group: str, code: str) -> str:
        """The sentence of a code that a stage chose: in the group's words, else in the stage's own, else the code as
        words. A reader must accept a code that it does not know, and show it.
        """
        for known in (f"{group}.{code}", code):
            if WORDS.has(known, self.language):
                # Where a stage's reader is an integrator, its words have the code behind them.
                return WORDS.text(known, self.language).rstrip(".").removesuffix(f" ({code})")
        return code.replace("_", " ")

    def event(self, entry: Entry) -> str:
        """What happened, and who did it. A kind of act that came later is told as its event."""
        known = f"event.{entry.type}.{entry.act}"
        return self(known) if WORDS.has(known, self.language) else self.or_code("event", entry.type)

    def value(self, of: str, text: str) -> str:
        """What a criterion or a gate asks or finds, as a stage writes it: a code of the quality ladder or of a state, a
        number, or text with its unit.
        """
        if of == "qms" and WORDS.has(f"qms.{text}", self.language):
            return self(f"qms.{text}")
        if of == "location":
            return NAMES.get(text, text)
        return self.number(int(text)) if WHOLE.fullmatch(text) else text

    def day(self, value: date | str | None) -> str:
        """A day, in words, also that of a moment; nothing of None."""
        if value is None:
            return ""
        if isinstance(value, str):
            value = date.fromisoformat(value) if len(value) == len("YYYY-MM-DD") else datetime.fromisoformat(value)
        day = day_of(value) if isinstance(value, datetime) else value
        return format_date(day, "long", LOCALES[self.language])

    def day_or_text(self, value: str) -> str:
        """A day, in words; what somebody typed who meant one, as it is."""
        try:
            return self.day(value)
        except (ValueError, OverflowError):
            return value

    def moment_or_text(self, value: str) -> str:
        """A moment, in words; what stood in an address instead, as it is."""
        try:
            return self.moment(value)
        except (ValueError, OverflowError):
            return value

    def moment(self, value: datetime | str | None) -> str:
        """Day and hour in Mexico City; nothing of None."""
        if value is None:
            return ""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return format_datetime(moment.astimezone(ZONE), "d MMM y, HH:mm", locale=LOCALES[self.language])

    def local(self, value: str) -> str:
        """Day and hour in Mexico City, as a field of a form takes them."""
        return datetime.fromisoformat(value).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")

    def number(self, value: int) -> str:
        return format_decimal(value, locale=LOCALES[self.language])

    def share(self, basis_points: int | None) -> str:
        """A share of so many basis points, as percent with one decimal place, or two where it has them."""
        if basis_points is None:
            return ""
        return f"{format_decimal(Decimal(basis_points) / 100, '0.0#', locale=LOCALES[self.language])} %"

    def hundredths(self, ten_thousandths: int) -> str:
        """A number with two decimal places, as kappa is written; cut towards 0."""
        return format_decimal(Decimal(int(ten_thousandths / 100)) / 100, "0.00", locale=LOCALES[self.language])

    def money(self, value: str | None) -> str:
        """An amount as an event tells it: `1250000.00 MXN`."""
        if value is None:
            return ""
        amount, _, currency = value.partition(" ")
        return format_currency(Decimal(amount), currency or "MXN", "¤#,##0.00", locale=LOCALES[self.language])
