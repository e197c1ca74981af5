"""The tables that every service's store has for its messages.

`journal`: every event that the stage ever decided, its bytes once, and who acted; monthly partitions.
`outbox`: what of it is not yet published, a row for the events of a transaction on a topic (`outbox_tables.py`);
`resent_at` where it was before.
`inbox`: which messages took effect here.
`dead_letter`, `blocked_key`, `blocked_record`: what could not take effect, and what waits behind it; of a partner's,
whom it names (`letter_tables.py`).
`dead_letter_action`: who tried what on a dead letter, and how it went; append-only.
`idempotency`: of which aggregate, and of what in it, requests were that may be sent again.
`request_limit`: how many requests a caller made.
`import`, `import_part`, `import_fault`, `import_refused_row`: files of rows that people sent (`import_tables.py`).
`timer`: times at which an aggregate must be decided again. `sweep`: changes on their way over many aggregates.
`record_gap`: what Kafka removed before a group consumed it, and who closed that. `resend`: what of the journal was
published again, by whom and why; append-only.
`skip`: positions that an operator wants passed by.
`audit`: who did what with whose data, written with it; `audit_unsealed`: what of that the sealer has still to seal.
`audit_leaf`, `audit_checkpoint`: the tree that it is sealed in, and its signed roots; append-only, all three.
`data_key`: keys of persons (`shared/sealing/tables.py`).
`backup`: when this store was backed up, written by whoever did it; backups by the server's operator are not in it.
"""

from shared.messaging import import_tables, letter_tables, outbox_tables, record_tables
from shared.sealing import tables as sealing_tables

STATEMENTS = (
    "CREATE TABLE backup (taken_at timestamptz PRIMARY KEY)",
    "CREATE SEQUENCE journal_id_seq",
    """
    CREATE TABLE journal (
        id bigint NOT NULL DEFAULT nextval('journal_id_seq'),
        recorded_at timestamptz NOT NULL DEFAULT now(),
        event_id uuid NOT NULL,
        topic text NOT NULL,
        key uuid NOT NULL,
        type text NOT NULL,
        body bytea NOT NULL,
        actor jsonb,
        PRIMARY KEY (recorded_at, id)
    ) PARTITION BY RANGE (recorded_at)
    """,
    "CREATE INDEX journal_key ON journal (key, id)",
    # Rows land here only when the partition of their month is missing: late maintenance must not stop a stage.
    "CREATE TABLE journal_default PARTITION OF journal DEFAULT",
    # Made alone and attached: as a part from the start it would lock out whoever reads the journal, and whoever waits
    # behind them. By a function of the owner's: the service's own role owns nothing.
    """
    CREATE OR REPLACE FUNCTION journal_partition(name text, lower timestamptz, upper timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF name !~ '^journal_[0-9]{4}_[0-9]{2}$' THEN
            RAISE invalid_parameter_value;
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format('ALTER TABLE journal ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lower, upper);
    END $$
    """,
    # The erasure's alone: fields of what an event says, and never an event.
    """
    CREATE OR REPLACE FUNCTION journal_redact(
        keys uuid[], event_type text, id_field text, ids text[], fields text[]
    ) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE journal SET body = convert_to(jsonb_set(event, '{data}', (event -> 'data') - fields)::text, 'UTF8')
        FROM (
            SELECT id, recorded_at, convert_from(body, 'UTF8')::jsonb AS event FROM journal
            WHERE key = ANY(keys) AND type = event_type
        ) AS found
        WHERE journal.recorded_at = found.recorded_at AND journal.id = found.id
            AND found.event -> 'data' ->> id_field = ANY(ids)
    $$
    """,
    "REVOKE EXECUTE ON FUNCTION journal_partition, journal_redact FROM PUBLIC",
    """
    CREATE TABLE outbox (
        id bigint PRIMARY KEY,
        recorded_at timestamptz NOT NULL,
        topic text NOT NULL,
        resent_at timestamptz
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)
    """,
    "CREATE INDEX outbox_topic ON outbox (topic, id)",
    """
    CREATE TABLE inbox (
        message_id uuid PRIMARY KEY,
        received_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX inbox_received_at ON inbox USING brin (received_at)",
    """
    CREATE TABLE dead_letter (
        id uuid PRIMARY KEY,
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        key bytea,
        value bytea,
        event_id text,
        event_type text,
        reason text NOT NULL,
        error text NOT NULL,
        at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 1,
        resolution text,
        closed_at timestamptz,
        arrived_ms bigint
    )
    """,
    # Open until nothing waits behind it either: a release that was interrupted is found and goes on.
    'CREATE INDEX dead_letter_open ON dead_letter (at, topic, partition, "offset") WHERE closed_at IS NULL',
    "CREATE INDEX dead_letter_open_topic ON dead_letter (topic) WHERE closed_at IS NULL",
    """
    CREATE TABLE dead_letter_action (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dead_letter_id uuid NOT NULL REFERENCES dead_letter,
        action text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        reason text,
        error text,
        released integer NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX dead_letter_action_letter ON dead_letter_action (dead_letter_id, id)",
    """
    CREATE TABLE blocked_key (
        topic text NOT NULL,
        key bytea NOT NULL,
        dead_letter_id uuid NOT NULL REFERENCES dead_letter,
        since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, key)
    )
    """,
    "CREATE INDEX blocked_key_letter ON blocked_key (dead_letter_id)",
    """
    CREATE TABLE blocked_record (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        key bytea NOT NULL,
        value bytea,
        at timestamptz NOT NULL,
        reason text,
        error text,
        arrived_ms bigint
    )
    """,
    "CREATE INDEX blocked_record_key ON blocked_record (topic, key, seq)",
    """
    CREATE TABLE skip (
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        reason text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, partition, "offset")
    )
    """,
    """
    CREATE TABLE timer (
        kind text NOT NULL,
        aggregate_id uuid NOT NULL,
        at timestamptz NOT NULL,
        correlation_id text NOT NULL,
        traceparent text,
        actor jsonb,
        PRIMARY KEY (kind, aggregate_id)
    )
    """,
    "CREATE INDEX timer_at ON timer (at)",
    """
    CREATE TABLE sweep (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        args jsonb NOT NULL,
        cursor uuid,
        touched bigint NOT NULL DEFAULT 0,
        requested_at timestamptz NOT NULL,
        finished_at timestamptz,
        correlation_id text NOT NULL,
        causation_id text,
        traceparent text,
        actor jsonb
    )
    """,
    "CREATE INDEX sweep_open ON sweep (requested_at) WHERE finished_at IS NULL",
    """
    CREATE TABLE idempotency (
        key bytea PRIMARY KEY,
        request bytea NOT NULL,
        answer bytea NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX idempotency_at ON idempotency USING brin (at)",
    *import_tables.STATEMENTS,
    "CREATE TABLE request_limit (key bytea PRIMARY KEY, full_at timestamptz NOT NULL)",
    """
    CREATE TABLE record_gap (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer_group text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        first bigint NOT NULL,
        last bigint NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        closed_at timestamptz,
        closed_by text,
        reason text,
        UNIQUE (consumer_group, topic, partition, first)
    )
    """,
    """
    CREATE TABLE resend (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        partition integer,
        key uuid,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        events integer NOT NULL,
        superseded integer NOT NULL,
        withheld integer NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        reason text NOT NULL
    )
    """,
    """
    CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        action text NOT NULL,
        actor jsonb NOT NULL,
        about uuid,
        correlation_id text NOT NULL
    )
    """,
    "CREATE INDEX audit_about ON audit (about, id) WHERE about IS NOT NULL",
    "CREATE TABLE audit_unsealed (id bigint PRIMARY KEY)",
    """
    CREATE TABLE audit_leaf (
        position bigint PRIMARY KEY,
        audit_id bigint NOT NULL UNIQUE,
        hash bytea NOT NULL
    )
    """,
    """
    CREATE TABLE audit_checkpoint (
        size bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        peaks bytea NOT NULL,
        note text NOT NULL
    )
    """,
)
"""In order of creation; each service's first migration runs them. A store in use has run them: what is added later is
a list of its own, which a migration of each service runs, and the tests' stores after these (`ALL`).
"""

ALL = (
    *STATEMENTS,
    *record_tables.ADDED,
    *record_tables.VALIDATED,
    *import_tables.ADDED,
    *sealing_tables.STATEMENTS,
    *outbox_tables.ADDED,
    *letter_tables.ADDED,
)

NAMES = (
    "journal",
    "outbox",
    "backup",
    "inbox",
    "blocked_key",
    "blocked_record",
    "dead_letter_action",
    "dead_letter",
    "skip",
    "timer",
    "sweep",
    "idempotency",
    *import_tables.NAMES,
    *sealing_tables.NAMES,
    "request_limit",
    "record_gap",
    "resend",
    "audit",
    "audit_unsealed",
    "audit_leaf",
    "audit_checkpoint",
)
