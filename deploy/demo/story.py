"""The whole story, act by act."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from deploy.demo import trouble
from deploy.demo.buying import answer_candidates, award
from deploy.demo.calls import ANY_VERSION
from deploy.demo.developing import develop, select
from deploy.demo.diagnosing import Diagnosed, diagnose
from deploy.demo.enrolment import Enrolled, enrol
from deploy.demo.partner import PartnerSession
from deploy.demo.referring import bring_papers, firms_of, refer, refused_without_consent
from deploy.demo.stage import Stage
from deploy.demo.trouble import Attempt

COHORT = "Generación de demostración"


@dataclass(frozen=True)
class Told:
    """What the people heard from the services, to be compared with what the events say."""

    enrolled: Enrolled
    diagnosed: Diagnosed
    selected: int
    activities: int
    rescored: int
    awarded: int
    sent: Mapping[str, int]
    papers: int
    refuser: UUID
    """The firm that gave no consent."""
    attempts: tuple[Attempt, ...]


async def play(stage: Stage, sessions: Mapping[str, PartnerSession], act: Callable[[str], None]) -> Told:
    """Everybody does their part. `act` is told which one begins."""
    act("enrol")
    await asyncio.to_thread(trouble.poison, stage.client)
    enrolled = await enrol(stage)
    rfcs = {supplier: rfc for rfc, supplier in enrolled.suppliers.items()}
    planned = enrolled.suppliers[stage.sample.planned_rfc("sin_consentimiento")]

    act("diagnose")
    diagnosed = await diagnose(stage, enrolled)
    await stage.calm()

    act("select")
    selected, bargains = await asyncio.gather(select(stage, planned, COHORT), answer_candidates(stage, rfcs))
    awarded = await award(stage, bargains, set(selected))
    await stage.calm()

    act("develop")
    activities, rescored = await develop(stage, selected)
    await stage.calm()

    act("refer")
    refuser, without_consent = await refused_without_consent(stage, selected, planned)
    firms = firms_of(enrolled.suppliers, stage.sample.firms, {*selected, *awarded} - {refuser})
    sent = await refer(stage, firms)
    papers = await bring_papers(stage, sessions, sent)
    peeked = await _break_in(sessions)
    unaligned = await _answer_unasked(stage, diagnosed)
    return Told(
        enrolled=enrolled,
        diagnosed=diagnosed,
        selected=len(selected),
        activities=activities,
        rescored=rescored,
        awarded=len(awarded),
        sent=sent,
        papers=papers,
        refuser=refuser,
        attempts=(
            Attempt("sin_consentimiento", without_consent, "consent_missing", rfcs[refuser]),
            Attempt("alta_repetida", enrolled.repeated, "202"),
            Attempt("sin_alinear", unaligned, "diagnosis_not_open"),
            Attempt("lectura_ajena", peeked, trouble.NOT_ALLOWED),
        ),
    )


async def _break_in(sessions: Mapping[str, PartnerSession]) -> str:
    """One partner answers another's referral, and tries to read them: what Kafka says to that."""
    victim, forger = sessions["nafin"], sessions["bancomext"]
    await asyncio.to_thread(trouble.forge, forger, next(iter(victim.cases)))
    return await asyncio.to_thread(trouble.peek, forger, victim.code)


async def _answer_unasked(stage: Stage, diagnosed: Diagnosed) -> str:
    """A firm that nobody asks for anything assesses itself: the code of the refusal."""
    supplier = min(diagnosed.missing)
    sheet: dict[str, dict[str, int]] = {"levels": {}}
    reply = await stage.api.ask(
        stage.people.firm(supplier),
        "diagnosis",
        "POST",
        f"/diagnoses/{supplier}/self-assessment",
        json=sheet,
        headers=ANY_VERSION,
    )
    return reply.code
