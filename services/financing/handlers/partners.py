"""Partners and their products join, change and end."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

from services.financing.domain.ids import product_id
from services.financing.domain.partner import Partner
from services.financing.domain.product import Offer, Product
from services.financing.domain.terms import Terms
from shared.messaging.decision import Decision, Refused, SweepRequest

PARTNER_CHANGED = "partner_changed"


def put(
    known: Partner | None, partner: Partner, promised: Collection[str], at: datetime
) -> Decision[Partner] | Refused:
    """Store a partner as it is now, as another edition; every case with needs is judged again. `promised`: the partners
    of which firms were told that what is sent is encrypted to their key.
    """
    key = partner.encrypt_to
    if key is None and known is not None and known.encrypt_to is not None and partner.code in promised:
        return Refused("conflict", "encryption_promised", at="encrypt_to")
    if key is not None and known is not None and any(_is_another(key, each) for each in known.keys):
        return Refused("conflict", "key_id_of_another_key", at="encrypt_to")
    if known is not None:
        past = {name: value for name, value in asdict(known).items() if name not in ("id", "code", "past")}
        partner = replace(partner, edition=known.edition, stored_at=known.stored_at, past=known.past)
        if partner == known:
            return Decision(known)
        partner = replace(partner, edition=known.edition + 1, past=(*known.past, past))
    return Decision(replace(partner, stored_at=at), sweeps=(SweepRequest(PARTNER_CHANGED, {"partner": partner.code}),))


def _is_another(key: dict[str, str], known: dict[str, str]) -> bool:
    """Two keys of one name: whoever reads what is encrypted could not tell with which."""
    return key["kid"] == known["kid"] and key != known


def put_product(
    known: Offer | None, product: Product, shipped: Product | None, terms: Terms
) -> Decision[Offer] | Refused:
    """Store another edition of a product; every case with needs is judged again."""
    partner = terms.partner(product.partner)
    if partner is None:
        return Refused("invalid", "partner_unknown", at="partner")
    if (product.shape == "non_financial") != (partner.kind == "non_financial"):
        return Refused("invalid", "shape_of_another_kind", at="shape")
    if not partner.data_classes.issuperset(product.min_classes):
        return Refused("invalid", "data_class_not_allowed", at="min_classes")
    editions = () if known is None else known.editions
    last = editions[-1] if editions else shipped
    if last is not None and last.partner != product.partner:
        return Refused("conflict", "product_of_another_partner", at="partner")
    if last is not None and editions and replace(product, edition=last.edition) == last:
        return Decision(known)
    numbered = replace(product, edition=1 if last is None else last.edition + 1)
    offer = Offer(product_id(product.code), product.code, (*editions, numbered))
    return Decision(offer, sweeps=(SweepRequest(PARTNER_CHANGED, {"product": product.code}),))
