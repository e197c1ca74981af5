"""What operators watch."""

from services.portal.domain.watch import Checkpoint, Letter
from services.portal.store.tables import CheckpointRow, LetterRow
from shared.messaging.repository import TableRepository

letters = TableRepository(LetterRow, Letter)
checkpoints = TableRepository(CheckpointRow, Checkpoint)
