"""`python -m deploy.reference`: what the code itself can tell in pages, written anew (`make docs`)."""

import sys

from deploy.reference import states
from deploy.reference.pages import DOCS, PAGES
from shared.testing.page import between


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
    for service, tables in states.tables().items():
        between(states.readme(service), states.MARK, tables)
        sys.stdout.write(f"services/{service}/README.md\n")


if __name__ == "__main__":
    main()
