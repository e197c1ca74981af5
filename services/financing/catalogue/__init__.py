"""Reads the catalogue into the domain's values, once, when the service starts."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.financing.domain.consent_text import ConsentText
from services.financing.domain.partner import Partner, partner
from services.financing.domain.product import Dated, Offer, Product, Ticket, in_force, turning_days
from services.financing.domain.terms import Bankable, Limits, NeedRule, Terms

FOLDER = Path(__file__).parent

RANKS_APART = 10
"""Room for products of operators between those of the catalogue, which are in the order of preference."""


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
    released: tuple[ConsentText, ...]

    def editions(self, offers: tuple[Offer, ...] = ()) -> dict[str, tuple[Product, ...]]:
        """Each product's editions, the shipped one first."""
        shipped = {product.code: (product,) for product in self.products}
        return shipped | {offer.code: (*shipped.get(offer.code, ()), *offer.editions) for offer in offers}

    def terms(
        self, stored: tuple[Partner, ...], limits: Limits, offers: tuple[Offer, ...] = (), today: date = date.max
    ) -> Terms:
        """The rules in force today, with the partners and products as they are in the store now."""
        partners = {item.code: item for item in (*self.partners, *stored)}
        editions = self.editions(offers)
        found = [each for known in editions.values() if (each := in_force(known, today)) is not None]
        every: list[Dated] = [*(each for known in editions.values() for each in known), *partners.values()]
        return Terms(
            self.version,
            tuple(sorted(found, key=lambda product: product.rank)),
            self.needs,
            self.bankable,
            self.decline_questions,
            self.texts,
            tuple(partners.values()),
            limits,
            self.released,
            turning_days(every),
        )


def read(folder: Path = FOLDER) -> Catalogue:
    """Raises CatalogueError: a consent text was edited after its version was released."""
    products, needs = _json(folder / "products.json"), _json(folder / "needs.json")
    declines = _json(folder / "decline_reasons.json")
    bankable = needs["bankable"]
    texts, released = _texts(folder / "consent_texts")
    return Catalogue(
        version="/".join((products["version"], needs["version"], declines["version"])),
        products=tuple(_product(item, rank, products["status"]) for rank, item in enumerate(products["products"], 1)),
        needs=tuple(_need(item) for item in needs["needs"]),
        bankable=Bankable(
            bankable["fin_min_bp"],
            bankable["tax_question"],
            bankable["tax_level_min"],
            tuple(bankable["legal_questions"]),
        ),
        decline_questions={reason: tuple(codes) for reason, codes in declines["questions"].items()},
        texts=texts,
        partners=tuple(
            partner(item["code"], item["name"], item["kind"], item["sla_days"]) for item in products["partners"]
        ),
        released=released,
    )


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _product(item: dict[str, Any], place: int, status: str) -> Product:
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
        min_classes=tuple(item["min_classes"]),
        source=" ".join((status, *item["to_verify"], f"Least data: {item['source']['min_classes']}.")),
        rank=RANKS_APART * place,
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


def _texts(folder: Path) -> tuple[tuple[ConsentText, ...], tuple[ConsentText, ...]]:
    """Those in force, and all that were ever released."""
    index = _json(folder / "index.json")
    released = tuple(_text(folder, item) for item in index["released"])
    return tuple(text for text in released if text.version in index["in_force"]), released


def _text(folder: Path, item: dict[str, Any]) -> ConsentText:
    template = _as_released(folder / item["file"], item["sha256"])
    names = json.loads(_as_released(folder / item["names"], item["names_sha256"]))
    classes = {code: _named(told) for code, told in names["data_classes"].items()}
    return ConsentText(
        item["version"],
        item["credit"],
        template,
        names["purposes"],
        {code: name for code, (name, _) in classes.items()},
        {code: fields for code, (_, fields) in classes.items()},
        names.get("always", {}),
        names.get("recipients", {}),
        item.get("plan", False),
        names.get("protection", {}),
    )


def _named(told: str | dict[str, Any]) -> tuple[str, dict[str, str]]:
    """What people read of a class of data, and its fields where the text names them one by one."""
    if isinstance(told, str):
        return told, {}
    return f"{told['name']}: {', '.join(told['fields'].values())}", told["fields"]


def _as_released(file: Path, sha256: str) -> str:
    written = file.read_bytes()
    if hashlib.sha256(written).hexdigest() != sha256:
        raise CatalogueError(f"{file.name} was changed: a new text needs a new version")
    return written.decode()
