"""docs/consents.md: what of a firm goes to a partner under which class of data, and the words of its consent."""

from collections.abc import Iterator

from deploy.reference import markdown
from services.financing.catalogue import read
from services.financing.domain.consent_text import ConsentText

INTRODUCTION = """# What a consent lets go

A firm consents to one partner, for purposes, and for classes of data. Each class lets these fields of
[`partner.referral`](partners.md#a-referral) go and no others; the words are those that the firm reads. Classes that
only a lender may have are in no consent to another institution: `tests/financing/test_consent_text.py` proves it of any
choice of classes. Released texts are never edited: a changed word is a new version, and the one that a firm read is
kept under its hash ([decision 103](decisions/0103-words-are-made-of-deeds-and-kept.md))."""


def page() -> str:
    texts = read().texts
    return markdown.page(INTRODUCTION, _table(texts[0]), *(block for text in texts for block in _words(text)))


def _table(text: ConsentText) -> str:
    named = ((code, *each) for code, fields in text.fields.items() for each in fields.items())
    rows = [(f"`{code}`", f"`{field}`", words) for code, field, words in named]
    rows += [("every referral", f"`{field}`", words) for field, words in text.always.items()]
    return markdown.table(("Data class", "Field", "What the firm reads"), rows)


def _words(text: ConsentText) -> Iterator[str]:
    """With `$` before what the choice, the partner and the settings fill in."""
    yield f"## {text.version}"
    yield f"```text\n{text.template.strip()}\n```"
    for place, phrases in (("recipients", text.recipients), ("protection", text.protection)):
        yield f"In the place of `${place}` stands one of these:"
        yield markdown.table(
            ("Which", "What the firm reads"),
            [(f"`{code}`", said.replace("\n", "<br>")) for code, said in phrases.items()],
        )
