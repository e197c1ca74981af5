"""News end where the address to which they go is erased."""

from services.portal.api.asking import Asking
from services.portal.domain.subscription import Reader
from services.portal.handlers import news
from services.portal.store import subscriptions
from services.portal.store.subscriptions import readers
from shared.messaging.decision import Decision, Refused


async def end_news_at(asked: Asking, email: str) -> None:
    """Whoever is told at this address is told no more, of whatever it is."""

    def decide(state: Reader | None, _: None) -> Decision[Reader] | Refused:
        return news.LINK_REFUSED if state is None else news.end(state)

    async with asked.portal.database.connection() as connection:
        found = await subscriptions.ids_at(connection, email)
    for id_ in found:
        await asked.portal.commands.run(readers, id_, decide, asked.request.state.cause)
