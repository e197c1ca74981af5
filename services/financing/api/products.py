"""HTTP of what the partners offer."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.financing.api.access import Operator, Own
from services.financing.catalogue import read
from services.financing.domain.ids import product_id
from services.financing.domain.terms import Terms
from services.financing.handlers import partners as handlers
from services.financing.store.terms import alone_with_partners, editions, offers, with_terms
from services.financing.views.products import EditionView, ProductBody, ProductView
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Problem, Replace, Show, Strict, routes

Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{1,30}$", max_length=60)]


def router(commands: Commands, database: Database, terms: Reference[Terms]) -> APIRouter:
    api = routes("products")
    catalogue = read()
    shipped = {product.code: product for product in catalogue.products}

    @api.get("/products")
    async def list_products(_: Own, paging: Paging) -> Page[EditionView]:
        """List what the partners offer today, the preferred first."""
        async with database.transaction() as connection:
            found = (await terms(connection)).products
        return Page[EditionView].of_all(found, paging, EditionView.of_product)

    @api.get("/products/{code}")
    async def show_product(code: Code, _: Own, show: Show) -> ProductView:
        """Show one product with all of its editions."""
        async with database.connection() as connection:
            known = (await editions(connection, catalogue)).get(code)
        if known is None:
            raise Problem(404, "product_not_known")
        return show.shown(ProductView.of_editions(code, known, now().date()))

    @api.put("/products/{code}")
    async def put_product(code: Code, body: Strict[ProductBody], _: Operator, replace: Replace) -> ProductView:
        """Add a product or another edition of one. Every case with needs is judged again.

        An edition takes the place of those before it on its first day. `If-Match: *` adds a product that is not there
        yet.
        """
        return await replace.run(
            commands,
            offers,
            product_id(code),
            lambda known, in_force: handlers.put_product(known, body.product(code), shipped.get(code), in_force),
            lambda offer: ProductView.of_offer(offer, shipped.get(code), now().date()),
            with_terms(alone_with_partners, terms),
        )

    return api
