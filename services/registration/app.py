"""Composition root of registration."""

from functools import partial

from services.registration import store
from services.registration.api import router
from services.registration.consume import AGAIN, ONCE, ROUTES, SWEEPS, TIMERS, mails
from services.registration.files.importers import AnchorImporter, ProspectImporter, SupplierImporter
from services.registration.files.lists import ListImporter
from services.registration.settings import RegistrationSettings
from services.registration.store.derived import UNSEALED
from services.registration.store.erasing import erase_again
from services.registration.store.people import FirmsPeople
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.messaging.importing import Kinds
from shared.runtime import metrics
from shared.runtime.settings import ServiceSettings
from shared.sealing.encryption import seals
from shared.service.stage import Stage


def build() -> tuple[Stage, ServiceSettings]:
    """The stage and its settings, from the environment."""
    settings = RegistrationSettings()
    figures = {metrics.FIRMS: store.FIRMS, metrics.MAILS_WAITING: store.MAILS_WAITING, metrics.UNSEALED: UNSEALED}
    imports: Kinds = {
        "suppliers": partial(SupplierImporter, settings),
        "anchors": partial(AnchorImporter, settings),
        "lists": partial(ListImporter, settings),
        "prospects": partial(ProspectImporter, settings),
    }
    attachments = Attachments("registration", AttachmentSettings(), store.GONE)
    stage = Stage(
        "registration",
        partial(router, settings, attachments),
        routes=ROUTES,
        timers=TIMERS,
        sweeps=SWEEPS,
        once=ONCE,
        again=AGAIN if seals() else (),
        mails=mails(settings),
        imports=imports,
        attachments=attachments,
        erase_again=erase_again,
        figures=figures,
        members=FirmsPeople,
    )
    return stage, settings
