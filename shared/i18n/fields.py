"""What is wrong with a field, as a code: pydantic finds it, the catalogues word it."""

import re
from typing import Any, Final, LiteralString

from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, ValidationError

from shared.areas import PATTERN as AREA
from shared.i18n.said import said
from shared.mail_address import PATTERN as MAIL

FIELD, FIELDS = "field.", "fields."
"""How codes begin: of one field's form, and of fields that are well formed and do not go together."""

OTHER: Final = "field.other"

FORMS: Final = {
    r"^[0-9]{1,14}\.[0-9]{2}$": "field.money",
    r"^[0-9]{1,14}(\.[0-9]{1,2})?$": "field.amount",
    r"^[A-Z]{3}$": "field.form_currency",
    AREA: "field.form_area",
    r"^(0[1-9]|[12][0-9]|3[0-2])$": "field.form_state",
    r"^[TOCFGA][0-9]{2}$": "field.form_question",
    r"^20[0-9]{2}-(0[1-9]|1[0-2])$": "field.form_month",
    r"^CQI-[0-9]{1,2}$": "field.form_cqi",
    r"^[0-9]{2,6}$": "field.form_scian",
    r"^[a-z][a-z0-9-]{1,30}$": "field.form_partner",
    r"^[a-z][a-z0-9_]{1,60}$": "field.form_code",
    r"^[a-z][a-z0-9_]{1,30}$": "field.form_code",
    r"^[a-z][a-z0-9_]{1,19}$": "field.form_code",
    r"^[A-Z0-9-]{2,20}$": "field.form_anchor",
    r"^[a-z]{2}$": "field.form_language",
    r"^[0-9]{5}$": "field.form_municipality",
    r"^[0-9]{6}$": "field.form_scian_class",
    r"^[0-9]{6,10}$": "field.form_hs_code",
    r"^[0-9]+\.[0-9]{2,}$": "field.form_score",
    r"^[0-9a-f]{24}$": "field.form_digest",
    r"^[0-9a-f]{64}$": "field.form_sha256",
    r"^[!-?A-~]+$": "field.form_subject",
    r"^[0-9A-Za-z._-]{1,40}$": "field.form_version",
    r"^\+?[0-9 ()-]{7,25}$": "field.form_phone",
    MAIL: "field.form_mail",
    r"\w": "field.form_word",
    r"\S": "field.form_word",
}
"""What a pattern of the APIs asks for, in words: nobody should have to read it."""

CODES: Final = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "invalid_key": "field.key",
    "json_invalid": "field.json",
    "json_type": "field.json",
    "recursion_loop": "field.json",
    "recursion_depth_exceeded": "field.json",
    "none_required": "field.null",
    "model_type": "field.object",
    "model_attributes_type": "field.object",
    "dataclass_type": "field.object",
    "dict_type": "field.object",
    "mapping_type": "field.object",
    "named_tuple_type": "field.list",
    "list_type": "field.list",
    "tuple_type": "field.list",
    "set_type": "field.list",
    "frozen_set_type": "field.list",
    "iterable_type": "field.list",
    "too_short": "field.items_few",
    "too_long": "field.items_many",
    "string_type": "field.text",
    "string_unicode": "field.text",
    "string_not_ascii": "field.ascii",
    "string_too_short": "field.text_short",
    "string_too_long": "field.text_long",
    "string_pattern_mismatch": "field.pattern",
    "enum": "field.choice",
    "literal_error": "field.choice",
    "bool_type": "field.yes_or_no",
    "bool_parsing": "field.yes_or_no",
    "int_type": "field.whole",
    "int_parsing": "field.whole",
    "int_parsing_size": "field.whole",
    "int_from_float": "field.whole",
    "float_type": "field.number",
    "float_parsing": "field.number",
    "finite_number": "field.number",
    "decimal_type": "field.number",
    "decimal_parsing": "field.number",
    "decimal_max_digits": "field.digits",
    "decimal_max_places": "field.decimals",
    "decimal_whole_digits": "field.whole_digits",
    "greater_than": "field.more_than",
    "greater_than_equal": "field.at_least",
    "less_than": "field.less_than",
    "less_than_equal": "field.at_most",
    "multiple_of": "field.multiple",
    "date_type": "field.date",
    "date_parsing": "field.date",
    "date_from_datetime_parsing": "field.date",
    "date_from_datetime_inexact": "field.date",
    "date_past": "field.past",
    "date_future": "field.future",
    "datetime_type": "field.moment",
    "datetime_parsing": "field.moment",
    "datetime_from_date_parsing": "field.moment",
    "datetime_past": "field.past",
    "datetime_future": "field.future",
    "timezone_aware": "field.timezone",
    "timezone_offset": "field.timezone",
    "uuid_type": "field.uuid",
    "uuid_parsing": "field.uuid",
    "uuid_version": "field.uuid",
    "union_tag_invalid": "field.kind",
    "union_tag_not_found": "field.kind",
    "url_type": "field.url",
    "url_parsing": "field.url",
    "url_syntax_violation": "field.url",
    "url_too_long": "field.text_long",
    "url_scheme": "field.url",
}
"""By pydantic's type of error, those that JSON, a query or a file can give. `tests/i18n/test_fields.py` walks them."""


def wrong(code: LiteralString, /, **params: Any) -> PydanticCustomError:  # noqa: ANN401 - a message's parameters
    """What a validator of ours raises. Its code begins with `field.` or `fields.`."""
    return PydanticCustomError(code, code, params or None)


def wrong_at(field: str, code: LiteralString, /) -> ValidationError:
    """The same of one field, for a validator of the whole to raise."""
    return ValidationError.from_exception_data(field, [InitErrorDetails(type=wrong(code), loc=(field,), input=None)])


def fault(error: ErrorDetails) -> dict[str, Any]:
    """What is wrong, to be worded. It quotes nothing of what was given."""
    type_, context = error["type"], error.get("ctx", {})
    if type_.startswith((FIELD, FIELDS)):
        return said(type_, **context)
    # Its own words for a list are English ones.
    choices = ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    named = {name: value for name, value in context.items() if name not in {"error", "tag", "expected"}}
    code = FORMS.get(str(context.get("pattern")), CODES.get(type_, OTHER))
    return said(code, **named, choices=choices)
