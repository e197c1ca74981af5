from services.portal.store.tables import Table
from shared.service.migrations import run

run(Table.metadata)
