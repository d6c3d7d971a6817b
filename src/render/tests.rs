//! The words as a person reads them: snapshots, and hostile findings in every field.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::model::{
    Address, Applicability, AuditEvent, ChangedFile, CodePosition, Confidence, Context, DataClass, Edit, Effect, EffectKind, Evidence,
    Finding, FindingState, IgnoredBecause, Patch, Place, Reach, Refusal, RefusalKind, Remediation, RemediationId, RemediationState,
    Repository, Resource, Risk, RiskPoint, Route, RoutingStep, RuleReference, Rung, Severity, Span, Target, Tier,
};

fn finding() -> Finding {
    Finding {
        id: "cspm-aws-s3-042".into(),
        source: "cspm".into(),
        account: None,
        region: None,
        reply: std::collections::BTreeMap::new(),
        state: FindingState::Active,
        title: Some("Bucket is public".into()),
        description: None,
        severity: Severity::Critical,
        rules: vec![RuleReference { scheme: "security_hub".into(), id: "S3.8".into() }],
        resource: Resource { raw_id: Some("arn:aws:s3:::prod-customer-data-backups".into()), ..Resource::default() },
        code: None,
        context: Context {
            internet_reachable: Some(true),
            data_classes: vec![DataClass::Pii],
            attack_path: Some("Internet -> EC2 (Instance Profile) -> S3:GetObject".into()),
            account_name: Some("production".into()),
            remediation_url: Some("https://docs.internal.com/security/s3-encryption-guide".into()),
            ..Context::default()
        },
        first_seen: None,
        last_seen: None,
        url: None,
        params: BTreeMap::new(),
    }
}

fn patch() -> Patch {
    let edits = vec![Edit { span: Span::at(10), text: "x".into() }];
    Patch {
        rules: vec!["aws/s3/public-access-block".into()],
        address: "aws_s3_bucket.backups".into(),
        files: BTreeMap::from([("storage/main.tf".into(), ChangedFile { before: Some("a".into()), after: "b".into(), edits })]),
        applicability: Applicability::Review,
        notes: vec!["a bucket policy in the module may grant public reads".into()],
        effects: vec![Effect {
            kind: EffectKind::Behaviour,
            note: "anonymous requests are refused".into(),
            source: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html".into()),
        }],
        runbook: None,
        summary: vec!["adds `aws_s3_bucket_public_access_block.backups` with all four settings `true`".into()],
        reach: Reach {
            instances: vec![
                "module.storage[\"prod\"].aws_s3_bucket.backups".into(),
                "module.storage[\"dev\"].aws_s3_bucket.backups".into(),
            ],
            callers: vec![Place { path: "envs/prod.tf".into(), line: 3, span: None, note: "calls `module.storage`".into() }],
        },
        proofs: vec!["parses".into()],
    }
}

fn target() -> Target {
    Target {
        path: "storage/main.tf".into(),
        span: Span::new(0, 40),
        module_dir: "storage".into(),
        root_dir: Some("envs/prod".into()),
        address: Address::managed("aws_s3_bucket", "backups"),
        evidence: vec![Evidence {
            rung: Rung::EvaluatedName,
            note: "`bucket = \"${var.env}-customer-data-backups\"` is `prod-customer-data-backups` with `env = \"prod\"` from `envs/prod.tfvars`".into(),
            places: Vec::new(),
        }],
        confidence: Confidence::Certain,
    }
}

fn risk() -> Risk {
    Risk {
        score: 95,
        points: vec![
            RiskPoint { name: "severity".into(), points: 40, reason: "critical in the source".into() },
            RiskPoint { name: "internet_reachable".into(), points: 25, reason: "reachable from the internet".into() },
        ],
        tier: Tier::CriticalPath,
        above_threshold: true,
        threshold: 40,
    }
}

fn route() -> Route {
    let step = |witness: &str, named: Option<&str>, owner: Option<&str>| RoutingStep {
        witness: witness.into(),
        named: named.map(Into::into),
        owner: owner.map(Into::into),
    };
    Route {
        owner: Some("@acme/data-platform".into()),
        jira: Some("DATAPLAT".into()),
        slack: Some("#data".into()),
        chain: vec![
            step("the finding", Some("Ann & Bob"), None),
            step("tags", None, None),
            step("`.github/CODEOWNERS` line 1", Some("@acme/data-platform"), Some("@acme/data-platform")),
        ],
    }
}

fn remediation() -> Remediation {
    let mut remediation = Remediation::new(RemediationId("0190c0de".into()), "key", date());
    remediation.state = RemediationState::Ignored;
    remediation.ignored = Some(IgnoredBecause::Excepted { until: date() });
    remediation.note = Some("accepted as a risk until 2027-01-15: migration".into());
    remediation.rules = vec!["aws/s3/public-access-block".into()];
    remediation.target = Some(target());
    remediation.risk = Some(risk());
    remediation.route = Some(route());
    remediation.due = Some(date());
    remediation
}

fn audit_event() -> AuditEvent {
    AuditEvent {
        sequence: 7,
        at: date(),
        actor: "github:mona".into(),
        action: "decision.rejected".into(),
        finding: None,
        remediation: Some("0190c0de".into()),
        details: serde_json::json!({ "from": "paused", "to": "open", "reason": "it is | public @all" }),
        previous: String::new(),
        hash: "0123456789abcdef".into(),
    }
}

fn repository() -> Repository {
    Repository { id: 1, installation: 1, owner: "acme".into(), name: "infrastructure".into() }
}

fn date() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default()
}

/// The texts made of `findings`, `target` and `patch`: body and commit message.
fn texts(findings: &[Finding], target: &Target, patch: &Patch) -> (String, String) {
    let (repository, risk, id) = (repository(), risk(), RemediationId("0190c0de".into()));
    let route = route();
    let references = vec!["https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html".to_owned()];
    let rules = [RuleText {
        id: "aws/s3/public-access-block",
        title: "Block public access to the bucket",
        rationale: "A single permissive ACL or policy makes every object readable by anyone.",
        references: &references,
    }];
    let reviewers =
        Reviewers { left_out: vec![("@acme/gone".into(), "GitHub does not know this team here".into())], broken_code_owners: None };
    let facts = PullRequestFacts {
        remediation: &id,
        key: "aws/-/s3/prod-customer-data-backups/aws/s3/public-access-block",
        findings,
        rules: &rules,
        target,
        line: 1,
        patch,
        risk: Some(&risk),
        due: Some(date()),
        route: Some(&route),
        came_back: None,
        repository: &repository,
        web_url: "https://github.com",
        base: "0123456789abcdef0123456789abcdef01234567",
        reviewers: &reviewers,
    };
    (pull_request_body(&facts), commit_message(&facts))
}

#[test]
fn a_pull_request_reads_well() {
    let (body, commit) = texts(&[finding()], &target(), &patch());
    insta::assert_snapshot!("pull_request", body);
    insta::assert_snapshot!("commit_message", commit);
}

#[test]
fn notes_about_reviewers_survive_an_update() {
    let (body, _) = texts(&[finding()], &target(), &patch());
    let without = {
        let (start, rest) = body.split_once("### Reviewers\n").unwrap();
        format!("{start}{}", &rest[rest.find("### Not right?").unwrap()..])
    };
    assert_eq!(keep_review_notes(without.clone(), &body), body);
    assert_eq!(keep_review_notes(without.clone(), "something else"), without);
    assert_eq!(keep_review_notes(body.clone(), &without), body);
}

#[test]
fn a_disruptive_one_warns_first_and_brings_its_runbook() {
    let mut patch = patch();
    patch.applicability = Applicability::Disruptive;
    patch.effects.push(Effect { kind: EffectKind::Replacement, note: "the instance is created anew".into(), source: None });
    patch.runbook = Some("1. Take a snapshot.\n2. Apply in the maintenance window.".into());
    patch.reach = Reach::default();
    let (body, _) = texts(&[finding(), Finding { source: "prowler".into(), ..finding() }], &target(), &patch);
    insta::assert_snapshot!("pull_request_disruptive", body);
}

#[test]
fn comments_read_well() {
    let place = |path: &str, line, note: &str| Place { path: path.into(), line, span: None, note: note.into() };
    let refusal = Refusal::new(RefusalKind::DecidedElsewhere, "The value of `acl` comes from the input of a published module.")
        .at(place("main.tf", 12, "`source = \"acme/x/aws\"`"))
        .next("Set `acl` where the module is called.");
    let question = Refusal::new(RefusalKind::AmbiguousTarget, "Both blocks may be named `backups`.")
        .at(place("a.tf", 1, "`aws_s3_bucket.a`"))
        .at(place("b.tf", 9, "`aws_s3_bucket.b`"));
    let rules = vec!["aws/s3/public-access-block".to_owned()];
    let all = [
        working_comment(),
        opened_comment(12, true, "Block public access to the bucket (aws_s3_bucket.b)"),
        exists_comment(12),
        holds_comment(&rules[0], "aws_s3_bucket.b", "0123456789abcdef"),
        already_right_comment("the code is right already at `0123456789ab`: `aws/s3/x` holds for `aws_s3_bucket.b`"),
        queued_comment("10 of at most 10 pull requests are open here"),
        refusal_comment(&refusal),
        question_comment(&question),
        plan_comment(&patch(), "--- a/main.tf\n+++ b/main.tf\n@@ -1 +1 @@\n-a\n+b\n"),
        verified_comment(
            &rules,
            "aws_s3_bucket.b",
            "0123456789abcdef",
            "`aws/s3/public-access-block` holds for `aws_s3_bucket.b` in `moved/main.tf:7`",
            Some("security-hub"),
        ),
        reopened_comment("`block_public_acls` is `false` again", "0123456789abcdef"),
        declined_comment(Some("octocat")),
        hands_off_comment("octocat"),
        decision_asked_comment(Some("@acme/security"), "octocat", None, date(), false),
        decision_asked_comment(Some("@acme/security"), "octocat", Some(date()), date(), false),
        decision_asked_comment(None, "octocat", Some(date()), date(), true),
        not_extended_comment("@mona turned the request down: it is public", date()),
        snoozed_comment("octocat", date(), Some(date())),
        revoked_comment("mona", "it is public after all"),
        resumed_comment("@mona turned the request down: it is public"),
        suppressed_comment("mona", true),
        excepted_comment("mona", date(), false),
        exception_ended_comment(),
        reminder_comment(Some(date()), &["@acme/data-platform".into(), "@octocat".into()]),
        overdue_comment(Some(date()), &["@acme/security".into()]),
        looked_again_comment(&rules, "main", "0123456789abcdef", Ok(&place("main.tf", 7, "`aws_s3_bucket.b`"))),
        looked_again_comment(&rules, "main", "0123456789abcdef", Err("`block_public_acls` is `false`")),
        rebased_comment("main", "0123456789abcdef", false),
        audit_comment(&[audit_event()]),
        status_comment(&remediation()),
        explain_comment(&remediation()),
        again_comment("octocat"),
        joined_comment("prowler"),
        below_threshold_comment(Some(&risk())),
        closed_at_source_comment("security-hub says that the hole is closed: `PASSED`"),
        merged_comment(12),
        rescan_comment(Some("`Compliance.Status=PASSED`")),
        rescan_comment(None),
        not_possible_comment("the person who asked cannot decide; a second person must"),
        nothing_known_comment(),
        failed_comment("GitHub answered 502 for `POST /pulls`"),
        not_permitted_comment("mallory"),
        unreadable_comment("I found no finding in this issue."),
        policy_error_comment("remediate.yml:1:1: unknown key `enable`; did you mean `enabled`?", true),
        policy_error_comment("remediate.yml:1:1: unknown key `enable`; did you mean `enabled`?", false),
        help_comment(),
    ];
    insta::assert_snapshot!("comments", all.join("\n---\n\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// A canary that only an attacker writes never comes out as markup, whichever field it is in.
    #[test]
    fn hostile_words_in_any_field_stay_words(tail in "\\PC{0,20}") {
        let hostile = format!("@evil/team <script>x</script> [a](https://evil.example) ![b](//evil.example) \n\n# evil\n--> ``` {tail}");
        let mut finding = finding();
        finding.id = hostile.clone();
        finding.source = hostile.clone();
        finding.title = Some(hostile.clone());
        finding.rules = vec![RuleReference { scheme: "x".into(), id: hostile.clone() }];
        finding.resource.raw_id = Some(hostile.clone());
        finding.context.attack_path = Some(format!("a -> {hostile} -> b"));
        finding.context.account_name = Some(hostile.clone());
        finding.context.remediation_url = Some(hostile.clone());
        finding.code = Some(CodePosition { path: Some(hostile.clone()), ..CodePosition::default() });
        let mut target = target();
        target.path = hostile.replace('/', "_");
        target.evidence[0].note = hostile.clone();
        let mut patch = patch();
        patch.summary = vec![hostile.clone()];
        patch.reach.instances = vec![hostile.clone()];
        let (body, commit) = texts(&[finding], &target, &patch);
        let visible = without_code(&body);
        prop_assert!(!visible.contains("@evil"), "{visible}");
        prop_assert!(!visible.contains("<script>") && !visible.contains("](https://evil") && !visible.contains("](//evil"), "{visible}");
        prop_assert!(!visible.contains("https://evil") && !body.contains("\n# evil"), "{visible}");
        prop_assert!(read_marker(&body).is_some());
        prop_assert!(!commit.contains("\n# evil"));
    }
}

/// The text with fenced and inline code and our own hidden marker taken out.
fn without_code(markdown: &str) -> String {
    let mut out = String::new();
    for line in markdown.lines().filter(|line| !line.starts_with("<!-- remediate:")) {
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            // An escaped backtick is a character, not a fence.
            if rest[..start].ends_with('\\') {
                out.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
                continue;
            }
            out.push_str(&rest[..start]);
            let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
            let inner = &rest[start + fence.len()..];
            let Some(end) = inner.find(&fence) else {
                rest = inner;
                break;
            };
            rest = &inner[end + fence.len()..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}
