-- What a database looks like that was last used at version 3.
INSERT INTO decisions (id, type, remediation, state, scope, scope_key, decide_by, until, body, version, updated_at) VALUES
    ('01890000-0000-7000-8000-000000000003', 'exception', '01890000-0000-7000-8000-000000000001', 'approved', 'resource',
    'aws/123456789012/arn:aws:s3:::backups/aws/s3/versioning', 1790086400000000, 1800000000000000,
    '{"id":"01890000-0000-7000-8000-000000000003","remediation":"01890000-0000-7000-8000-000000000001","asked":{"type":"exception","until":"2027-01-15T08:00:00Z"},"scope":{"scope":"resource","key":"aws/123456789012/arn:aws:s3:::backups/aws/s3/versioning"},"reason":"the bucket is being emptied","requested_by":"ann","requested_at":"2026-09-21T14:13:20Z","decide_by":"2026-09-22T14:13:20Z","status":{"status":"approved","by":"bob","at":"2026-09-21T15:00:00Z"}}',
    2, 1790003600000000);
INSERT INTO answers (resource, rule, repository, path, line, answered_by, answered_at) VALUES ('arn:aws:s3:::backups', '', 'acme/infra', 'modules/backup/main.tf', 12, 'ann', 1790000000000000);
