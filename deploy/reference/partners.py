"""The partners' contract as files to download: AsyncAPI, and each event as JSON Schema."""

import json
from collections.abc import Callable, Mapping
from functools import partial

from shared.service import partner_contract


def downloads() -> Mapping[str, Callable[[], str]]:
    """By their places in docs/."""
    schemas = {f"partners/schemas/{type_}.json": partial(_schema, type_) for type_ in partner_contract.EVENTS}
    return {"partners/asyncapi.json": _asyncapi, **schemas}


def _asyncapi() -> str:
    return _text(partner_contract.document())


def _schema(type_: str) -> str:
    return _text(partner_contract.schema(type_))


def _text(found: object) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
