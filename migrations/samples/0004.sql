-- What a database looks like that was last used at version 4.
INSERT INTO installations (id, account, suspended, updated_at) VALUES (7, 'acme', 0, 1790000000000000);
INSERT INTO repositories (id, installation, owner, name, default_branch, archived, removed, updated_at) VALUES (42, 7, 'acme', 'infra', 'main', 0, 0, 1790000000000000);
INSERT INTO index_blobs (repository, blob, version, entry, used_at) VALUES (42, 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391', 1, CAST('x' AS {bytes}), 1790000000000000);
INSERT INTO repository_configs (repository, commit_id, text, updated_at) VALUES (42, 'c0ffee', 'enabled: true', 1790000000000000);
INSERT INTO remote_objects (subject, kind, remote_id, digest, updated_at) VALUES ('01890000-0000-7000-8000-000000000001', 'comment:issues', '99', 'd1', 1790000000000000);
INSERT INTO openings (remediation, scope, at) VALUES ('01890000-0000-7000-8000-000000000001', 'repository:42', 1790000000000000);
