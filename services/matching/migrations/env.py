from services.matching.store import Table
from shared.runtime.migrations import run

run(Table.metadata)
