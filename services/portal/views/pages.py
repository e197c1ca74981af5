"""Templates to pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.portal.domain.firm import Firm
from services.portal.domain.steps import taken
from services.portal.domain.story import Entry
from services.portal.identity.people import Person
from services.portal.views import assets
from services.portal.views.words import Words
from shared.areas import CODES
from shared.i18n import Language
from shared.states import NAMES

FOLDER = Path(__file__).parent
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Look:
    """What every page knows: who looks at it, in which language, and where it is."""

    language: Language
    person: Person | None
    path: str
    query: dict[str, str] = field(default_factory=dict)

    def address(self, path: str = "", /, **changed: str | int | None) -> str:
        """The page's address with some of its query changed; what is None goes. `path`: another page's."""
        kept = {name: value for name, value in (self.query | changed).items() if value}
        at = path or self.path
        return f"{at}?{urlencode(kept)}" if kept else at


def render(name: str, look: Look, /, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """The page of a template."""
    words = Words(look.language)
    return _environment().get_template(name).render(look=look, t=words, person=look.person, **values)


def name_of(firm: Firm) -> str:
    """What people call it: a natural person's name stays in registration."""
    if firm.profile is None:
        return str(firm.id)
    return firm.profile.legal_name or firm.profile.folio


def facts_of(entry: Entry, names: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """What an event says, for whoever wants all of it. `names`: of what ids stand for, for people outside of the
    program; an id without one tells them nothing, and is left out.
    """
    if names is not None:
        named = ((name, names.get(text, text)) for name, text in sorted(entry.facts.items()))
        return [(name, text) for name, text in named if not _ID.fullmatch(text)]
    return [
        ("event_id", str(entry.event_id)),
        ("correlation_id", entry.correlation_id),
        ("causation_id", entry.causation_id or ""),
        *sorted(entry.facts.items()),
    ]


@cache
def _environment() -> Environment:
    """Made at the first page."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static": assets.address, "states": NAMES, "taken": taken, "name_of": name_of}
    environment.globals |= {"facts_of": facts_of, "area_codes": CODES}
    environment.filters["reason_of"] = lambda code, words: words.or_code("reason", code)
    environment.filters["gate_of"] = lambda code, words: words.or_code("gate", code)
    return environment
