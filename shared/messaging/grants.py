"""What a service may do in its store. The tables are the owner's: migrations run as the owner, the service as a role of
its own (decision 47). Who has a service's password can add to its records, and neither change nor remove one.
"""

SERVICE_ROLE = "_service"
"""Behind the owner's name: the service's role. Where there is none, as in most tests, the owner does all."""

KEPT = ("journal", "audit", "audit_leaf", "audit_checkpoint", "dead_letter_action", "resend")
"""Tables that only grow. An erasure takes fields out of the journal by `journal_redact`, `journal_seal` seals what was
written in clear, and nothing else changes it."""

GRANTS = """
DO $$
DECLARE
    service text := current_user || '_service';
    kept text;
    given text;
BEGIN
    IF to_regclass('journal') IS NULL OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), service);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', service);
    -- Whoever granted them: none of it is a service's to do. To rebuild a table, or to lock it, keeps everybody out.
    EXECUTE format('REVOKE TRUNCATE, REFERENCES, TRIGGER, MAINTAIN ON ALL TABLES IN SCHEMA public FROM %I', service);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', service);
    FOREACH kept IN ARRAY ARRAY[
        'journal', 'audit', 'audit_leaf', 'audit_checkpoint', 'dead_letter_action', 'resend', 'alembic_version'
    ] LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM %I', kept, service);
    END LOOP;
    EXECUTE format('REVOKE INSERT ON alembic_version FROM %I', service);
    EXECUTE format('REVOKE UPDATE ON audit_unsealed FROM %I', service);
    -- What the store says of a row it says alone: its number, and when it was.
    FOR kept, given IN
        SELECT c.attrelid::regclass, string_agg(quote_ident(c.attname), ', ')
        FROM pg_attribute AS c LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (c.attrelid, c.attnum)
        WHERE c.attrelid IN (
            'journal'::regclass, 'audit'::regclass, 'audit_leaf'::regclass, 'audit_checkpoint'::regclass,
            'dead_letter_action'::regclass, 'resend'::regclass
        ) AND c.attnum > 0 AND NOT c.attisdropped AND c.attidentity = ''
        AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') !~ '^(now|nextval)[(]'
        GROUP BY c.attrelid
    LOOP
        EXECUTE format('REVOKE INSERT ON %s FROM %I', kept, service);
        EXECUTE format('GRANT INSERT (%s) ON %s TO %I', given, kept, service);
    END LOOP;
    -- Of the parts of the journal nothing: what goes through it asks for rights on it alone.
    FOR kept IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'journal'::regclass LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', kept, service);
    END LOOP;
    EXECUTE format('GRANT EXECUTE ON FUNCTION journal_partition, journal_redact TO %I', service);
    IF to_regprocedure('journal_hold()') IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION journal_hold TO %I', service);
    END IF;
    IF to_regprocedure('journal_seal(bigint[], timestamptz[], bytea[], text[])') IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION journal_seal TO %I', service);
    END IF;
END $$
"""
"""Run by the owner after each upgrade: what a migration has made is in it then."""
