"""What mails of news say."""

from collections.abc import Sequence
from urllib.parse import urlencode

from services.portal.domain.news import KINDS, OPERATORS_PAGE, News
from services.portal.domain.subscription import Subscription
from services.portal.views.words import Words
from shared.i18n import LANGUAGES
from shared.i18n.language import DEFAULT
from shared.service.mail import Mail


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


def newsletter(asked: Subscription, news: Sequence[News], portal: str) -> Mail | None:
    """What is to be done, each with the page where it is, and one link to be told no more."""
    if asked.email is None or not news:
        return None
    words, stop = _words(asked.language), f"{portal}/news/stop?{stopping(asked)}"
    parts = [words("news.hello.named", name=asked.name) if asked.name else words("news.hello")]
    for name, kind in KINDS.items():
        if about := sum(each.about for each in news if each.kind == name):
            page = OPERATORS_PAGE if asked.operates and "operator" in kind.roles else kind.page
            parts.append(f"{words(f'news.{name}.told', count=about)}\n{portal}{page}")
    parts.append(words("news.goodbye", link=stop))
    return Mail("news", asked.id, asked.email, words("news.subject"), "\n\n".join(parts), stop)


def stopping(asked: Subscription) -> str:
    """Of the link that stops it, what only a mail of it has."""
    return urlencode({"subscription": str(asked.id), "secret": asked.stop})


def _words(language: str) -> Words:
    return Words(next((each for each in LANGUAGES if each == language), DEFAULT))
