-- One life of a fix. `body` is the whole remediation as JSON; the columns beside it are copies for searching.
CREATE TABLE remediations (
    id TEXT PRIMARY KEY,
    dedup_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    repository TEXT,
    pull_request BIGINT,
    branch TEXT,
    score BIGINT,
    due BIGINT,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX remediations_by_state ON remediations (state, score);
CREATE INDEX remediations_by_repository ON remediations (repository, state);

-- One row for what one source says of one hole: a witness of the remediation.
CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    remediation TEXT NOT NULL REFERENCES remediations (id),
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    times_seen BIGINT NOT NULL,
    resolved_at BIGINT,
    UNIQUE (source, source_id)
);
CREATE INDEX findings_by_remediation ON findings (remediation);
CREATE INDEX findings_by_source_id ON findings (source_id);

CREATE TABLE finding_history (
    id {id},
    finding TEXT NOT NULL REFERENCES findings (id),
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX finding_history_by_finding ON finding_history (finding, id);

-- Findings whose kind or resource type nobody knows yet: kept and counted.
CREATE TABLE unmapped (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    times BIGINT NOT NULL,
    example TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (source, kind, value)
);

-- Append-only. `line` is the event's canonical JSON without its hash.
CREATE TABLE audit_events (
    sequence BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    finding TEXT,
    remediation TEXT,
    line TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_events_by_finding ON audit_events (finding);
CREATE INDEX audit_events_by_remediation ON audit_events (remediation);

-- The end of the chain. Updating this row first makes writers take turns, so that the chain never forks.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
