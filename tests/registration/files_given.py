"""Files as operators give them."""

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
