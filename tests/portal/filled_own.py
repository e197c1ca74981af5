"""Forms that the portal answers by itself, and what tries them instead."""

from services.portal.domain.profile_fields import LISTS

OWN = {
    "/sign-out": "ends the session here and at the issuer",
    "/sign-in": "ends the session, and goes on to the issuer",
    "/register/discard": "what was kept here is forgotten",
    "/register/{part}": "kept here until it is sent",
    **dict.fromkeys(
        (f"/register/{name}{removal}" for name in LISTS for removal in ("", "/{number}/removal")),
        "kept here until it is sent",
    ),
    "/register/check": "what was kept is sent to the stage itself in test_register.py",
    **dict.fromkeys(
        (
            *("/news", "/news/end", "/news/confirmation", "/news/stop", "/news/stopped", "/operations/news/messages"),
            *(f"/operations/news/messages/{{message_id}}/{act}" for act in ("sending", "withdrawal")),
        ),
        "whom the portal writes to it decides itself: test_news_mail.py",
    ),
    "/operations/gaps/{service}/resending": "whichever stage wrote the topic is asked, in test_machines.py",
    "/imports/{kind}": "a file, which is passed on as it comes in test_imports.py",
    **dict.fromkeys(
        (
            "/my-firm/diagnosis/{dimension}/{question}/evidence",
            "/work/visits/{supplier_id}/{dimension}/{question}/evidence",
            "/my-firm/plan/activities/{activity_id}/file",
            "/work/plans/{supplier_id}/activities/{activity_id}/file",
            "/my-firm/certificates",
            "/work/visits/{supplier_id}/offline/{question}/photo",
        ),
        "a file, which is passed on as it comes in test_attachments.py",
    ),
}
"""Forms of which no stage is told here, and why."""
