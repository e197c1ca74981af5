"""The rules in force: catalogue, partners and limits, as one value that every decision gets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.financing.domain.consent_text import ConsentText, Controller, Intermediated, Promised, Retention
from services.financing.domain.partner import Partner
from services.financing.domain.product import Product
from services.financing.domain.reasons import Purpose


@dataclass(frozen=True, slots=True)
class NeedRule:
    """What tells of a need: an open gap on any of these questions, a won contract, a partner's refusal."""

    purpose: Purpose
    questions: tuple[str, ...]
    on_contract: bool = False
    on_declines: tuple[str, ...] = ()
    amount_from_plan: bool = False
    """The cost of the plan's activities that are still to be done is the estimate."""


@dataclass(frozen=True, slots=True)
class Bankable:
    """Below this a firm is not referred: a refused application would stay in its credit history."""

    fin_min_bp: int
    tax_question: str
    tax_level_min: int
    legal_questions: tuple[str, ...] = ()
    """Each must have been evaluated, the tax question among them: unknown is not fine."""


UNNAMED = Controller(
    name="[demostración: no hay responsable designado]",
    address="[demostración: sin domicilio]",
    contact="[demostración: sin correo]",
    privacy_notice="[demostración: sin aviso de privacidad]",
)
"""Whoever reads it sees that nothing real is agreed to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings of the stage; `settings.py` says why each has its value."""

    supplier_silence_days: int = 14
    erase_days: int = 90
    consent_days: int = 365
    approval_days: int = 365
    approval_tolerance_bp: int = 1_000
    partner_days: int = 15
    backup_days: int = 30
    controller: Controller = UNNAMED


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that a decision of this stage depends on besides the case. `version` goes into the events."""

    version: str
    products: tuple[Product, ...]
    needs: tuple[NeedRule, ...]
    bankable: Bankable
    decline_questions: Mapping[str, tuple[str, ...]]
    texts: tuple[ConsentText, ...]
    """In force."""
    partners: tuple[Partner, ...]
    limits: Limits = Limits()
    released: tuple[ConsentText, ...] = ()
    """Every text that was ever in force: what was shown under it can be rendered anew."""
    turning: frozenset[date] = frozenset()
    """Days on which a product or a partner begins or ends."""

    def limits_of(self, partner: str) -> Limits:
        """The limits that hold with this partner: its own days before the stage's."""
        known = self.partner(partner)
        if known is None:
            return self.limits
        limits, silence, erase = self.limits, known.silence_days, known.erase_days
        return replace(
            limits,
            supplier_silence_days=limits.supplier_silence_days if silence is None else silence,
            erase_days=limits.erase_days if erase is None else erase,
        )

    def product(self, code: str) -> Product | None:
        return next((product for product in self.products if product.code == code), None)

    def partner(self, code: str) -> Partner | None:
        return next((partner for partner in self.partners if partner.code == code), None)

    def products_for(self, purpose: Purpose) -> tuple[Product, ...]:
        """In the order of preference."""
        return tuple(product for product in self.products if purpose in product.purposes)

    def promised(self, partner: Partner, purposes: Collection[Purpose]) -> Promised:
        """What a consent to this partner for these purposes says of what is done."""
        through = (
            product
            for product in self.products
            if product.partner == partner.code and product.by_intermediary and set(purposes) & set(product.purposes)
        )
        limits, text = self.limits_of(partner.code), self.text_for(partner)
        return Promised(
            partner.name,
            tuple(Intermediated(product.code, product.name) for product in through),
            limits.controller,
            Retention(limits.partner_days, limits.erase_days, limits.approval_days, limits.backup_days),
            text.plan,
            bool(text.protection) and partner.encrypt_to is not None,
        )

    def texts_of(self, version: str) -> tuple[ConsentText, ...]:
        """The released texts of this version, in force or not."""
        return tuple(text for text in self.released if text.version == version)

    def text_for(self, partner: Partner) -> ConsentText:
        """The text in force for this kind of partner. Raises LookupError: the catalogue has none."""
        for text in self.texts:
            if text.credit == (partner.kind != "non_financial"):
                return text
        raise LookupError("no consent text for this kind of partner")
