from services.matching.store import Table
from shared.service.migrations import run

run(Table.metadata)
