-- What is known of the code host: installations, repositories, what was read of them and what was said there.
CREATE TABLE installations (
    id BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    suspended BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE repositories (
    id BIGINT PRIMARY KEY,
    installation BIGINT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    default_branch TEXT,
    archived BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX repositories_by_installation ON repositories (installation);
CREATE INDEX repositories_by_name ON repositories (owner, name);

-- What was read out of one file's content in one repository, as bytes that only the indexer understands.
CREATE TABLE index_blobs (
    repository BIGINT NOT NULL,
    blob TEXT NOT NULL,
    version BIGINT NOT NULL,
    entry {bytes} NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (repository, version, blob)
);
CREATE INDEX index_blobs_by_use ON index_blobs (used_at);

-- The last configuration file that could be read, and the last commit that broke it.
CREATE TABLE repository_configs (
    repository BIGINT PRIMARY KEY,
    commit_id TEXT NOT NULL,
    text TEXT NOT NULL,
    broken_commit TEXT,
    broken_error TEXT,
    updated_at BIGINT NOT NULL
);

-- What was written on the code host and is edited in place afterwards, by what it is about.
CREATE TABLE remote_objects (
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (subject, kind)
);

-- Pull requests that count against a limit, one row each.
CREATE TABLE openings (
    remediation TEXT NOT NULL,
    scope TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (remediation, scope)
);
CREATE INDEX openings_by_scope ON openings (scope, at);
