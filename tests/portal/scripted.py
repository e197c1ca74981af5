"""What the stages answer in tests of pages: of every GET an example that its own OpenAPI document gives; of the
questionnaire, which is one whole, what the stage itself would show.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from services.diagnosis.views.diagnoses import DiagnosisView
from services.diagnosis.views.draft import DraftView
from services.diagnosis.views.instrument import InstrumentView
from shared.service.schema_examples import example_of
from tests.diagnosis.builders import INSTRUMENT, INSTRUMENTS, levels_at, submitted
from tests.http.services import SERVICES, openapi_of
from tests.portal.conftest import OtherStages

IDS = {
    "dimension": "TEC",
    "question": "T01",
    "activity_id": str(UUID(int=8)),
    "evidence_id": str(UUID(int=9)),
    "cohort_id": str(UUID(int=10)),
    "import_id": str(UUID(int=11)),
    "request_id": str(UUID(int=18)),
    "letter_id": str(UUID(int=12)),
    "prospect_id": str(UUID(int=14)),
    "twins_id": str(UUID(int=14)),
    "kind": "suppliers",
    "service": "matching",
    "day_id": str(UUID(int=14)),
    "meeting_id": str(UUID(int=15)),
    "attachment_id": str(UUID(int=17)),
    "waiver_id": str(UUID(int=16)),
    "version": INSTRUMENT.version,
    "month": "2025-02",
}
ETAG = '"v7"'


def answer(others: OtherStages, ids: Mapping[str, str]) -> None:
    """Have all stages answer everything that these ids name."""
    for stage, path, body in _examples():
        if _names(path) <= ids.keys():
            others.answer(stage, path.format(**ids), body, ETag=ETAG)
    _answer_questionnaire(others, ids.get("supplier_id", ""))


@cache
def _examples() -> list[tuple[str, str, Any]]:
    """Of every GET that shows JSON: its service, its path, and an example of its answer."""
    found = []
    for stage in SERVICES:
        document = openapi_of(stage)
        definitions = document["components"]["schemas"]
        for path, methods in document["paths"].items():
            shown = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            if "application/json" in shown:
                body = example_of(shown["application/json"]["schema"], definitions)
                found.append((stage, path, _as_shown(body)))
    return found


def _answer_questionnaire(others: OtherStages, supplier_id: str) -> None:
    diagnosis = submitted(levels_at(3, T12=None))
    for path, view in {
        "/instrument": InstrumentView.of_instrument(INSTRUMENT, INSTRUMENTS),
        f"/diagnoses/{supplier_id}": DiagnosisView.of_diagnosis(diagnosis, INSTRUMENTS),
        f"/diagnoses/{supplier_id}/draft": DraftView.of_diagnosis(diagnosis, INSTRUMENTS),
        f"/diagnoses/{supplier_id}/visit": DraftView.of_visit(diagnosis, INSTRUMENTS, "assessor"),
    }.items():
        others.answer("diagnosis", path, view.model_dump(mode="json"), ETag=ETAG)


def _names(path: str) -> set[str]:
    return {part.partition("}")[0] for part in path.split("{")[1:]}


def _as_shown(body: Any) -> Any:
    """What a schema does not say of its example: a list ends, an amount is a number, a firm is there."""
    said = {"workers": 51, "annual_sales_mxn": "1250000.00", "said_on": None}
    known = {"next": None, "annual_sales_mxn": "1250000.00", "withdrawn": False, "sizes": [said], "waiver": None}
    return body | {name: known[name] for name in known.keys() & body.keys()} if isinstance(body, dict) else body
