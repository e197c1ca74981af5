"""A firm beside others like it; and the operator who publishes, all at once, what may be told of them."""

from uuid import UUID

from fastapi import APIRouter

from services.diagnosis import handlers
from services.diagnosis.api.access import Operator, SeesOne
from services.diagnosis.api.known import known
from services.diagnosis.store import benchmarks, publications
from services.diagnosis.views.benchmarks import BenchmarkView, PublicationView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.http import Create, Page, Paging, Problem, Show, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/diagnoses/{supplier_id}/benchmark", responses={404: {}})
    async def show_benchmark(supplier_id: UUID, caller: SeesOne, show: Show) -> BenchmarkView:
        """Show a firm's dimensions beside the quartiles of its areas, its size and its state.

        As they were when they were published last with the firm among them, of groups of ten firms or more.
        """
        caller.require_supplier(supplier_id)
        diagnosis = await known(database, supplier_id)
        if diagnosis.locked is None:
            raise Problem(404, "not_completed")
        made = diagnosis.offering
        mine = benchmarks.groups_of(made.areas, made.size, made.state) if made else frozenset()
        async with database.connection() as connection:
            told = await benchmarks.told(connection, diagnosis.measured_by, mine, supplier_id)
        return show.shown(BenchmarkView.of_firm(supplier_id, diagnosis.measured_by, diagnosis.locked, mine, told))

    @api.get("/benchmarks")
    async def list_publications(_: Operator, paging: Paging) -> Page[PublicationView]:
        """List what was published of firms like each other, the latest first."""
        async with database.connection() as connection:
            rows = await benchmarks.page_of_publications(connection, paging.position(UUID), paging.fetch)
        return Page[PublicationView].of_rows(rows, paging, PublicationView.of_publication, lambda row: row.id)

    @api.post("/benchmarks", status_code=201)
    async def publish_benchmarks(caller: Operator, create: Create) -> PublicationView:
        """Publish the quartiles of all groups that may be told and are others than before.

        Between two publications nothing changes, whoever joins. A group that differs by fewer than ten firms from
        anything that was ever told stays as it was.
        """
        id_, at = new_id(), now()
        return await create.run(
            commands,
            publications,
            id_,
            lambda _, given: handlers.publish(id_, caller.subject, at, given),
            PublicationView.of_publication,
            benchmarks.known,
        )

    return api
