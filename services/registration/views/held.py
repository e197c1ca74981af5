"""What is held of a firm that it did not say itself, as its own people may see it: nobody else is named."""

from datetime import datetime

from services.registration.domain.prospect import Prospect
from services.registration.store.held import Kept
from services.registration.views.prospects import ProspectView
from shared.service.http import View


class MergerView(View):
    """That an operator said that it is one with another record of it."""

    decided_at: datetime
    went_on: bool
    """Whether it went on as this firm."""


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
    mergers: tuple[MergerView, ...]
    """Of likeness to others nothing more: who changes what is compared would hear who else has the same."""
