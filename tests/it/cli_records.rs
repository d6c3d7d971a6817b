//! The commands that read the database, run as a user runs them.

use std::path::Path;
use std::process::{Command, Output};

use remediate::lifecycle::{Asked, Decision, DecisionRules, Event, Policy, Scope, Speaker};
use remediate::model::{Finding, PullRequestRef, Risk, RiskPoint, Route, RoutingStep, Tier};
use remediate::store::{NewJob, Store, Worker};
use serde_json::{Value, json};

use crate::databases::{at, begin};

/// A data folder with one finding that was fixed, a request, a dead letter and something unmapped.
async fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite:{}", folder.path().join("remediate.db").display()), at(0)).await.unwrap();
    let mut session = begin(&store).await;
    let finding: Finding = serde_json::from_value(json!({
        "id": "cspm-1", "source": "wiz", "state": { "state": "active" }, "title": "\u{1b}[2Jno versioning", "severity": "HIGH",
        "rules": [], "resource": { "tags": {}, "raw_id": "arn:aws:s3:::backups" }, "context": {},
    }))
    .unwrap();
    let recorded = session.record_finding(&finding, "aws/1/backups/versioning", at(0)).await.unwrap().unwrap();
    let id = recorded.remediation.remediation.id.clone();
    let points = vec![RiskPoint { name: "severity".into(), points: 60, reason: "the source says HIGH".into() }];
    let risk = Risk { score: 60, points, tier: Tier::Production, above_threshold: true, threshold: 50 };
    let pull_request = PullRequestRef {
        number: 7,
        url: "https://github.example/acme/infra/pull/7".into(),
        branch: "remediate/x".into(),
        head: "c0ffee".into(),
        merge_commit: None,
    };
    let mut current = recorded.remediation;
    current.remediation.owner = Some("@acme/data".into());
    let nobody = RoutingStep { witness: "the finding".into(), named: None, owner: None };
    let tag = RoutingStep { witness: "tag `Team`".into(), named: Some("data".into()), owner: Some("@acme/data".into()) };
    let route = Route { owner: Some("@acme/data".into()), jira: Some("DATA".into()), slack: None, chain: vec![nobody, tag] };
    current.remediation.route = Some(route);
    for event in [
        Event::FindingReceived { source: "wiz".into(), finding: recorded.finding, joined: false },
        Event::Scored { risk, due: Some(at(1000)) },
        Event::Planned { rules: vec!["aws/s3/versioning".into()], applicability: remediate::model::Applicability::Safe },
        Event::Published { pull_request },
        Event::Merged { number: 7, login: "ann".into(), commit: "beef".into() },
        Event::RuleHolds { commit: "beef".into(), evidence: "versioning is on at main.tf:3".into() },
    ] {
        current = session.transition(&current, &event, at(60), &Policy::default()).await.unwrap().remediation;
    }
    let speaker = Speaker { login: "ann".into(), is_person: true, edited: false, may_write: true, in_team: false };
    let scope = Scope::Everywhere { rule: "aws/s3/logging".into() };
    let decision = Decision::request("d1", &id, (Asked::FalsePositive, scope), "=HYPERLINK(1)", &speaker, at(0), &DecisionRules::default());
    session.insert_decision(&decision.unwrap(), at(0)).await.unwrap();
    session.note_unmapped("wiz", "rule", "wc-id-77", "cspm-1", at(0)).await.unwrap();
    session.enqueue(&NewJob::new("publish", json!({}), at(-9)).priority(1000), at(0)).await.unwrap();
    session.commit().await.unwrap();
    let job = store.claim(&Worker::new("w", chrono::Duration::seconds(9)), &["publish"], at(0)).await.unwrap().unwrap();
    let mut session = begin(&store).await;
    session.bury(&job, "the repository is archived").await.unwrap();
    session.commit().await.unwrap();
    store.close().await;
    folder
}

fn remediate(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_remediate"));
    command
        .current_dir(folder)
        .env_remove("REMEDIATE_TEST_POSTGRES_URL")
        .env("REMEDIATE_DATA", folder)
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn an_auditor_sees_detection_assignment_action_and_verification() {
    let folder = folder().await;
    let shown = remediate(folder.path(), &["audit", "show", "cspm-1"]);
    let told = text(&shown);
    assert!(shown.status.success(), "{told}");
    for line in [
        "detected     2026-09-21T14:14:20Z  by source:wiz",
        "assigned     2026-09-21T14:14:20Z  to @acme/data",
        "action       2026-09-21T14:14:20Z  pull request https://github.example/acme/infra/pull/7",
        "verified     2026-09-21T14:14:20Z  merged by github:ann at 2026-09-21T14:14:20Z; versioning is on at main.tf:3",
    ] {
        assert!(told.contains(line), "no `{line}` in\n{told}");
    }
    assert!(!told.contains('\u{1b}'), "a finding's title must not drive the terminal");
    let shown = remediate(folder.path(), &["audit", "show", "cspm-1", "--format", "json"]);
    let trail: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(trail[0]["milestones"]["verified"]["at"], "2026-09-21T14:14:20Z");
    assert_eq!(trail[0]["events"].as_array().unwrap().len(), 6);
    assert_eq!(remediate(folder.path(), &["audit", "show", "nobody"]).status.code(), Some(1));

    let explained = text(&remediate(folder.path(), &["explain", "cspm-1"]));
    assert!(explained.contains("score 60 reaches the threshold 50; tier production"), "{explained}");
    assert!(explained.contains("+60     severity  the source says HIGH"), "{explained}");
    for line in ["the finding  -      -", "tag Team     data   @acme/data", "jira DATA", "false positive  requested  ann"] {
        assert!(explained.contains(line), "no `{line}` in\n{explained}");
    }
}

#[tokio::test]
async fn the_record_can_be_checked_without_the_database() {
    let folder = folder().await;
    let verified = text(&remediate(folder.path(), &["audit", "verify"]));
    assert!(verified.starts_with("The chain holds: 6 events"), "{verified}");
    let head = verified.trim().rsplit(' ').next().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for format in ["json", "csv"] {
        let file = elsewhere.path().join(format!("audit.{format}"));
        let name = file.to_str().unwrap();
        let exported = remediate(folder.path(), &["audit", "export", "--format", format, "--output", name]);
        assert!(exported.status.success(), "{}", text(&exported));
        let whole = remediate(elsewhere.path(), &["audit", "verify", name, "--head", head]);
        assert!(whole.status.success(), "{}", text(&whole));

        let lines: Vec<String> = std::fs::read_to_string(&file).unwrap().lines().map(ToOwned::to_owned).collect();
        let mut changed = lines.clone();
        changed[3] = changed[3].replace("remediate", "somebody");
        std::fs::write(&file, changed.join("\n")).unwrap();
        let broken = remediate(elsewhere.path(), &["audit", "verify", name]);
        assert_eq!(broken.status.code(), Some(1));
        assert!(text(&broken).contains(&format!("audit.{format}:4: ")), "{}", text(&broken));

        std::fs::write(&file, lines[..5].join("\n")).unwrap();
        assert!(remediate(elsewhere.path(), &["audit", "verify", name]).status.success(), "a chain cut short holds in itself");
        let short = remediate(elsewhere.path(), &["audit", "verify", name, "--head", head]);
        assert_eq!(short.status.code(), Some(1), "but not against the noted hash");
    }
    let nowhere = tempfile::tempdir().unwrap();
    let missing = remediate(nowhere.path(), &["audit", "verify"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(!nowhere.path().join("remediate.db").exists(), "looking must not make a database");
}

#[tokio::test]
async fn what_waits_for_a_person_can_be_listed_and_tried_again() {
    let folder = folder().await;
    let told = |arguments: &[&str]| text(&remediate(folder.path(), arguments));
    let findings = told(&["findings", "list", "--state", "active"]);
    assert!(findings.contains("wiz     cspm-1   active  verified     60"), "{findings}");
    assert_eq!(told(&["findings", "list", "--state", "resolved"]), "no findings\n");
    assert!(told(&["findings", "unmapped"]).contains("wc-id-77"));
    let suppressions = told(&["suppressions", "list"]);
    assert!(suppressions.contains("requested") && suppressions.contains("aws/s3/logging"), "{suppressions}");
    assert_eq!(told(&["exceptions", "list"]), "no exceptions\n");
    assert!(told(&["dead-letters", "list"]).contains("the repository is archived"));
    assert_eq!(remediate(folder.path(), &["dead-letters", "retry", "999"]).status.code(), Some(2));
    assert!(told(&["dead-letters", "retry", "--all"]).contains("ready again"));
    assert_eq!(told(&["dead-letters", "list"]), "no dead letters\n");
}
