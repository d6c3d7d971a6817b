-- Incoming calls, stored before they are acknowledged, and the queue of work that they lead to.
CREATE TABLE deliveries (
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    body {bytes} NOT NULL,
    received_at BIGINT NOT NULL,
    processed_at BIGINT,
    outcome TEXT,
    PRIMARY KEY (source, id)
);
CREATE INDEX deliveries_by_age ON deliveries (received_at);

-- state: scheduled (due later), ready, running (leased), dead. A finished job is deleted.
CREATE TABLE jobs (
    id {id},
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT,
    ordering_key TEXT,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
    asked BIGINT NOT NULL DEFAULT 1,
    lease_owner TEXT,
    lease_expires_at BIGINT,
    created_at BIGINT NOT NULL,
    last_error TEXT
);
-- At most one waiting job of a key; one that runs does not count, because it may have read the old state already.
CREATE UNIQUE INDEX jobs_waiting_once ON jobs (unique_key) WHERE state IN ('scheduled', 'ready');
-- At most one running job of an ordering key, whatever the workers believe.
CREATE UNIQUE INDEX jobs_running_in_order ON jobs (ordering_key) WHERE state = 'running';
CREATE INDEX jobs_ready ON jobs (priority DESC, id) WHERE state = 'ready';
CREATE INDEX jobs_scheduled ON jobs (run_at) WHERE state = 'scheduled';
CREATE INDEX jobs_leased ON jobs (lease_expires_at) WHERE state = 'running';

-- Things that are only counted, such as calls with wrong authentication.
CREATE TABLE counters (
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    value BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (name, label)
);
