"""What the rules say of a profile of which only a part is well formed, so that all that is wrong is told at once."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.registration.domain import profile as profiles
from services.registration.domain.fault import Fault
from services.registration.domain.profile import Profile
from services.registration.domain.rfc import RefusedRfc, judge
from shared.service.http.wellformed import Broken, Place

_PROFILE = TypeAdapter(Profile)

_TEXTS = frozenset({"rfc", "legal_name", "scian", "state", "name", "email", "area", "body", "number", "family", "code"})
_STANDS: dict[str, Any] = {
    **dict.fromkeys(_TEXTS | {"hs_code"}, ""),
    "sector": "industry",
    "standard": "iso_14001",
    "program": "immex",
    **dict.fromkeys(("workers", "annual_sales_mxn", "rvc_bp"), 0),
    **dict.fromkeys(("operating_since", "assessed_on", "valid_to"), "2000-01-01"),
    "processes": (),
}
"""By the name of a field that must be there: what stands for it, that rules of the other fields can be asked."""

_LISTS = ("plants", "programs", "processes", "certificates", "origins")
_RESTS_ON = {"site_unknown": ("plants",), "main_plant_elsewhere": ("state", "municipality", "plants")}
"""By a reason: fields without which nobody can say so of another one."""


def profile_faults(given: dict[str, Any], wrong: Sequence[Place], today: date) -> Iterator[Broken]:
    """What is wrong with these fields of a profile, as JSON has them, where those at the places that are `wrong` are
    not well formed.
    """
    lists = {next((name for name in place if name in _LISTS), place[0]) for place in wrong if place}
    profile = _filled(given)
    if profile is None:
        return
    profile = profiles.tidy(profile, today)
    verdict = judge(profile.rfc)
    reasons = verdict.reasons if isinstance(verdict, RefusedRfc) else ()
    for fault in (*(Fault("rfc", reason) for reason in reasons), *profiles.faults(profile, today)):
        rests_on = _RESTS_ON.get(fault.reason, ()) or (fault.field.partition(".")[0],) * (fault.reason == "repeated")
        if not lists.intersection(rests_on):
            yield profiles.path_of(fault), fault.reason, fault.params


def _filled(given: dict[str, Any]) -> Profile | None:
    """A profile that says this. None where a field is of no use to any rule."""
    given.setdefault("offering", {})
    for _ in range(2):
        try:
            return _PROFILE.validate_python(given)
        except ValidationError as error:
            for each in error.errors():
                if not _stand_in(given, each["loc"]):
                    return None
    return None


def _stand_in(given: Any, place: tuple[int | str, ...]) -> bool:  # noqa: ANN401 - JSON
    *outer, last = place
    for part in outer:
        given = given[part]
    if not isinstance(given, dict) or last in given or last not in _STANDS:
        return False
    beside = given.get("municipality")
    given[last] = str(beside)[:2] if last == "state" and beside else _STANDS[str(last)]
    return True
