"""What the demo says, in Spanish and in English (`PDP_LANG`, or `pdp --lang`). Data stay as they are."""

from __future__ import annotations

from deploy.cli.texts import language

TEXTS: dict[str, tuple[str, str]] = {
    # acts
    "act.boot": ("Arranque de Kafka, PostgreSQL y los servicios", "Kafka, PostgreSQL and the services start"),
    "act.enrol": (
        "Altas: lista 69-B, tractoras, requerimientos y proveedores",
        "Enrolment: 69-B list, anchors, requirements, suppliers",
    ),
    "act.diagnose": ("Alineación y diagnóstico de cada empresa", "Alignment and diagnosis of each firm"),
    "act.select": ("Vinculación, respuesta de compradores y selección", "Matches, buyers' answers and selection"),
    "act.develop": ("Planes, actividades con evidencia y recalificación", "Plans, activities with evidence, re-scores"),
    "act.refer": ("Consentimientos y canalizaciones a las instituciones", "Consents and referrals to the partners"),
    "act.audit": ("Conciliación entre servicios y temas", "Reconciliation across services and topics"),
    "act.stop": ("Cierre", "Shutdown"),
    # notes
    "note.screening": ("Lista 69-B cargada: {firms} RFC", "69-B list loaded: {firms} RFCs"),
    "note.anchors": ("Tractoras conocidas en vinculación: {anchors}", "Anchors known to matching: {anchors}"),
    "note.requirements": ("Requerimientos publicados: {requirements}", "Requirements published: {requirements}"),
    "note.registered": (
        "Proveedores: {registered} registrados, {held} de ellos liberados por la operadora, {refused} filas rechazadas",
        "Suppliers: {registered} registered, {held} of them released by the operator, {refused} rows refused",
    ),
    "note.diagnosed": (
        "{aligned} empresas alineadas y diagnosticadas, {missing} sin alinear (cada una con su motivo)",
        "{aligned} firms aligned and diagnosed, {missing} not aligned (each with its reason)",
    ),
    "note.shortlisted": (
        "Compradores: {shortlisted} vinculaciones preseleccionadas",
        "Buyers: {shortlisted} matches shortlisted",
    ),
    "note.awarded": ("Compradores: {awarded} contratos adjudicados", "Buyers: {awarded} contracts awarded"),
    "note.selected": (
        "Generación: {selected} seleccionadas de {candidates} candidatas",
        "Cohort: {selected} selected of {candidates} candidates",
    ),
    "note.developed": (
        "{plans} planes acordados, {activities} actividades con evidencia, {rescored} brechas recalificadas",
        "{plans} plans agreed, {activities} activities with evidence, {rescored} gaps re-scored",
    ),
    "note.referred": (
        "{referred} canalizaciones: NAFIN {nafin}, Bancomext {bancomext}, clúster {cluster}",
        "{referred} referrals: NAFIN {nafin}, Bancomext {bancomext}, cluster {cluster}",
    ),
    "note.answered": (
        "Las instituciones respondieron; {papers} empresas llevaron los documentos pedidos",
        "The partners have answered; {papers} firms brought the papers asked for",
    ),
    # funnel
    "funnel.title": ("Embudo (según los eventos en los temas)", "Funnel (by the events on the topics)"),
    "funnel.events": ("{events} eventos, {seconds} s", "{events} events, {seconds} s"),
    "step.anchors": ("Tractoras", "Anchors"),
    "step.requirements": ("Requerimientos", "Requirements"),
    "step.areas": ("Áreas con demanda y oferta", "Areas with demand and supply"),
    "step.registered": ("Registradas", "Registered"),
    "step.aligned": ("Alineadas", "Aligned"),
    "step.not_aligned": ("Sin alinear", "Not aligned"),
    "step.diagnosed": ("Diagnosticadas", "Diagnosed"),
    "step.matched": ("Vinculadas", "Matched"),
    "step.selected": ("Seleccionadas", "Selected"),
    "step.planned": ("Con plan acordado", "With an agreed plan"),
    "step.referred": ("Canalizadas", "Referred"),
    "step.answered": ("Con respuesta", "Answered"),
    "step.refused_rows": ("Filas rechazadas", "Rows refused"),
    "step.shortlisted": ("Vinculaciones preseleccionadas", "Matches shortlisted"),
    "step.awarded": ("Contratos adjudicados", "Contracts awarded"),
    "step.activities": ("Actividades con evidencia", "Activities with evidence"),
    "step.closed": ("Brechas cerradas", "Gaps closed"),
    "step.needs": ("Necesidades de financiamiento", "Financing needs"),
    "step.referrals": ("Canalizaciones", "Referrals"),
    # report
    "report.program": ("El programa, según los eventos", "The program, by its events"),
    "report.partners": ("Canalizaciones por institución", "Referrals by partner"),
    "report.areas": (
        "Las 35 áreas: requerimientos · empresas alineadas · vinculaciones",
        "The 35 areas: requirements · aligned firms · matches",
    ),
    "report.trouble": (
        "Problemas puestos a propósito, y dónde terminó cada uno",
        "Trouble on purpose, and where each ended",
    ),
    "report.books": ("Conciliación entre servicios y temas", "Reconciliation across services and topics"),
    "report.holds": ("Todo cuadra. {seconds} s.", "Everything holds. {seconds} s."),
    "report.failed": (
        "{failures} comprobaciones no cuadran. {seconds} s.",
        "{failures} checks do not hold. {seconds} s.",
    ),
    "report.failure": ("{what}: {found}, se esperaba {wanted}", "{what}: {found}, expected {wanted}"),
    "head.expected": ("Esperado", "Expected"),
    "head.partner": ("Institución", "Partner"),
    "head.referred": ("Enviadas", "Sent"),
    "head.answered": ("Con respuesta", "Answered"),
    "state.disbursed": ("Dispersadas", "Disbursed"),
    "state.approved": ("Aprobadas", "Approved"),
    "state.declined": ("Rechazadas", "Declined"),
    "state.info_requested": ("Piden información", "Want papers"),
    "state.acknowledged": ("En revisión", "In review"),
    "state.lapsed": ("Vencidas", "Lapsed"),
    "books.published": ("Eventos publicados, cada uno en su tema", "Events published, each on its topic"),
    "books.consumed": ("Lecturas con efecto, una por lector", "Readings with effect, one per reader"),
    "books.lost": ("Perdidos", "Lost"),
    "books.doubled": ("Con efecto doble", "With double effect"),
    "books.republished": ("Publicados otra vez (los lectores los reconocen)", "Published again (readers know them)"),
    "books.unknown": (
        "Registros que nadie decidió (la basura de prueba)",
        "Records that nobody decided (the test's garbage)",
    ),
    "books.outbox": ("En bandejas de salida", "In outboxes"),
    "books.lag": ("Por leer", "Lag"),
    "books.dead_letters": ("Eventos apartados", "Dead letters"),
    "books.planned_dead_letters": ("De ellos, previstos", "Of them planned"),
    "trouble.rfc_formato": ("RFC incompleto", "RFC one character short"),
    "trouble.rfc_fecha": ("RFC con fecha imposible", "RFC with an impossible date"),
    "trouble.rfc_generico": ("RFC genérico", "Generic RFC"),
    "trouble.duplicado": ("Empresa repetida en el archivo", "Firm twice in the file"),
    "trouble.trabajadores_negativos": ("Trabajadores negativos", "Negative number of workers"),
    "trouble.area_desconocida": ("Área inexistente", "Unknown area"),
    "trouble.digito_verificador": ("Dígito verificador erróneo", "Wrong check digit"),
    "trouble.lista_definitivo": ("En la lista 69-B: Definitivo", "On the 69-B list: Definitivo"),
    "trouble.lista_presunto": ("En la lista 69-B: Presunto", "On the 69-B list: Presunto"),
    "trouble.lista_desvirtuado": ("En la lista 69-B: Desvirtuado", "On the 69-B list: Desvirtuado"),
    "trouble.lista_sentencia_favorable": (
        "En la lista 69-B: Sentencia Favorable",
        "On the 69-B list: Sentencia Favorable",
    ),
    "trouble.sin_consentimiento": ("Canalizar sin consentimiento", "Refer without consent"),
    "trouble.alta_repetida": ("Alta repetida sin su clave", "Registration repeated without its key"),
    "trouble.sin_alinear": ("Diagnóstico de una empresa sin alinear", "Diagnosis of a firm that is not aligned"),
    "trouble.lectura_ajena": ("Bancomext lee el tema de NAFIN", "Bancomext reads NAFIN's topic"),
    "trouble.not_json": ("Basura en el tema de proveedores", "Garbage on the suppliers' topic"),
    "trouble.referral_of_another_partner": ("Bancomext responde por NAFIN", "Bancomext answers for NAFIN"),
    "kept": (
        "Sigue corriendo con datos en {data}; Ctrl-C lo detiene.",
        "Still running, with its data in {data}; Ctrl-C stops it.",
    ),
    # errors
    "error.key": ("Una misma clave dio dos proveedores.", "One key gave two suppliers."),
    "error.no_answer": (
        "{service}: {method} {path} no tuvo respuesta a tiempo ({last}).",
        "{service}: no answer to {method} {path} in time ({last}).",
    ),
    "error.refused": (
        "{service}: {method} {path} fue rechazado ({code}): {detail}",
        "{service}: {method} {path} was refused ({code}): {detail}",
    ),
    "error.no_option": ("Ninguna empresa seleccionada puede canalizarse.", "No selected firm can be referred."),
    "error.partners": ("Una institución no respondió a tiempo.", "A partner did not answer in time."),
    "error.not_quiet": (
        "Tras {seconds} s aún hay eventos en camino.",
        "After {seconds} s events are still on their way.",
    ),
    "error.poison": ("Kafka no aceptó el registro de prueba.", "Kafka did not take the test record."),
    "error.used": (
        "Ya hubo actividad: la demostración cuenta desde cero. Empiece de nuevo (docker compose down --volumes).",
        "Something happened here before: the demo counts from nothing. Begin anew (docker compose down --volumes).",
    ),
    "error.running": ("La demostración ya corre en {data}.", "The demo already runs in {data}."),
    # where trouble ended
    "ended.accepted": ("entró, y no debía", "went in, and should not have"),
    "ended.refused": ("rechazada en la línea {line}: {reason}", "refused at line {line}: {reason}"),
    "ended.held": ("retenida ({reasons}), liberada y alineada", "held ({reasons}), released and aligned"),
    "ended.gate": ("registrada, sin alinear: {gates}", "registered, not aligned: {gates}"),
    "ended.clear": ("registrada y alineada", "registered and aligned"),
    "ended.not_aligned": ("registrada, sin alinear", "registered, not aligned"),
    "ended.answer": ("rechazado: {code}", "refused: {code}"),
    "ended.dead_letters": ("apartado {count} veces: {services}", "set aside {count} times: {services}"),
}


def tell(key: str, **values: object) -> str:
    """The text of this key in the chosen language."""
    return TEXTS[key][language() == "en"].format(**values)
