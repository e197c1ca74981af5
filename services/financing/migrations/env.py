from services.financing.store.tables import Table
from shared.runtime.migrations import run

run(Table.metadata)
