"""Tests of the exchange with a partner, which lie beside the cases."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.financing.domain.case import Case
from services.financing.domain.ids import TrialKey, is_trial
from services.financing.domain.trial import Trial
from services.financing.store.tables import TrialRow
from shared.messaging.repository import Repository, TableRepository
from shared.runtime.database import Connection

trials = TableRepository(TrialRow, Trial)


def trial_keys(referral_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Those of tests, each with its key."""
    return {id_: TrialKey(int=id_.int) for id_ in referral_ids if is_trial(id_)}


class WithTrials:
    """A store of cases that gives tests too, to whoever asks by the key of one: answers to both come the same way. No
    statement is run for them where none is asked for.
    """

    def __init__(self, cases: Repository[Case]) -> None:
        self._cases = cases

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Any]:
        found = await self._cases.load_many(connection, [id_ for id_ in ids if not isinstance(id_, TrialKey)])
        tests = [id_ for id_ in ids if isinstance(id_, TrialKey)]
        return {**found, **await trials.load_many(connection, tests)} if tests else found

    async def save_many(self, connection: Connection, new: Sequence[Any], changed: Sequence[Any]) -> None:
        tests = [each for each in changed if isinstance(each, Trial)]
        await self._cases.save_many(connection, new, [each for each in changed if not isinstance(each, Trial)])
        if tests:
            await trials.save_many(connection, (), tests)
