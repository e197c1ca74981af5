"""Firms that register: as many as a run needs, each with an RFC of its own."""

from typing import Any

from services.registration.domain.rfc import check_digit

LETTERS = "ABCDEFGHIJ"
HOMOCLAVES = "123456789ABCDEFGHIJKLMNOPQRSTUV"


def rfc(number: int) -> str:
    """An invented RFC of a legal person, another one for each number below 900,000."""
    letters = "X" + "".join(LETTERS[number // 10**place % 10] for place in (1, 0))
    homoclave = HOMOCLAVES[number // 100 % 30] + HOMOCLAVES[number // 3_000 % 30]
    body = f"{letters}0{number // 90_000 % 10}0101{homoclave}"
    return body + check_digit(body + "0")


def body(number: int) -> dict[str, Any]:
    """What a firm's form sends."""
    return {
        "rfc": rfc(number),
        "legal_name": f"Maquinados Ejemplo {number} SA de CV",
        "contact": {"name": "Persona Ejemplo", "email": "persona@example.com", "phone": "442 000 0101"},
        "sector": "industry",
        "scian": "332710",
        "state": "22",
        "operating_since": "2009-05-04",
        "workers": 51,
        "annual_sales_mxn": "100000000.00",
        "offering": {
            "processes": [{"area": "P14", "materials": ["acero"], "free_capacity": 2_000_000, "lead_time_days": 20}],
            "qms": "iatf_16949",
            "qms_valid_to": "2031-12-31",
        },
    }
