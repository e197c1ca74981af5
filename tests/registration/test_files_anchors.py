from services.registration.files import anchors
from services.registration.handlers import JoinAnchor
from tests.files.given import csv_of, read_by


def test_anchors_with_their_states() -> None:
    content = csv_of(
        {"codigo": "ANCLA-1", "nombre": "Armadora Uno", "estados": "22; 11"},
        {"codigo": "ANCLA-2", "nombre": "Armadora Dos", "estados": "Nuevo León"},
    )
    assert read_by(anchors.read, content, anchors.wanted(10)) == (
        [
            (2, JoinAnchor(code="ANCLA-1", name="Armadora Uno", states=("22", "11"))),
            (3, JoinAnchor(code="ANCLA-2", name="Armadora Dos", states=("19",))),
        ],
        [],
    )


def test_faults_by_line_and_column() -> None:
    good = {"codigo": "ANCLA-1", "nombre": "Armadora Uno", "estados": "22"}
    rows, wrong = read_by(
        anchors.read,
        csv_of(
            good,
            good,
            good | {"codigo": "a"},
            good | {"codigo": "ANCLA-3", "estados": "99"},
            good | {"codigo": "ANCLA-4", "estados": ";"},
            good | {"codigo": "ANCLA-5", "nombre": ""},
        ),
        anchors.wanted(10),
    )
    assert [line for line, _ in rows] == [2, 3]
    assert [(fault.line, fault.column, fault.reason) for fault in wrong] == [
        (4, "codigo", "anchor_code_form"),
        (5, "estados", "state_unknown"),
        (6, "estados", "anchor_states_missing"),
        (7, "nombre", "cell_missing"),
    ]
