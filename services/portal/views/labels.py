"""What a page calls its fields, read from the page itself: nobody is told of one by a name that it is not asked by."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

FIELDS = frozenset({"input", "select", "textarea"})


def labels_of(page: str, optional: str) -> dict[str, str]:
    """By id of a field, or of a group of them, what it is called. `optional`: what is written behind some."""
    reader = _Reader()
    reader.feed(page)
    named = {id_: reader.texts.get(by, "") for id_, by in reader.named_by.items()}
    found = {id_: _words(text, optional) for id_, text in (reader.labels | named).items()}
    return {id_: text for id_, text in found.items() if text}


@dataclass
class _Text:
    """Of one element that is read: where it goes, and how deep its like are nested in it."""

    into: dict[str, str]
    key: str
    tag: str
    depth: int = 0
    said: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, str] = {}
        self.named_by: dict[str, str] = {}
        """Fields whose name is the text of another element."""
        self.texts: dict[str, str] = {}
        self._open: list[_Text] = []
        self._groups: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for each in self._open:
            each.depth += each.tag == tag
        if tag == "label" and "for" in given:
            self._open.append(_Text(self.labels, given["for"], tag))
        elif tag == "fieldset":
            self._groups.append(given.get("id", ""))
        elif tag == "legend" and self._groups and self._groups[-1]:
            self._open.append(_Text(self.labels, self._groups[-1], tag))
        elif tag == "span" and "id" in given:
            self._open.append(_Text(self.texts, given["id"], tag))
        elif tag in FIELDS and (id_ := given.get("id") or given.get("name")):
            if "aria-label" in given:
                self.labels[id_] = given["aria-label"]
            elif "aria-labelledby" in given:
                self.named_by[id_] = given["aria-labelledby"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self._groups:
            self._groups.pop()
        for each in self._open:
            each.depth -= each.tag == tag
        for each in [text for text in self._open if text.depth < 0]:
            each.into[each.key] = "".join(each.said)
            self._open.remove(each)

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.said.append(data)


def _words(text: str, optional: str) -> str:
    return " ".join(text.split()).removesuffix(optional).strip()
