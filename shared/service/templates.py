"""Files that people fill in, as they ask for them."""

from typing import Any, Final, Literal, TypeAlias

from fastapi import Request
from fastapi.responses import Response

from shared.files.template import MEDIA_TYPES, Template, made
from shared.i18n import negotiated, speak

Format: TypeAlias = Literal["xlsx", "csv"]

_GIVEN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {
            each.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for each in MEDIA_TYPES.values()
        },
    },
}
GIVES_TEMPLATE: Final[dict[str, Any]] = {"response_class": Response, "responses": _GIVEN}
"""Of a route that gives a template."""


def template_file(template: Template, suffix: Format, request: Request) -> Response:
    """A template, explained in Spanish unless English is asked for, also where a program fetches it."""
    speak(negotiated(request.headers.get("Accept-Language")), request.app.state.words)
    headers = {"Content-Disposition": f'attachment; filename="{template.kind}.{suffix}"'}
    return Response(made(template, suffix), media_type=MEDIA_TYPES[suffix], headers=headers)
