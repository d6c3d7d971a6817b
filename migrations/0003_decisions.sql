-- Requests of people to leave a finding alone, and what became of them. Types: false_positive, exception.
-- state: requested, approved, rejected, lapsed (nobody decided in time), ended (expired or revoked).
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    remediation TEXT NOT NULL REFERENCES remediations (id),
    state TEXT NOT NULL,
    scope TEXT NOT NULL,
    scope_key TEXT NOT NULL,
    decide_by BIGINT NOT NULL,
    until BIGINT,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX decisions_by_remediation ON decisions (remediation, type, state);
CREATE INDEX decisions_in_force ON decisions (scope, scope_key) WHERE state = 'approved';

-- A person's answer to "where is it?": remembered for the resource, asked once.
CREATE TABLE answers (
    resource TEXT NOT NULL,
    rule TEXT NOT NULL,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    line BIGINT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (resource, rule)
);
