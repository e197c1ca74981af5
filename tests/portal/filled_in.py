"""Forms of all pages as somebody fills them in, and what their stages would not take of it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx
from fastapi.routing import APIRoute
from jsonschema_rs import Draft202012Validator

from services.portal.api.limits import KINDS, ROWS
from services.portal.api.register import NOTICE
from services.portal.domain.profile_fields import LISTS
from shared.service.callers import Role
from tests.http.services import openapi_of
from tests.portal import one_firm
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, SUPPLIER
from tests.portal.walks import FORMS

TYPED = {
    "annual_sales_mxn": "1,250,000.00",
    "amount": "1,250,000",
    "annual_value.amount": "1250000.00",
    "must_have": "T01",
    "targets": "",
    "capacity.annual_sales": "1,250,000",
    "contact.phone": "442 555 0101",
    "description": "Lo que muestra",
    "email": "ana@tornillos.mx",
    "contact.email": "ana@tornillos.mx",
    "envelope_mm": "600 x 400 x 300",
    "expires_on": "2027-01-01",
    "budget_mxn": "1250000.00",
    "k": "2",
    "key": "0123456789abcdef",
    "languages": "en",
    "level": "3",
    "plant_latitude_e6": "20.5888",
    "plant_longitude_e6": "-100.3899",
    "notice": NOTICE,
    "ramp": "2028 10000",
    "sha256": "a" * 64,
    "slot_minutes": "30",
    "slots": "3",
    "special_processes": "CQI-9 2026-03-01",
    "until": "2027-01-01",
    "version": '"v7"',
}
"""What somebody types into a field of this name; into every other one by its kind."""
BY_KIND = {"date": "2027-01-01", "email": "ana@tornillos.mx", "number": "3", "file": ""}
WHOLE = re.compile(
    r"(?<!wish_)(?:latitude|longitude|parts|minimum_order|_days|ppap|shifts|workers|force_t|tolerance|capacity|ppm|bp"
    r"|lead_time|months|volume|minimum_per|least|envelope|annual_value|score|part_|surface|salt_spray|distance)"
)
WORDS = "Palabras que bastan"

_LIMITS = {f"minimum_per_{kind}": [""] for kind in KINDS} | {
    f"named.{row}.{part}": [""] for row in range(1, ROWS) for part in ("group", "least")
}
"""A group is named once, and not beside a number for all of its kind."""
OTHERWISE: dict[str, dict[str, list[str]]] = {
    "/cohorts": _LIMITS,
    "/cohorts/{cohort_id}/limits": _LIMITS,
    "/requirements/new": {"special_processes": ["CQI-9"], "area": ["P14"]},
    "/requirements/{requirement_id}/change": {"special_processes": ["CQI-9"], "area": ["P14"]},
    "/work/scores/{supplier_id}": {"question": ["T01"]},
    "/operations/dead-letters": {"letter": [f"matching:{UUID(int=12)}"]},
}
"""Where a field of the same name is asked in another way, or the example that a page shows is none of it."""

EVIDENCE: dict[str, str | list[str]] = {"kind": "document", "description": WORDS}
REASON: dict[str, str | list[str]] = {"reason": WORDS}
WORTH: dict[str, str | list[str]] = {"annual_value.amount": "1250000.00", "annual_volume": "3"}
_CANDIDATE = "/requirements/{requirement_id}/candidates/{match_id}"
_ACTIVITY = "/work/plans/{supplier_id}/activities/{activity_id}"

HIDDEN: dict[str, dict[str, str | list[str]]] = {
    "/my-firm/diagnosis/{dimension}/{question}/evidence/removal": {"number": "0"},
    "/work/visits/{supplier_id}/{dimension}/{question}/evidence/removal": {"number": "0"},
    "/work/visits/{supplier_id}/offline/{question}": {"level": "3", "note": WORDS},
    "/my-firm/money/consents/{consent_id}/revocation": {},
    "/arco/{request_id}/completion": {},
    "/arco/{request_id}/extension": REASON,
    "/my-firm/introductions": {"to": str(ANCHOR), "text_sha256": "a" * 64},
    "/my-firm/introductions/{consent_id}/revocation": {},
    "/my-firm/performance/{match_id}/{month}/answer": {"answer": "contested", "reason": "defects"},
    "/meetings/{day_id}/reopening": {},
    "/prospects/{prospect_id}/reopening": {"note": WORDS},
    "/requirements/{requirement_id}/waivers/{waiver_id}/revocation": {},
    **{f"/my-firm/profile/{name}/{{number}}/removal": {} for name in LISTS if name != "processes"},
    "/my-firm/plan/activities/{activity_id}": EVIDENCE | {"sha256": "a" * 64},
    "/register/rfc": {"rfc": "TNB861214PH9"},
    f"{_CANDIDATE}/award/correction": WORTH | {"reason": "mistyped"},
    f"{_CANDIDATE}/award/end": {"reason": "completed"},
    f"{_CANDIDATE}/performance": {"month": "2025-02", "ppm": "3", "otif_bp": "97.5", "delivered": "3"},
    f"{_CANDIDATE}/performance/{{month}}/retraction": {"reason": "mistyped"},
    "/requirements/{requirement_id}/reopening": {"open_until": "2027-01-01"},
    f"{_ACTIVITY}/completion": {"evidence_id": str(UUID(int=9))},
    "/my-firm/plan/agreement": {},
    "/work/plans/{supplier_id}/agreement": {},
    f"{_ACTIVITY}/evidence": EVIDENCE,
    f"{_ACTIVITY}/attendance": {"number": "1", "came": "true"},
    f"{_ACTIVITY}/delay": REASON | {"until": "2027-01-01"},
    "/my-firm/plan/activities/{activity_id}/delay": REASON | {"until": "2027-01-01"},
    f"{_ACTIVITY}/evidence/{{evidence_id}}/return": REASON,
    f"{_ACTIVITY}/removal": REASON,
    f"{_ACTIVITY}/removal/end": {},
    "/my-firm/plan/activities/{activity_id}/removal": REASON,
    "/my-firm/plan/activities/{activity_id}/removal/end": {},
    "/work/plans/{supplier_id}/revision": {},
    "/cohorts/{cohort_id}/firms/{supplier_id}/drop-out": REASON,
    "/cohorts/{cohort_id}/firms/{supplier_id}/proposal/end": {},
    "/cohorts/{cohort_id}/reinstatement": REASON | {"supplier_id": str(SUPPLIER)},
    "/cohorts/{cohort_id}/replacement": {},
    "/cohorts/{cohort_id}/outcomes/{supplier_id}/decision": {"verdict": "upheld", "answer": WORDS},
    "/my-firm/outcome/appeal": REASON,
    "/my-firm/outcome/appeal/end": {},
    "/operations/services/{service}/resumption": {},
    "/registrations/{supplier_id}/dispute": {"upheld": "yes"},
    "/registrations/{supplier_id}/release": {"reasons": ["rfc_check_digit"]},
    "/work/validations/{supplier_id}/return": REASON,
    "/work/calibrations/{supplier_id}": REASON | {"levels.T01": "3"},
    "/my-firm/plan/revision": {},
    "/my-firm/money/referrals/{referral_id}/information": {},
    "/desk/{referral_id}": {"act": "approve", "amount": "1,250,000", "currency": "MXN", "term_months": "24"},
    "/my-firm/money/consent": {
        "partner": "nafin",
        "purpose": ["certification", "tooling"],
        "expires_on": "2027-01-01",
        "contact.email": "ana@tornillos.mx",
        "data_class": ["identity", "contact", "capacity"],
        "text_sha256": "a" * 64,
        "identity.rfc": "TNB861214PH9",
        "identity.legal_name": WORDS,
        "identity.representative": WORDS,
        "capacity.annual_sales": "1,250,000",
        "capacity.workers": "42",
    },
}
"""Forms that no page of these tests shows, as the state that they are of is another one, with what is typed there."""


@dataclass
class Written:
    """One form of a page."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


class Forms(HTMLParser):
    """Those that are posted, as somebody fills them in: the first choice of several, every box."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Written] = []
        self._form: Written | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Written(given["action"]) if given.get("method") == "post" else None
            self.found += [self._form] if self._form else []
        elif self._form is None:
            return
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and given.get("value"):
            self._form.add(self._select, given["value"])
            self._select = None
        elif tag == "textarea" or (tag == "input" and given.get("name")):
            self._input(self._form, given)
        elif tag == "button" and given.get("name"):
            self._form.add(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _input(self, form: Written, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if kind == "hidden":
            form.add(name, given.get("value", ""))
        elif kind in ("radio", "checkbox"):
            if kind == "checkbox" or name not in form.fields:
                form.add(name, given.get("value", "on"))
        else:
            form.add(name, typed(name, kind, given.get("value", "")))


def typed(name: str, kind: str = "text", before: str = "") -> str:
    if name in TYPED:
        return TYPED[name]
    if kind in BY_KIND:
        return BY_KIND[kind]
    if WHOLE.search(name):
        return "3"
    return before or WORDS


@cache
def operations(stage: str) -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
    document = openapi_of(stage)
    return [
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


PASSED_ON = {"version": "If-Match", "key": "Idempotency-Key"}
"""What a page has of the thing that it is about, and how its stage is told."""


def dropped(fields: Mapping[str, str | list[str]], request: httpx.Request) -> list[str]:
    """Seen: the page had the version and the key, and what was sent had an empty one."""
    return [
        name for name, header in PASSED_ON.items() if any(fields.get(name, ())) and request.headers.get(header) == ""
    ]


def faults(request: httpx.Request) -> Iterator[str]:
    """What a stage would not take of it."""
    stage = request.url.host.removesuffix(".test")
    fitting = [
        operation
        for path, method, operation in operations(stage)
        if path.fullmatch(request.url.path) and method == request.method.lower()
    ]
    if not fitting:
        yield f"no {request.method} {request.url.path} of {stage}"
        return
    [operation, *_] = fitting
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and parameter.get("required") and parameter["name"] not in request.headers:
            yield f"without {parameter['name']}"
    wanted = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if wanted is not None:
        schema = wanted | {"components": openapi_of(stage)["components"]}
        body = json.loads(request.content) if request.content else None
        for fault in Draft202012Validator(schema).iter_errors(body):
            yield f"{'.'.join(map(str, fault.instance_path))}: {fault.message[:200]}"
    elif request.content not in (b"", b"null"):
        yield "a body that nobody takes"


def route_of(action: str) -> APIRoute | None:
    path = action.partition("?")[0]
    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    fitting = [route for _, route in FORMS if route.matches(scope)[0].name == "FULL"]
    # The most exact one, as the application finds it first.
    return min(fitting, key=lambda route: route.path.count("{")) if fitting else None


async def person(portal: Visitors, role: Role) -> Browser:
    return await portal.signed_in(str(role), supplier_id=SUPPLIER, anchor_id=ANCHOR, partner_code="nafin")


async def sending(portal: Visitors, browser: Browser, action: str, fields: dict[str, Any]) -> list[httpx.Request]:
    """What the stages are sent for it."""
    before = len(portal.others.asked)
    given = {name: values for name, values in fields.items() if name != "token"}
    await browser.post(action, given)
    told = portal.others.asked[before:]
    return [each for each in told if each.method != "GET"]


def answered(portal: Visitors) -> None:
    """Have the stages take what the forms of all pages send."""
    one_firm.say(portal.others)
    firms = portal.others.answers["registration.test", "/suppliers"].json()
    portal.others.answer("registration", "/suppliers", firms | {"expires_at": "2026-12-01T00:00:00Z"}, 202)
    portal.others.answer("matching", "/requirements", {"id": str(SUPPLIER)}, 201)
    listed = portal.others.answers["development.test", "/cohorts"].json()
    portal.others.answer("development", "/cohorts", listed | {"id": str(SUPPLIER)})
