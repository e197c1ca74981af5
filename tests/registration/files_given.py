"""Files as operators give them."""

from httpx import Response

from shared.testing.stage import StageUnderTest

SUPPLIER = {
    "rfc": "MAB9307148T4",
    "razon_social": "Maquinados Ejemplo SA de CV",
    "sector": "industria",
    "scian": "332710",
    "estado": "22",
    "inicio_operaciones": "2009-05-04",
    "trabajadores": "51",
    "ventas_anuales_mxn": "100000000.00",
    "area_1": "P14",
}


async def upload(stage: StageUnderTest, path: str, content: bytes, *, key: str = "", **fields: str) -> Response:
    files = {"file": ("file", content)}
    headers = stage.headers("operator") | {"Prefer": "wait=60"} | ({"Idempotency-Key": key} if key else {})
    return await stage.client.post(path, files=files, data=fields, headers=headers)
