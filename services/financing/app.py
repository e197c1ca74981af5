"""Composition root of the stage."""

from functools import partial

from services.financing import api, consume
from services.financing.catalogue import read
from services.financing.settings import Settings
from services.financing.store import erasure, queries
from services.financing.store.sealing import AGAIN, UNSEALED, erase_again
from services.financing.store.sendings import keep_sendings
from services.financing.store.terms import public_keys, terms_of
from shared.messaging.topics import ANSWERS_PATTERN
from shared.runtime import metrics
from shared.sealing.encryption import seals
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()
    terms = terms_of(read(), settings.limits)
    stage = Stage(
        "financing",
        partial(api.router, terms=terms),
        consume.routes(terms),
        consume.timers(terms),
        consume.sweeps(terms),
        once=consume.ONCE,
        again=AGAIN if seals() else (),
        partners=ANSWERS_PATTERN,
        public_keys=public_keys,
        keep_sendings=keep_sendings,
        erase_again=erase_again,
        forget=erasure.forget_late,
        figures={metrics.FIRMS: queries.FIRMS, metrics.REFERRALS_WAITING: queries.WAITING, metrics.UNSEALED: UNSEALED},
    )
    return stage, settings
