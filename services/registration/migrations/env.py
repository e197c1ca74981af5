from services.registration.store import Table
from shared.service.migrations import run

run(Table.metadata)
