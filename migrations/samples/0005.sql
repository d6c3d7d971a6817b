-- What a database looks like that was last used at version 5.
INSERT INTO index_heads (repository, version, commit_id, pushed_at, files, updated_at) VALUES (42, 1, '0123456789012345678901234567890123456789', 5, 3, 5);
INSERT INTO index_keys (search_key, repository) VALUES (-7, 42);
INSERT INTO states (location, repository, kind, region, root_dir, workspace, configured, entry, error, read_at)
    VALUES ('s3://acme-state/net', 42, 's3', 'eu-west-1', 'net', NULL, 0, CAST('' AS {bytes}), 'access denied', 5);
INSERT INTO state_keys (search_key, location, repository) VALUES (-9, 's3://acme-state/net', 42);
