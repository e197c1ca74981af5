from services.matching.store import tables
from shared.service.migrations import run

run(tables.AnchorRow.metadata)
