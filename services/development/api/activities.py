"""Activities of a plan: evidence is given, accepted, returned."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue
from services.development.api.access import Giving, Mentor
from services.development.api.planned import author, planned, view
from services.development.handlers import plans as handlers
from services.development.store import candidates
from services.development.views.activities import CompletionBody, EvidenceBody, RemovalBody, ReturnBody
from services.development.views.plans import PlanView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service import attaching
from shared.service.http import Replace, Strict, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("plans", prefix="/plans")

    @api.post("/{supplier_id}/activities/{activity_id}/evidence")
    async def give_evidence(
        supplier_id: UUID, activity_id: UUID, body: Strict[EvidenceBody], caller: Giving, replace: Replace
    ) -> PlanView:
        """Give evidence of an activity's deliverable, as the firm or as its mentor.

        Whoever gives it is its author, and somebody else accepts it: of the firm's evidence, its mentor.
        """
        giving = author(caller, supplier_id)
        await planned(database, supplier_id)
        named = [] if body.attachment is None else [body.attachment]
        evidence = body.evidence(await attaching.named(database, supplier_id, named))
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.give_evidence(firm, activity_id, evidence, giving, now()),
            view,
        )

    @api.post("/{supplier_id}/activities/{activity_id}/completion")
    async def complete_activity(
        supplier_id: UUID, activity_id: UUID, body: Strict[CompletionBody], caller: Mentor, replace: Replace
    ) -> PlanView:
        """Accept an activity's evidence, as the firm's mentor: the activity is completed.

        The gap stays open until an assessor scores its question again.
        """
        caller.require_outsider(supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.complete_activity(firm, activity_id, body.evidence_id, caller.subject, now()),
            view,
        )

    @api.post("/{supplier_id}/activities/{activity_id}/evidence/{evidence_id}/return")
    async def return_evidence(
        supplier_id: UUID,
        activity_id: UUID,
        evidence_id: UUID,
        body: Strict[ReturnBody],
        caller: Mentor,
        replace: Replace,
    ) -> PlanView:
        """Return evidence with what is wrong with it, as the firm's mentor; other evidence then mends it.

        Also after the activity was completed on it: that is taken back, and the completion of the plan with it.
        """
        caller.require_outsider(supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.return_evidence(
                firm, activity_id, evidence_id, body.reason, caller.subject, now()
            ),
            view,
        )

    _add_removal(api, commands, database)
    return api


def _add_removal(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.post("/{supplier_id}/activities/{activity_id}/removal")
    async def propose_removal(
        supplier_id: UUID, activity_id: UUID, body: Strict[RemovalBody], caller: Giving, replace: Replace
    ) -> PlanView:
        """Propose that the plan does without an activity that is not done, as the firm or as its mentor.

        It is part of the plan's revision, which holds once both have agreed on it. The gaps stay open, and shown.
        """
        asking = author(caller, supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.propose_removal(
                firm, activity_id, body.reason, asking, catalogue.modules(), now()
            ),
            view,
        )

    @api.delete("/{supplier_id}/activities/{activity_id}/removal")
    async def take_removal_back(supplier_id: UUID, activity_id: UUID, caller: Giving, replace: Replace) -> PlanView:
        """Take the removal of an activity back, as the firm or as its mentor; what was proposed stays on record.

        Where both had agreed, the gaps that are open still are proposed for anew, as a revision.
        """
        asking = author(caller, supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.take_removal_back(firm, activity_id, asking, catalogue.modules(), now()),
            view,
        )
