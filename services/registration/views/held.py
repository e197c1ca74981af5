"""What is held of a firm that it did not say itself, as its own people may see it: nobody else is named."""

from datetime import datetime
from uuid import UUID

from services.registration.domain.likeness import Sign, Strength
from services.registration.domain.prospect import Prospect
from services.registration.domain.twins import Twins, TwinsStatus
from services.registration.store.held import Kept, Side
from services.registration.views.prospects import ProspectView
from shared.service.http import View


class OwnTwinsView(View):
    """That it is probably one with another firm: which one is not said, as that is another's."""

    id: UUID
    status: TwinsStatus
    strength: Strength
    signs: tuple[Sign, ...]
    """In what the two are alike."""
    found_at: datetime
    decided_at: datetime | None
    went_on: bool | None
    """Whether it went on as this firm, where the two were merged."""

    @classmethod
    def of_pair(cls, pair: Twins, firm: UUID) -> "OwnTwinsView":
        said = ("id", "status", "strength", "signs", "found_at", "decided_at")
        went_on = None if pair.remains is None else pair.remains == firm
        return cls(**{name: getattr(pair, name) for name in said}, went_on=went_on)


class DisputeView(View):
    """That its RFC is another firm's too, as both say."""

    side: Side
    """Who has it meanwhile, and who says that it is theirs."""


class OwnProspectView(ProspectView):
    """A plant of a public register that is the firm, as an operator said. Who of them did what with it is not said."""

    @classmethod
    def of_prospect(cls, prospect: Prospect) -> "OwnProspectView":
        shown = cls.of(prospect)
        return shown.model_copy(update={"acts": tuple(act.model_copy(update={"by": ""}) for act in shown.acts)})


class HeldView(View):
    personal: tuple[Kept, ...]
    """What of persons this service has of the firm."""
    prospects: tuple[OwnProspectView, ...]
    twins: tuple[OwnTwinsView, ...]
    disputes: tuple[DisputeView, ...]
