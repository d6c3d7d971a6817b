-- What a database looks like that was last used at version 1.
INSERT INTO deliveries (source, id, event, body, received_at) VALUES ('github', '72d3162e-cc78-11e3-81ab-4c9367dc0958', 'push', CAST('{}' AS {bytes}), 1790000000000000);
INSERT INTO deliveries (source, id, event, body, received_at, processed_at, outcome) VALUES ('wiz', 'w-1', 'finding', CAST('{"a":1}' AS {bytes}), 1790000001000000, 1790000002000000, '1 finding');
INSERT INTO jobs (kind, payload, unique_key, ordering_key, priority, state, run_at, max_attempts, created_at) VALUES ('webhook', '{"id":"1"}', 'webhook:1', NULL, 0, 'ready', 1790000000000000, 10, 1790000000000000);
INSERT INTO jobs (kind, payload, unique_key, ordering_key, priority, state, run_at, attempts, max_attempts, created_at, last_error) VALUES ('publish', '{}', NULL, 'repository:1', 80, 'dead', 1790000000000000, 10, 10, 1790000000000000, 'the repository is archived');
INSERT INTO counters (name, label, value, updated_at) VALUES ('auth_rejected', 'wiz', 3, 1790000000000000);
