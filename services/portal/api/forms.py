"""Forms to what a stage takes, and what a stage refuses back to the form's fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from services.portal.domain import written
from services.portal.stages import AWAY, StageProblem
from services.portal.views.words import Words
from shared.service.http.problem import BODY, PARTS

OF_FIELDS = frozenset({"invalid_request", "fields_disagree"})
"""Problems whose sentence names a field as the stage calls it."""
OURS = frozenset({"token", "version", "key", "back"})
"""Fields that a page adds for itself."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form was not taken: a sentence, and what is wrong with which field."""

    detail: str
    errors: dict[str, str] = field(default_factory=dict)
    stale: bool = False
    """Somebody changed it meanwhile."""
    labels: dict[str, str] = field(default_factory=dict)
    """What the page calls each of these fields."""
    elsewhere: tuple[str, ...] = ()
    """What is wrong with none of the page's fields."""

    def on(self, labels: Mapping[str, str], at: str, words: Words) -> "Trouble":
        """The same for a page that calls its fields so; `at`: what the ids of that form's fields begin with."""
        errors, named, elsewhere = dict[str, str](), dict[str, str](), list[str]()
        for name, what in self.errors.items():
            place = _place(name, labels, at)
            if place is not None:
                errors.setdefault(place, what)
                named[place] = labels[at + place]
            else:
                elsewhere.append(what if name == BODY else words("problem.elsewhere"))
        return replace(self, errors=errors, labels=named, elsewhere=tuple(dict.fromkeys(elsewhere)))


def said(error: StageProblem, words: Words) -> str:
    """The sentence of what a stage said, or of that it said nothing."""
    if error.code == AWAY:
        return words("error.stage_away.named", stage=words(f"service.{error.stage}"))
    if error.code in OF_FIELDS:
        return words("problem.fields")
    return error.detail or words("error.stage_unclear" if error.code == "stage_unclear" else "error.refused")


def trouble(error: StageProblem, words: Words) -> Trouble:
    """What a stage said, for the form that was sent to it."""
    errors = {field_of(place): what for place, what in error.errors.items()}
    stale = error.status == HTTPStatus.PRECONDITION_FAILED
    detail = said(error, words)
    for place in error.errors:
        # The page says it at the field.
        detail = detail.removeprefix(f"{place}: ")
    return Trouble(words("problem.stale") if stale else detail, errors, stale)


def field_of(place: str) -> str:
    """The field that a stage means, whichever part of the request it is in."""
    part, _, inner = place.partition(".")
    return inner if inner and part in PARTS else place


def body(
    form: FormData,
    *,
    numbers: Iterable[str] = (),
    flags: Iterable[str] = (),
    lists: Iterable[str] = (),
) -> dict[str, Any]:
    """The form's fields as JSON: `contact.email` is a field within `contact`, an empty field is left out. `numbers` are
    whole numbers where they are written so, and stay text where not, which the stage words better; `flags` are ticked
    or not; `lists` may be chosen several times.
    """
    whole, ticked, several = frozenset(numbers), frozenset(flags), frozenset(lists)
    found: dict[str, Any] = {}
    for name in dict.fromkeys([*form, *ticked]):
        if name in OURS:
            continue
        given = [str(value).strip() for value in form.getlist(name)]
        if name in ticked:
            _put(found, name, value=bool(given and given[-1]))
        elif name in several:
            _put(found, name, value=[value for value in given if value])
        elif given and given[-1]:
            _put(found, name, value=written.whole(given[-1]) if name in whole else given[-1])
    return found


def typed(form: FormData) -> dict[str, str]:
    """What somebody typed, to be shown again."""
    return {name: str(value) for name, value in form.items() if name not in OURS}


def linked(form: FormData, *names: str) -> dict[str, str]:
    """What a link brought into a form: short texts."""
    return {name: str(form.get(name, "")).strip()[:120] for name in names}


def id_of(text: str) -> UUID:
    """Of nobody, where it is no id: there is one answer for whatever does not fit."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _place(name: str, labels: Mapping[str, str], at: str) -> str | None:
    """The page's field that is meant: this one, what it is a part of, or its own first part."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if at + (known := ".".join(parts[:length])) in labels:
            return known
    first = next((id_ for id_ in labels if id_.startswith(f"{at}{name}.")), None)
    return None if first is None else first.removeprefix(at)


def _put(found: dict[str, Any], name: str, *, value: object) -> None:
    *outer, last = name.split(".")
    inner = found
    for part in outer:
        inner = inner.setdefault(part, {})
    inner[last] = value
