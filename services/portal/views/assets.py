"""The files that browsers fetch once. The scripts come in wheels, pinned by hash like every package."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final


def _of(package: str, *path: str) -> Path:
    """A file of an installed package, which is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"no package {package}")
    return Path(spec.submodule_search_locations[0], *path)


OWN = Path(__file__).parent / "static"

ASSETS: Final[dict[str, Path]] = {
    "portal.css": OWN / "portal.css",
    "portal.js": OWN / "portal.js",
    "offline.js": OWN / "offline.js",
    "worker.js": OWN / "worker.js",
    "htmx.js": _of("django_htmx", "static", "django_htmx", "htmx-2.min.js"),
    "sse.js": _of("django_htmx", "static", "django_htmx", "ext", "hx-sse-2.min.js"),
}


TYPES: Final = {".css": "text/css", ".js": "text/javascript"}


@cache
def content(name: str) -> bytes:
    """Raises KeyError for what is no asset."""
    return ASSETS[name].read_bytes()


@cache
def address(name: str) -> str:
    """Where a browser finds it, and may keep it: another content has another address."""
    return f"/static/{hashlib.sha256(content(name)).hexdigest()[:16]}/{name}"
