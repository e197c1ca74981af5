"""Who gets in where: what each role finds, and why somebody is not let in."""

from shared.service.callers import Role

NAVIGATION: tuple[tuple[Role, str, str], ...] = (
    (Role.SUPPLIER, "/my-firm", "nav.my_firm"),
    (Role.ASSESSOR, "/work", "nav.work"),
    (Role.EXPERT, "/work", "nav.work"),
    (Role.MENTOR, "/work", "nav.work"),
    (Role.OPERATOR, "/operator", "nav.operator"),
    (Role.OPERATOR, "/registrations", "nav.registrations"),
    (Role.OPERATOR, "/arco", "nav.arco"),
    (Role.OPERATOR, "/prospects", "nav.prospects"),
    (Role.OPERATOR, "/firms", "nav.firms"),
    (Role.OPERATOR, "/assignments", "nav.assignments"),
    (Role.OPERATOR, "/cohorts", "nav.cohorts"),
    (Role.OPERATOR, "/imports", "nav.imports"),
    (Role.OPERATOR, "/operations", "nav.operations"),
    (Role.ASSESSOR, "/firms", "nav.firms"),
    (Role.EXPERT, "/firms", "nav.firms"),
    (Role.MENTOR, "/firms", "nav.firms"),
    (Role.ANCHOR, "/requirements", "nav.requirements"),
    (Role.ANCHOR, "/meetings", "nav.meetings"),
    (Role.OPERATOR, "/meetings", "nav.meetings"),
    (Role.PARTNER, "/desk", "nav.desk"),
)
"""Which areas each role has, in their order."""


class SignInNeeded(Exception):  # noqa: N818 - what is needed
    """Nobody is signed in, and the page is somebody's."""


class NotAllowed(Exception):  # noqa: N818 - what is said
    """The person has none of the page's roles."""


class Unbound(Exception):  # noqa: N818 - what is said
    """The person has the role, and nobody said of which firm or anchor."""


class LeftProgram(Exception):  # noqa: N818 - what is said
    """The page is for a firm that takes part, and it has left the program."""
