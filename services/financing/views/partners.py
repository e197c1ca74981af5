"""Partners as operators send and see them."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError, ValidatorFunctionWrapHandler, field_validator

from services.financing.domain.ids import partner_id
from services.financing.domain.partner import Partner
from services.financing.domain.reasons import PartnerKind
from services.financing.views.editions import EditionBody
from shared.i18n.fields import wrong
from shared.security.jwe import KeyRefusedError, PublicJwk, public_key
from shared.service.http import View

EXAMPLE = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use": "enc",
    "kid": "1",
}
"""Of RFC 7517, A.1."""

Member = Annotated[str, StringConstraints(max_length=4_000)]
Jwk = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=40)],
        Member | bool | Annotated[tuple[Member, ...], Field(max_length=20)],
    ],
    Field(max_length=30, examples=[EXAMPLE]),
]
"""A key as its owner gives it, with members that nobody here needs."""

KeyText = Annotated[str, StringConstraints(max_length=20_000)]
"""What a file has: PEM, or a JWK."""


class PartnerBody(EditionBody):
    """A partner, whole: what it was before stays on record."""

    kind: PartnerKind
    sla_days: Annotated[int, Field(ge=1, le=365)]
    active: bool = True
    reminder_bp: Annotated[int, Field(ge=1, le=10_000)] = 7_000
    """Share of its days after which it is late enough to be called, in hundredths of a percent."""
    silence_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Days for a firm that it asked for information; null: the stage's."""
    erase_days: Annotated[int, Field(ge=0, le=3_650)] | None = None
    """Days after a referral's end until its data are erased; null: the stage's."""
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    """Where this is from, as the agreement's number and date."""

    encrypt_to: Jwk | KeyText | None = None
    """Public key to which its referrals are encrypted from now on, EC on P-256 or RSA of 2048 to 4096 bits: a JWK (RFC
    7517) with `kid` and `use` `enc`, or the PEM text that openssl writes. Null takes it away; left out, it stays.
    """

    @field_validator("encrypt_to", mode="wrap")
    @classmethod
    def _is_a_public_key(cls, given: object, within_bounds: ValidatorFunctionWrapHandler) -> PublicJwk | None:
        """One fault, of the key: not one for each form that it might have had."""
        if given is None:
            return None
        try:
            key = public_key(given)
            within_bounds(given)
        except KeyRefusedError as error:
            raise wrong(error.code) from error
        except ValidationError as error:
            raise wrong("field.key_malformed") from error
        return key

    def partner(self, code: str, known: Partner | None) -> Partner:
        given = self.model_dump()
        # Who does not know of keys must not take one away.
        if "encrypt_to" not in self.model_fields_set and known is not None:
            given["encrypt_to"] = known.encrypt_to
        return Partner(partner_id(code), code, **given)


class PartnerView(View):
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool
    reminder_bp: int
    silence_days: int | None
    erase_days: int | None
    documents: tuple[str, ...]
    source: str
    valid_from: date | None
    valid_until: date | None
    encrypt_to: dict[str, str] | None
    """Public key to which its referrals are encrypted; null: they are not."""
    edition: int
    stored_at: datetime | None
    """From when on this edition is in force, until the next one's; null: a release before did not note it."""
    past: tuple[dict[str, Any], ...]
    """Its editions before this one, the oldest first, each with its own `stored_at`."""
