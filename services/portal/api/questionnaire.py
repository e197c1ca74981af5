"""A firm answers its questionnaire: a page for each dimension, every answer kept as it is given, by several people."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, HTTPException, Path, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.forms import Trouble, trouble
from services.portal.api.instruments import instrument_of
from services.portal.api.my_firm import STAYING
from services.portal.api.my_profile import Mine
from services.portal.domain.questionnaire import WHYS, Question, Section, same, sections
from services.portal.domain.scope import OwnFirm
from services.portal.stages import StageProblem

QUESTIONNAIRE = "/my-firm/diagnosis"
Code = Annotated[str, Path(pattern=r"^[A-Z]{3}$")]
QuestionCode = Annotated[str, Path(pattern=r"^[A-Z][0-9]{2}$")]
MOST_TYPED = 4_000


class State(NamedTuple):
    """How it stands with one question that somebody answers."""

    question: str
    version: str
    saved: bool
    problem: Trouble | None = None
    theirs: Mapping[str, Any] | None = None
    """What a colleague answered meanwhile."""
    mine: Mapping[str, Any] | None = None


def router() -> APIRouter:
    pages = APIRouter(prefix=QUESTIONNAIRE)

    @pages.get("", dependencies=[STAYING])
    async def show_dimensions(asked: Anybody, mine: Mine) -> Response:
        """How far each dimension is, what is missing, and the form that sends it."""
        return await _whole(asked, mine)

    @pages.post("/submission")
    async def submit(asked: Anybody, mine: Mine, form: Form) -> Response:
        """Send the sheet, whole and as it was seen."""
        path, version = f"/diagnoses/{mine.supplier_id}/draft/submission", str(form.get("version", ""))
        try:
            done = await asked.send("diagnosis", "POST", path, version=version)
        except StageProblem as error:
            return await _whole(asked, mine, trouble(error, asked.words), error.status)
        await asked.arrived(done)
        return see("/my-firm")

    @pages.get("/{dimension}", dependencies=[STAYING])
    async def show_questions(asked: Anybody, mine: Mine, dimension: Code) -> Response:
        """The questions of one dimension, with what anybody of the firm has answered."""
        return await _dimension(asked, mine, dimension)

    @pages.post("/{dimension}/{question}")
    async def answer(asked: Anybody, mine: Mine, dimension: Code, question: QuestionCode, form: Form) -> Response:
        """Keep one answer, under the version that was seen of this question alone."""
        state = await _kept(asked, mine, question, form)
        if "hx-request" in asked.request.headers:
            # A script puts it beside the question, whatever came of it.
            return asked.page("question_state.html", state=state, address=f"{QUESTIONNAIRE}/{dimension}")
        if state.saved:
            return see(f"{QUESTIONNAIRE}/{dimension}#{question}")
        status = HTTPStatus.PRECONDITION_FAILED if state.theirs else HTTPStatus.UNPROCESSABLE_ENTITY
        return await _dimension(asked, mine, dimension, state, status)

    return pages


async def _kept(asked: Asking, mine: OwnFirm, question: str, form: FormData) -> State:
    path, version = f"/diagnoses/{mine.supplier_id}/draft/{question}", str(form.get("version", ""))
    given = _body(form)
    try:
        done = await asked.send("diagnosis", "PUT", path, given, version=version)
    except StageProblem as error:
        refused = trouble(error, asked.words)
        if not refused.stale:
            return State(question, version, saved=False, problem=refused, mine=given)
    else:
        return State(question, done.etag or "", saved=True)
    present = await asked.ask("diagnosis", path)
    if same(given, present.body):
        # An answer whose receipt was lost on its way.
        return State(question, present.etag or "", saved=True)
    return State(question, present.etag or "", saved=False, problem=refused, theirs=present.body, mine=given)


def _body(form: FormData) -> dict[str, Any]:
    level = str(form.get("level", ""))
    typed = {name: str(form.get(name, "")).strip()[:MOST_TYPED] for name in ("why", "reason", "note")}
    if level in {"0", "1", "2", "3", "4"}:
        return {"level": int(level), "note": typed["note"]}
    return {"level": None, "why": typed["why"] or None, "reason": typed["reason"], "note": typed["note"]}


async def _sections(asked: Asking, mine: OwnFirm) -> tuple[tuple[Section, ...], str, Mapping[str, Any]]:
    """The questionnaire with what was answered, the version of the whole, and what else the stage says of it."""
    draft = await asked.ask("diagnosis", f"/diagnoses/{mine.supplier_id}/draft")
    instrument = await instrument_of(asked, draft.body["instrument"])
    return sections(instrument, draft.body), draft.etag or "", draft.body


async def _whole(asked: Asking, mine: OwnFirm, problem: Trouble | None = None, status: int = HTTPStatus.OK) -> Response:
    try:
        found, version, draft = await _sections(asked, mine)
    except StageProblem as error:
        return asked.page("questionnaire.html", error.status, sections=None, problem=trouble(error, asked.words))
    return asked.page(
        "questionnaire.html",
        status,
        sections=found,
        version=version,
        status=draft["status"],
        missing=[question for section in found for question in section.missing],
        unsubmitted=len(draft["unsubmitted"]),
        problem=problem,
    )


async def _dimension(
    asked: Asking, mine: OwnFirm, dimension: str, state: State | None = None, status: int = HTTPStatus.OK
) -> Response:
    found, _, draft = await _sections(asked, mine)
    section = next((each for each in found if each.code == dimension), None)
    if section is None:
        raise HTTPException(404)
    order = [each.code for each in found]
    following = order[order.index(dimension) + 1 :][:1]
    return asked.page(
        "questions.html",
        status,
        section=section,
        questions=[_shown(each, state) for each in section.questions],
        problem=None if state is None else state.problem,
        acted="" if state is None else f"{state.question}-",
        next=following[0] if following else None,
        whys=WHYS,
        address=f"{QUESTIONNAIRE}/{dimension}",
        open=draft["status"] in ("open", "submitted"),
    )


def _shown(question: Question, state: State | None) -> tuple[Question, State]:
    """One question with its state; what somebody typed who was refused stays typed."""
    if state is None or state.question != question.code:
        return question, State(question.code, question.version, saved=question.answered)
    return question.with_answer(state.mine or {}), state
