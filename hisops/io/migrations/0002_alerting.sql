-- Times are seconds since 1970, so that a query can compare them.
CREATE TABLE incident (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'acked', 'silenced', 'resolved')),
    severity TEXT NOT NULL,
    team TEXT NOT NULL,
    title TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    system TEXT NOT NULL,
    runbook TEXT NOT NULL,
    round INTEGER NOT NULL DEFAULT 0,
    next_at REAL,
    opened_at REAL NOT NULL,
    acked_at REAL,
    acked_by TEXT NOT NULL DEFAULT '',
    resolved_at REAL
);
CREATE UNIQUE INDEX incident_live ON incident (key) WHERE state <> 'resolved';
CREATE INDEX incident_by_key ON incident (key, id);
CREATE INDEX incident_due ON incident (next_at) WHERE state = 'open';
CREATE INDEX incident_silenced ON incident (id) WHERE state = 'silenced';

-- The newest state of each label set. An alert without an incident pages nobody.
CREATE TABLE alert (
    fingerprint TEXT PRIMARY KEY,
    incident INTEGER REFERENCES incident (id),
    status TEXT NOT NULL CHECK (status IN ('firing', 'resolved')),
    name TEXT NOT NULL,
    labels TEXT NOT NULL,
    annotations TEXT NOT NULL,
    url TEXT NOT NULL,
    starts_at REAL NOT NULL,
    ends_at REAL,
    seen_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX alert_by_incident ON alert (incident, status);
CREATE INDEX alert_lapsing ON alert (ends_at) WHERE status = 'firing';

-- What is to be sent. dedupe_key: incident/round/person/channel/kind. A row in `sending` belongs
-- to lease_owner until lease_until; `fence` grows at each claim, and only its holder may mark.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dedupe_key TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL UNIQUE,
    incident INTEGER REFERENCES incident (id),
    round INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('page', 'resolved', 'test')),
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'sending', 'accepted', 'failed', 'cancelled')),
    created_at REAL NOT NULL,
    due REAL NOT NULL,
    lease_until REAL,
    lease_owner TEXT NOT NULL DEFAULT '',
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    done_at REAL,
    provider_id TEXT NOT NULL DEFAULT '',
    last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_waiting ON outbox (due, id) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_by_incident ON outbox (incident, kind, state);

-- matchers: JSON list of {name, value, isRegex, isEqual}, as Alertmanager's API has them.
CREATE TABLE silence (
    id TEXT PRIMARY KEY,
    matchers TEXT NOT NULL,
    starts_at REAL NOT NULL,
    ends_at REAL NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    updated_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX silence_active ON silence (ends_at);

-- When each heartbeat alert, and any post at all (name ''), was last taken in.
CREATE TABLE heartbeat (
    name TEXT PRIMARY KEY,
    seen_at REAL NOT NULL
) WITHOUT ROWID;
