"""The limits of a cohort as a form has them: numbers for all, and minimums of groups that are named."""

from typing import Any, Final

from starlette.datastructures import FormData

from services.portal.api.asking import Asking
from services.portal.api.forms import Trouble, body
from services.portal.domain import written
from services.portal.store import demand
from services.portal.views.words import Words
from shared.areas import AREAS
from shared.states import NAMES

NUMBERS: Final = ("capacity", "k", "minimum_per_area", "minimum_per_state", "minimum_per_anchor")
ROWS: Final = 6
"""Groups that a form asks for: an operator names few, and of a cohort that names more each is there."""
KINDS: Final = ("area", "state", "anchor")


def limits_of(form: FormData, words: Words) -> tuple[dict[str, Any], Trouble | None]:
    """What the stage is asked for, or what is wrong with the groups that are named."""
    given = body(FormData([(name, value) for name, value in form.multi_items() if _is_of_all(name)]), numbers=NUMBERS)
    named: dict[str, dict[str, Any]] = {}
    wrong: dict[str, str] = {}
    for row in sorted({name.split(".")[1] for name in form if name.startswith("named.")}):
        group, least = (str(form.get(f"named.{row}.{part}", "")).strip() for part in ("group", "least"))
        if not group and not least:
            continue
        kind, _, code = group.partition(":")
        firms = written.whole(least)
        of = named.setdefault(f"minimum_per_{kind}", {})
        if not group or type(firms) is not int:
            wrong[f"named.{row}.{'least' if group else 'group'}"] = words("cohorts.named.missing")
        elif f"minimum_per_{kind}" in given:
            wrong[f"named.{row}.group"] = words("cohorts.named.both")
        elif code in of:
            wrong[f"named.{row}.group"] = words("cohorts.named.twice")
        else:
            of[code] = firms
    trouble = Trouble(words("problem.fields"), wrong) if wrong else None
    return given | {name: groups for name, groups in named.items() if groups}, trouble


def _is_of_all(name: str) -> bool:
    return name.partition(".")[0] != "named" and not name.startswith("seen_")


async def groups(asked: Asking) -> dict[str, list[tuple[str, str]]]:
    """By kind, all that may be named: what the form sends, and what it is called."""
    async with asked.portal.database.connection() as connection:
        anchors = await demand.all_anchors(connection)
    spanish = asked.language == "es"
    return {
        "area": [(f"area:{each.code}", f"{each.code} {each.name if spanish else each.name_en}") for each in AREAS],
        "state": [(f"state:{key}", name) for key, name in NAMES.items()],
        "anchor": [(f"anchor:{id_}", each.name) for id_, each in anchors.items()],
    }


def named_in(cohort: dict[str, Any]) -> list[tuple[str, int]]:
    """The groups that a cohort names, as the form has them."""
    found = ((kind, cohort[f"minimum_per_{kind}"]) for kind in KINDS)
    return [
        (f"{kind}:{code}", least) for kind, named in found if isinstance(named, dict) for code, least in named.items()
    ]
