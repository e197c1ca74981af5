"""What a buyer answers about a match."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from services.matching.domain.award import Award
from services.matching.domain.reasons import CorrectReason, DeclineReason, EndReason, GateName
from services.matching.views.requirements import Positive
from shared.contracts.event import Money
from shared.i18n.fields import wrong
from shared.service.http import Body


class AnswerBody(Body):
    answer: Literal["shortlisted", "declined"]
    reason: DeclineReason | None = Field(default=None, validate_default=True)
    """Of a decline; it must be given then, and only then."""

    @field_validator("reason")
    @classmethod
    def _reason_of_a_decline(cls, reason: DeclineReason | None, others: ValidationInfo) -> DeclineReason | None:
        if "answer" in others.data and (reason is None) == (others.data["answer"] == "declined"):
            raise wrong("fields.decline_reason")
        return reason


class AskedMoney(Money, extra="forbid"):
    """Money from outside. An unknown field is refused."""


class AwardBody(Body):
    annual_value: AskedMoney
    annual_volume: Positive
    """Pieces per year."""

    @field_validator("annual_value")
    @classmethod
    def _something_is_bought(cls, value: AskedMoney) -> AskedMoney:
        if not Decimal(value.amount):
            raise wrong("fields.annual_value")
        return value

    @property
    def value(self) -> Decimal:
        return Decimal(self.annual_value.amount)

    def award(self) -> Award:
        return Award(self.value, self.annual_value.currency, self.annual_volume)


class GivenAwardBody(AwardBody):
    confirmed: Annotated[tuple[GateName, ...], Field(max_length=20)] = ()
    """Gates of the match that are `unknown`, and of which the buyer made sure."""


class CorrectionBody(AwardBody):
    """The award as it should be, whole."""

    reason: CorrectReason


class EndBody(Body):
    reason: EndReason
