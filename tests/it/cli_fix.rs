//! `remediate fix` in a folder, as a user runs it: what is fixed, what is refused and why, and what a script sees.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

const CODE: &str = "resource \"aws_sqs_queue_policy\" \"orders\" {\n  queue_url = aws_sqs_queue.orders.id\n\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [\n      {\n        Effect    = \"Allow\"\n        Principal = \"*\"\n        Action    = \"sqs:SendMessage\"\n        Resource  = aws_sqs_queue.orders.arn\n      },\n    ]\n  })\n}\n\nresource \"aws_default_vpc\" \"main\" {\n}\n";

/// A folder with code and a report of Checkov about it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), CODE).unwrap();
    let failed = |check: &str, resource: &str, from: usize, to: usize| {
        json!({ "check_id": check, "check_name": check, "resource": resource, "file_path": "/main.tf",
            "file_abs_path": folder.path().join("main.tf"), "file_line_range": [from, to], "check_result": { "result": "FAILED" } })
    };
    let report = json!({ "check_type": "terraform", "results": { "passed_checks": [], "skipped_checks": [], "parsing_errors": [],
        "failed_checks": [failed("CKV_AWS_168", "aws_sqs_queue_policy.orders", 1, 15), failed("CKV_AWS_148", "aws_default_vpc.main", 17, 18)] },
        "summary": {} });
    std::fs::write(folder.path().join("findings.json"), report.to_string()).unwrap();
    folder
}

fn fix(folder: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_remediate"))
        .args(["fix", "--path"])
        .arg(folder)
        .arg("--findings")
        .arg(folder.join("findings.json"))
        .arg("--write")
        .args(more)
        .env_remove("REMEDIATE_CONFIG")
        .output()
        .unwrap()
}

#[test]
fn a_refusal_is_an_answer_that_says_why_and_leaves_the_files_alone() {
    let folder = folder();
    let run = fix(folder.path(), &[]);
    let said = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(said.contains("`trusted_principals`"), "the missing parameter is named: {said}");
    assert!(said.contains("the default VPC") && said.contains("must move first"), "the reason why there is no rule is told: {said}");
    assert_eq!(std::fs::read_to_string(folder.path().join("main.tf")).unwrap(), CODE);
    assert_eq!(fix(folder.path(), &["--strict"]).status.code(), Some(1), "a script can ask for an exit code");
}

#[test]
fn a_person_gives_the_parameter_with_the_command() {
    let folder = folder();
    let run = fix(folder.path(), &["--param", "trusted_principals=[\"arn:aws:iam::111122223333:root\"]"]);
    assert_eq!(run.status.code(), Some(0));
    let wanted = CODE.replace("Principal = \"*\"", "Principal = { AWS = \"arn:aws:iam::111122223333:root\" }");
    assert_eq!(std::fs::read_to_string(folder.path().join("main.tf")).unwrap(), wanted);
}
