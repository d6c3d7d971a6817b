-- What a database looks like that was last used at version 2.
INSERT INTO remediations (id, dedup_key, state, repository, pull_request, branch, score, due, body, version, created_at, updated_at) VALUES
    ('01890000-0000-7000-8000-000000000001', 'aws/123456789012/arn:aws:s3:::backups/aws/s3/versioning', 'received', NULL, NULL, NULL, 0, NULL,
    '{"id":"01890000-0000-7000-8000-000000000001","key":"aws/123456789012/arn:aws:s3:::backups/aws/s3/versioning","rules":[],"state":"received","repository":null,"target":null,"applicability":null,"risk":null,"pull_request":null,"refusal":null,"owner":null,"due":null,"created_at":"2026-09-21T14:13:20Z","updated_at":"2026-09-21T14:13:20Z"}',
    1, 1790000000000000, 1790000000000000);
INSERT INTO findings (id, source, source_id, remediation, severity, state, body, first_seen, last_seen, times_seen) VALUES
    ('01890000-0000-7000-8000-000000000002', 'wiz', 'w-1', '01890000-0000-7000-8000-000000000001', 'HIGH', 'active',
    '{"id":"w-1","source":"wiz","state":{"state":"active"},"title":null,"description":null,"severity":"HIGH","rules":[],"resource":{"identity":null,"raw_id":"arn:aws:s3:::backups","raw_type":null,"tags":{}},"code":null,"context":{},"first_seen":null,"last_seen":null,"url":null}',
    1790000000000000, 1790000000000000, 1);
INSERT INTO finding_history (finding, at, what, detail) VALUES ('01890000-0000-7000-8000-000000000002', 1790000000000000, 'new', 'wiz');
INSERT INTO unmapped (source, kind, value, times, example, first_seen, last_seen) VALUES ('wiz', 'rule', 'wc-id-1', 2, 'w-1', 1790000000000000, 1790000000000000);
INSERT INTO audit_events (sequence, at, action, finding, remediation, line, hash) VALUES (1, 1790000000000000, 'finding.received',
    '01890000-0000-7000-8000-000000000002', '01890000-0000-7000-8000-000000000001',
    '{"action":"finding.received","actor":"source:wiz","at":"2026-09-21T14:13:20.000000Z","details":{},"finding":"01890000-0000-7000-8000-000000000002","previous":"0000000000000000000000000000000000000000000000000000000000000000","remediation":"01890000-0000-7000-8000-000000000001","sequence":1}',
    '7dc89e9fcc9457efb6ececfd3c2a2f6a6a1cdf0296cf20fec58eec402a5d02c2');
UPDATE audit_head SET sequence = 1, hash = '7dc89e9fcc9457efb6ececfd3c2a2f6a6a1cdf0296cf20fec58eec402a5d02c2' WHERE id = 1;
