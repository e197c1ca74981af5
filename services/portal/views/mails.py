"""What mails of news say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from services.portal.domain.message import Message, Written
from services.portal.domain.news import KINDS, OPERATORS_PAGE, PROGRAM, News
from services.portal.domain.subscription import Subscription, cause_of
from services.portal.views.words import Words
from shared.i18n import LANGUAGES, Language
from shared.i18n.language import DEFAULT
from shared.service.mail import Mail

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
INVENTED = Subscription(UUID(int=0), "", "active", NEVER, email="persona@ejemplo.mx", name="Ana Ejemplo", stop="x" * 8)
"""To whom a preview is."""


def confirmation(asked: Subscription, code: str, portal: str) -> Mail | None:
    """To an address that somebody named: a code, and the page that takes it. Who that was is not said: perhaps it is
    somebody else's address.
    """
    if asked.email is None:
        return None
    words = _words(asked.language)
    query = urlencode({"subscription": str(asked.id), "code": code})
    text = words("news.confirmation", link=f"{portal}/news/confirmation?{query}")
    return Mail("news-confirmation", asked.id, asked.email, words("news.confirmation.subject"), text)


def newsletter(asked: Subscription, news: Sequence[News], portal: str, sent: Sequence[Message] = ()) -> Mail | None:
    """What the program announces, what is to be done, each with its page, and one link to be told no more. `sent`: the
    messages that may be among the news.
    """
    announced, todo = _announced(asked, news, sent), _todo(asked, news, portal)
    if asked.email is None or not (announced or todo):
        return None
    words, stop = _words(asked.language), f"{portal}/news/stop?{stopping(asked)}"
    text = [
        words("news.hello.named", name=asked.name) if asked.name else words("news.hello"),
        *(f"{each.subject}\n\n{each.text}" for each in announced),
        *([words("news.todo"), *todo] if todo else ()),
        words("news.goodbye", link=stop),
    ]
    subject = words("news.subject") if todo else announced[0].subject
    return Mail("news", asked.id, asked.email, subject, "\n\n".join(text), stop)


def _announced(asked: Subscription, news: Sequence[News], sent: Sequence[Message]) -> list[Written]:
    causes = {each.cause for each in news}
    return [each.in_(asked.language) for each in sent if cause_of(each) in causes]


def _todo(asked: Subscription, news: Sequence[News], portal: str) -> list[str]:
    """One paragraph for each kind, however many are meant."""
    words, found = _words(asked.language), []
    for name, kind in KINDS.items():
        about = sum(each.about for each in news if each.kind == name)
        if about and kind is not PROGRAM:
            page = OPERATORS_PAGE if asked.operates and "operator" in kind.roles else kind.page
            found.append(f"{words(f'news.{name}.told', count=about)}\n{portal}{page}")
    return found


def preview(kind: str, language: Language, portal: str, sent: Sequence[Message] = ()) -> Mail | None:
    """What somebody is told, with an invented name and link."""
    asked = replace(INVENTED, language=language)
    news = [News(kind, kind, NEVER, 3), *(News(PROGRAM.name, cause_of(each), NEVER) for each in sent)]
    return newsletter(asked, news, portal, sent)


def preview_of_confirmation(language: Language, portal: str) -> Mail | None:
    """What comes first, with an invented code."""
    return confirmation(replace(INVENTED, language=language), "x" * 8, portal)


def stopping(asked: Subscription) -> str:
    """Of the link that stops it, what only a mail of it has."""
    return urlencode({"subscription": str(asked.id), "secret": asked.stop})


def _words(language: str) -> Words:
    return Words(next((each for each in LANGUAGES if each == language), DEFAULT))
