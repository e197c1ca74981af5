"""Reads the catalogue into the domain's values, once, when the service starts."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.financing.domain.consent_text import ConsentText
from services.financing.domain.partner import Partner, partner
from services.financing.domain.product import Product, Ticket
from services.financing.domain.terms import Bankable, Limits, NeedRule, Terms

FOLDER = Path(__file__).parent


class CatalogueError(Exception):
    """A catalogue file is not what its version promised."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rule tables as released. Partners in the store complete and replace those of the catalogue."""

    version: str
    products: tuple[Product, ...]
    needs: tuple[NeedRule, ...]
    bankable: Bankable
    decline_questions: dict[str, tuple[str, ...]]
    texts: tuple[ConsentText, ...]
    partners: tuple[Partner, ...]

    def terms(self, stored: tuple[Partner, ...], limits: Limits) -> Terms:
        """The rules in force, with the partners as they are in the store now."""
        partners = {item.code: item for item in (*self.partners, *stored)}
        return Terms(
            self.version,
            self.products,
            self.needs,
            self.bankable,
            self.decline_questions,
            self.texts,
            tuple(partners.values()),
            limits,
        )


def read(folder: Path = FOLDER) -> Catalogue:
    """Raises CatalogueError: a consent text was edited after its version was released."""
    products, needs = _json(folder / "products.json"), _json(folder / "needs.json")
    declines = _json(folder / "decline_reasons.json")
    bankable = needs["bankable"]
    return Catalogue(
        version="/".join((products["version"], needs["version"], declines["version"])),
        products=tuple(_product(item) for item in products["products"]),
        needs=tuple(_need(item) for item in needs["needs"]),
        bankable=Bankable(
            bankable["fin_min_bp"],
            bankable["tax_question"],
            bankable["tax_level_min"],
            tuple(bankable["legal_questions"]),
        ),
        decline_questions={reason: tuple(codes) for reason, codes in declines["questions"].items()},
        texts=_texts(folder / "consent_texts"),
        partners=tuple(
            partner(item["code"], item["name"], item["kind"], item["sla_days"]) for item in products["partners"]
        ),
    )


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _product(item: dict[str, Any]) -> Product:
    return Product(
        code=item["code"],
        partner=item["partner"],
        name=item["name"],
        shape=item["shape"],
        purposes=tuple(item["purposes"]),
        strata=tuple(item["strata"]),
        kinds=tuple(item["kinds"]),
        min_years=item["min_years"],
        max_term_months=item["max_term_months"],
        tax_opinions=tuple(item["tax_opinions"]),
        tickets={
            currency: Ticket(_decimal(ends["floor"]), _decimal(ends["ceiling"]))
            for currency, ends in item["tickets"].items()
        },
        conditions=tuple(item["conditions"]),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _need(item: dict[str, Any]) -> NeedRule:
    return NeedRule(
        purpose=item["purpose"],
        questions=tuple(item["questions"]),
        on_contract=item["on_contract"],
        on_declines=tuple(item["on_declines"]),
        amount_from_plan=item["amount_from_plan"],
    )


def _texts(folder: Path) -> tuple[ConsentText, ...]:
    index = _json(folder / "index.json")
    return tuple(_text(folder, item, index) for item in index["in_force"])


def _text(folder: Path, item: dict[str, Any], index: dict[str, Any]) -> ConsentText:
    written = (folder / item["file"]).read_bytes()
    if hashlib.sha256(written).hexdigest() != item["sha256"]:
        raise CatalogueError(f"{item['file']} was changed: a new text needs a new version")
    return ConsentText(item["version"], item["credit"], written.decode(), index["purposes"], index["data_classes"])
