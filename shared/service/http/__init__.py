"""The convention of every HTTP API: what routes are written with. See docs/architecture/anatomy-of-a-stage.md."""

from shared.service.http.application import application
from shared.service.http.bodies import Body, Named, OneLine, Strict, View
from shared.service.http.changes import Acting, Change, Create, Part, Replace, accepted
from shared.service.http.pages import Number, Page, Paging
from shared.service.http.problem import Problem
from shared.service.http.routes import BeforeBody, routes, together
from shared.service.http.showing import Listed, Show, Worded

__all__ = [
    "Acting",
    "BeforeBody",
    "Body",
    "Change",
    "Create",
    "Listed",
    "Named",
    "Number",
    "OneLine",
    "Page",
    "Paging",
    "Part",
    "Problem",
    "Replace",
    "Show",
    "Strict",
    "View",
    "Worded",
    "accepted",
    "application",
    "routes",
    "together",
]
