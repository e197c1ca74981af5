"""Every metric of the platform, in one place."""

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("pdp_records", "Records consumed, by outcome", ["outcome"])
DECIDED = Counter("pdp_events_decided", "Events decided, whether by an event, a command, a timer or a sweep", ["type"])
PUBLISHED = Counter("pdp_events_published", "Events acknowledged by Kafka")
TOPIC_WRITE_FAILURES = Counter(
    "pdp_topic_write_failures", "Rounds of the relay in which a topic could not be written to", ["topic"]
)
BATCH_SIZE = Histogram("pdp_batch_records", "Records in a batch", buckets=(1, 5, 20, 50, 100, 200, 500, 1000))
BATCH_SECONDS = Histogram(
    "pdp_batch_seconds",
    "Seconds from a batch's arrival to its commit",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15),
)
BATCH_FAILURES = Counter(
    "pdp_batch_failures", "Batches that failed as a whole and were nacked: their records are redelivered"
)
COMMIT_FAILURES = Counter("pdp_offset_commit_failures", "Offset commits that Kafka refused")
LIMIT_REACHED = Counter("pdp_dlq_limit_reached", "Batches refused because too many records became dead letters")
PARTNER_PAUSED = Gauge(
    "pdp_partner_paused", "1 while a partner's topic waits: too many of its records are open", ["topic"]
)
LAG = Gauge("pdp_consumer_lag", "Records not yet consumed", ["topic", "partition"])
OUTBOX_ROWS = Gauge("pdp_outbox_rows", "Events not yet published, up to 100,000")
OUTBOX_AGE = Gauge("pdp_outbox_oldest_seconds", "Age of the oldest event not yet published")
BLOCKED_KEYS = Gauge("pdp_blocked_keys", "Keys that wait behind a dead letter")
DEAD_LETTERS = Gauge("pdp_dead_letters_open", "Dead letters neither replayed nor discarded")
SWEEPS_OPEN = Gauge("pdp_sweeps_open", "Sweeps not yet finished")
CONNECTIONS = Gauge("pdp_store_connections", "Connections in use on the store's server, of everybody")
CONNECTIONS_MAX = Gauge("pdp_store_connections_max", "Connections that the store's server has for services")
TRANSACTION_AGE = Gauge("pdp_store_oldest_transaction_seconds", "Age of the oldest open transaction on the store")
BACKUP = Gauge("pdp_last_backup_timestamp_seconds", "When `pdp backup` last backed the store up; 0: never")
PARTITIONS = Gauge("pdp_kafka_partitions", "Partitions that the service may see, by how Kafka keeps them", ["state"])
FIRMS = Gauge("pdp_firms", "Firms that came to a step of the program", ["step"])
ALIGNMENTS = Gauge(
    "pdp_alignments", "Firms of whose alignment a later word was heard and one before it was not", ["heard"]
)
CALIBRATIONS = Gauge("pdp_calibrations", "Diagnoses that are assessed twice, by how the two stand", ["standing"])
CALIBRATION_HELD = Gauge(
    "pdp_calibration_held_seconds",
    "Age of the oldest validation that is held: `drawn`: one of two assessments is missing; `out`: they differ",
    ["standing"],
)
KAPPA = Gauge(
    "pdp_calibration_kappa", "Agreement of two assessors in basis points: Cohen's quadratic kappa", ["instrument"]
)
REFERRALS_WAITING = Gauge(
    "pdp_referrals_waiting", "Referrals that wait for their partner; `soon`: due within three days", ["partner", "due"]
)
ALARM = Gauge("pdp_alarm", "1 while the alarm is raised", ["name"])
TIMERS = Counter("pdp_timers_fired", "Timers fired")
SWEPT = Counter("pdp_swept", "Aggregates visited by sweeps")
SWEEP_FAILURES = Counter("pdp_sweep_failures", "Aggregates that a sweep had to leave out")
MAILS = Counter("pdp_mails", "Mails, by what came of each try to send one", ["outcome"])
MAILS_WAITING = Gauge("pdp_mails_waiting", "Mails that were not taken within a minute, and are tried again", ["kind"])
ATTACHMENTS = Counter("pdp_attachments", "Attachments, by what came of each that was given or opened", ["outcome"])
ATTACHMENTS_AWAY = Gauge("pdp_attachments_away", "1 while the object store of attachments does not answer")
ATTACHMENT_ORPHANS = Gauge("pdp_attachment_orphans", "Objects in the store of attachments that no record names")
ERASURE_REGISTER_AWAY = Gauge(
    "pdp_erasure_register_away",
    "1 while erasures are kept nowhere but in the store: their register is away, or none is named",
)
UNSEALED = Gauge("pdp_unsealed", "Rows whose personal data is in clear; 10000 of a kind: that many or more", ["kind"])
SEALING_OFF = Gauge("pdp_sealing_off", "1 while what is written of persons is kept in clear")
HTTP_SECONDS = Histogram(
    "pdp_http_seconds",
    "Seconds of HTTP requests",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.5, 2, 10),
)
