"""The way in for files: rows that a child process read, decided in batches, each a transaction with a stored line."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row, Wanted
from shared.files.template import Template
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.messaging.imports import Import
from shared.messaging.repository import Repository
from shared.messaging.routing import Reference, none
from shared.runtime.database import Connection, Database

T = TypeVar("T")
S = TypeVar("S")

Written: TypeAlias = Callable[[Connection, Mapping[str, int], Sequence[RowFault]], Awaitable[None]]
"""To be called in the transaction of a batch: how many rows had which outcome, and which of them were refused."""


class Importer(ABC, Generic[T]):
    """One file of a kind on its way in. `T` is what one of its rows asks for."""

    wanted: Wanted
    template: Template | None = None
    """What people fill in; its example is nobody's row."""
    repeated: tuple[str, str] | None = None
    """Column and reason of a row whose key another one had before; None where rows may repeat each other."""

    def __init__(self, commands: Commands, database: Database, begun: Import) -> None:
        self.commands = commands
        self.database = database
        self.begun = begun

    @property
    def returns_rows(self) -> bool:
        """Whether refused rows are kept for whoever sent them; of what authorities publish, with more than is wanted of
        it, none is.
        """
        return self.wanted.others == "told"

    async def begin(self, columns: frozenset[str]) -> None:
        """Load what its rows are read by; `columns` are those that the file has, of those that are read."""
        del columns

    @abstractmethod
    def read(self, row: Row) -> T | list[RowFault]:
        """What a row asks for, or what is wrong with it. Raises FileRefusedError: then nothing of the file goes in,
        where the kind is one that goes in as a whole.
        """

    def key(self, asked: T) -> Hashable:
        """What a row is about: no other row of the file may be."""
        return asked

    @abstractmethod
    async def apply(self, batch: Sequence[tuple[int, T]], written: Written) -> None:
        """Decide what these rows, at least one, ask for, by line, in one transaction."""

    async def finish(self) -> Refused | None:
        """All rows are decided."""
        return None

    async def discard(self) -> None:
        """The file did not go in as a whole."""
        return


class RowImporter(Importer[T], Generic[T, S]):
    """Of a file whose rows are an aggregate each: a row that is refused stays out alone."""

    repository: Repository[S]

    @abstractmethod
    async def identified(self, batch: Sequence[T]) -> Sequence[UUID]:
        """The aggregate of each row."""

    def reference(self, batch: Sequence[T]) -> Reference[Any] | About[Any]:
        """What the decisions must know."""
        del batch
        return none

    @abstractmethod
    def decide(self, id_: UUID, asked: T, state: S | None, known: Any) -> Decision[S] | Refused:  # noqa: ANN401 - what the reference gives
        """Decide one row."""

    @abstractmethod
    def outcome(self, before: S | None, after: S) -> str:
        """What became of a row that was accepted."""

    @abstractmethod
    def column(self, refused: Refused) -> str:
        """Where to look at a row that the rules refuse."""

    async def apply(self, batch: Sequence[tuple[int, T]], written: Written) -> None:
        asked = [each for _, each in batch]
        lines = dict(zip(await self.identified(asked), batch, strict=True))
        outcomes: dict[UUID, str] = {}

        def deciding(id_: UUID, each: T) -> Callable[[S | None, Any], Decision[S] | Refused]:
            def decide(state: S | None, known: Any) -> Decision[S] | Refused:  # noqa: ANN401 - likewise
                decided = self.decide(id_, each, state, known)
                if isinstance(decided, Decision) and decided.state is not None:
                    outcomes[id_] = self.outcome(state, decided.state)
                return decided

            return decide

        async def also(connection: Connection, decided: Mapping[UUID, S | Refused]) -> None:
            refused = {id_: outcome for id_, outcome in decided.items() if isinstance(outcome, Refused)}
            faults = [
                row_fault(lines[id_][0], self.column(why), why.code, message=why.message, **why.params)
                for id_, why in refused.items()
            ]
            await written(connection, Counter(outcomes[id_] for id_ in decided.keys() - refused.keys()), faults)

        decide = {id_: deciding(id_, each) for id_, (_, each) in lines.items()}
        await self.commands.run_many(self.repository, decide, self.begun.cause, self.reference(asked), also)


Kinds: TypeAlias = Mapping[str, Callable[[Commands, Database, Import], Importer[Any]]]
"""The kinds of file that a stage takes, by name."""
