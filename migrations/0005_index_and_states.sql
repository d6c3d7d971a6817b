-- Which commit of a repository the index is of. What was read out of each blob is in index_blobs.
CREATE TABLE index_heads (
    repository BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,
    commit_id TEXT NOT NULL,
    pushed_at BIGINT NOT NULL,
    files BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- By what a repository may be meant: hashes of names, patterns, types, imports, traces and files.
CREATE TABLE index_keys (
    search_key BIGINT NOT NULL,
    repository BIGINT NOT NULL,
    PRIMARY KEY (search_key, repository)
);
CREATE INDEX index_keys_by_repository ON index_keys (repository);

-- Terraform states: where they are, whose code they belong to, and, once read, their addresses and identities. Nothing else of a
-- state is ever stored. Repository 0: of no particular one.
CREATE TABLE states (
    location TEXT NOT NULL,
    repository BIGINT NOT NULL,
    kind TEXT NOT NULL,
    region TEXT,
    root_dir TEXT,
    workspace TEXT,
    configured BIGINT NOT NULL,
    entry {bytes} NOT NULL,
    error TEXT,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (location, repository)
);
CREATE INDEX states_by_read ON states (read_at);

-- Hashes of the identifying values in a state.
CREATE TABLE state_keys (
    search_key BIGINT NOT NULL,
    location TEXT NOT NULL,
    repository BIGINT NOT NULL,
    PRIMARY KEY (search_key, location, repository)
);
CREATE INDEX state_keys_by_state ON state_keys (location, repository);
