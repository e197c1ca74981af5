"""docs/portal.md: every page of the portal, for whom it is, and what it is for."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute

from deploy.reference import markdown
from services.portal.api import pages
from services.portal.api.asking import Only
from shared.service.callers import Role
from shared.service.http.routes import dependants

INTRODUCTION = """# The portal

Where the people of the program do their work in a browser, in Spanish and English. On one machine `pdp demo --keep`
and `pdp up` print its address and a link for each role; `pdp sign-in --role operator` prints another. In an
installation people sign in at its [identity provider](identity.md).

| a firm: how far it is | a buyer: why this firm | an operator: the funnel |
|---|---|---|
| ![A firm's tasks][firm] | ![A candidate's score by criterion][candidate] | ![Firms on each step][operator] |

- **It decides nothing.** Pages show what the topics told; forms go to the stage that decides, with the person's own
  token. Who may do what is judged there.
- **It works without scripts**, with the keyboard, at 320 px, and weighs at most 60 KB at the first page and 15 KB
  after. Scripts save as one goes, and show what happens now.
- **It tells by mail** whoever asks what is to be done, once and while it is true, at most once a day; each mail has a
  link that stops it ([decision 75](decisions/0075-news-are-what-is-true-when-they-are-told.md)).
- **Any page is a file**: add `?as=csv`, `xlsx` or `pdf`, or use the links at its end. A list's file has all its pages
  (up to 400, a PDF 20; where it ends before, its last row says so).
- **Filters stay in the address**: a link to a list is a link to what was seen.
- **Somebody else's change in between** is shown beside one's own; nothing is overwritten.
- `make test-platform` opens every page in Chromium where there is one (`make browser` installs it), and leaves their
  pictures in `build/pages`.

How it is built: [services/portal](../services/portal/README.md),
[decision 68](decisions/0068-the-portal-renders-pages-and-decides-nothing.md).

[firm]: images/portal-firm.png
[candidate]: images/portal-candidate.png
[operator]: images/portal-operator.png

## Pages

Who signs in as several is everything of each. Braces are ids that the pages fill in."""

EVERYBODY = "everybody"
NO_PAGES = ("/static/", "/sign-in", "/sign-out", "/language/")


def page() -> str:
    return markdown.page(INTRODUCTION, markdown.table(("Address", "For", "What"), _rows()))


def _rows() -> Iterator[tuple[str, str, str]]:
    app: FastAPI = pages(None)  # type: ignore[arg-type]  # nobody asks it
    routes = [route for route in app.routes if isinstance(route, APIRoute) and not route.path.startswith(NO_PAGES)]
    for route in sorted(routes, key=lambda route: (route.path, _is_form(route))):
        address = f"`{route.path}`" + (" (form)" if _is_form(route) else "")
        what = " ".join(route.description.split("\n\n")[0].split())
        yield address, ", ".join(map(str, _roles(route))) or EVERYBODY, what


def _is_form(route: APIRoute) -> bool:
    return "POST" in (route.methods or ())


def _roles(route: APIRoute) -> list[Role]:
    wanted = {role for each in dependants(route.dependant) if isinstance(each.call, Only) for role in each.call.roles}
    return [role for role in Role if role in wanted]
