//! `remediate fix`: the program on folders, as a person or a pipeline runs it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const MAIN: &str = "variable \"env\" {\n  default = \"prod\"\n}\n\n# kept\nresource \"aws_s3_bucket\" \"backups\" {\n  \
                    bucket = \"${var.env}-customer-data-backups\" # not to be renamed\n}\n";

/// The whole file after the fix for public access: the comments, and every line that was there, stay.
const BLOCKED: &str = "variable \"env\" {\n  default = \"prod\"\n}\n\n# kept\nresource \"aws_s3_bucket\" \"backups\" {\n  \
                       bucket = \"${var.env}-customer-data-backups\" # not to be renamed\n}\n\n\
                       resource \"aws_s3_bucket_public_access_block\" \"backups\" {\n  bucket = aws_s3_bucket.backups.id\n\n  \
                       block_public_acls       = true\n  block_public_policy     = true\n  ignore_public_acls      = true\n  \
                       restrict_public_buckets = true\n}\n";

/// A folder with `main.tf`, and beside it a report.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new(main: &str, report: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("tree")).expect("a tree");
        std::fs::write(folder.path().join("findings.json"), report.to_string()).expect("a report");
        let case = Self { folder };
        case.put("main.tf", main);
        case
    }

    fn tree(&self) -> std::path::PathBuf {
        self.folder.path().join("tree")
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.tree().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self) -> String {
        std::fs::read_to_string(self.tree().join("main.tf")).expect("main.tf")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_remediate"));
        command.arg("fix").arg("--path").arg(self.tree()).arg("--findings").arg(self.folder.path().join("findings.json"));
        command.args(arguments).env_remove("REMEDIATE_CONFIG");
        command
    }

    fn fix(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the program runs"))
    }
}

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A finding of our own format that names only the cloud resource.
fn by_arn() -> Value {
    json!({ "finding_id": "f-1", "resource_arn": "arn:aws:s3:::prod-customer-data-backups", "severity": "CRITICAL" })
}

/// Checkov's report of one failed check.
fn checkov(check: &str, resource: &str) -> Value {
    let failed = json!({
        "check_id": check, "resource": resource, "file_path": "/main.tf", "repo_file_path": "/main.tf", "file_line_range": [6, 8]
    });
    json!({ "check_type": "terraform", "results": { "failed_checks": [failed], "passed_checks": [] }, "summary": {} })
}

#[test]
fn without_write_the_change_is_shown_and_nothing_is_touched() {
    let case = Case::new(MAIN, &checkov("CKV2_AWS_6", "aws_s3_bucket.backups"));
    let run = case.fix(&[]);
    assert_eq!((run.code, case.read().as_str()), (Some(0), MAIN), "{}", run.err);
    assert!(run.out.contains("+resource \"aws_s3_bucket_public_access_block\" \"backups\" {"), "{}", run.out);
    assert!(run.out.contains("fixed    aws/s3/public-access-block") || run.out.contains("fixed   CKV2_AWS_6"), "{}", run.out);
}

#[test]
fn write_changes_exactly_the_file_and_a_second_run_has_nothing_to_do() {
    let case = Case::new(MAIN, &checkov("CKV2_AWS_6", "aws_s3_bucket.backups"));
    assert_eq!(case.fix(&["--write"]).code, Some(0));
    assert_eq!(case.read(), BLOCKED);
    let again = case.fix(&["--write"]);
    assert_eq!((again.code, case.read().as_str()), (Some(0), BLOCKED));
    assert!(again.out.contains("0 fixed, 0 refused"), "{}", again.out);
}

#[test]
fn a_cloud_resource_is_found_by_its_name_and_what_is_missing_is_offered() {
    let case = Case::new(MAIN, &by_arn());
    let asked = case.fix(&["--write"]);
    assert_eq!((asked.code, case.read().as_str()), (Some(1), MAIN));
    assert!(asked.out.contains("- `aws/s3/public-access-block`") && asked.out.contains("`--rule ID`"), "{}", asked.out);
    assert_eq!(case.fix(&["--write", "--rule", "aws/s3/public-access-block"]).code, Some(0));
    assert_eq!(case.read(), BLOCKED);
}

#[test]
fn a_resource_that_no_block_defines_is_refused_by_name() {
    let mut finding = by_arn();
    finding["resource_arn"] = json!("arn:aws:s3:::somebody-elses");
    let case = Case::new(MAIN, &finding);
    let run = case.fix(&["--write", "--rule", "aws/s3/public-access-block"]);
    assert_eq!((run.code, case.read().as_str()), (Some(1), MAIN));
    assert!(run.out.contains("somebody-elses"), "{}", run.out);
}

#[test]
fn what_only_an_organisation_knows_is_asked_for_and_taken_from_each_place_that_may_give_it() {
    let report = checkov("CKV_AWS_18", "aws_s3_bucket.backups");
    let case = Case::new(MAIN, &report);
    let run = case.fix(&["--write"]);
    assert_eq!((run.code, case.read().as_str()), (Some(1), MAIN));
    assert!(run.out.contains("`log_bucket`"), "{}", run.out);

    let policy = "params:\n  log_bucket: acme-access-logs\n";
    let given: [fn(&Case, &str) -> Run; 4] = [
        |case, _| case.fix(&["--param", "log_bucket=acme-access-logs"]),
        |case, policy| {
            std::fs::write(case.folder.path().join("policy.yml"), policy).expect("a policy");
            let path = case.folder.path().join("policy.yml");
            case.fix(&["--config", &path.to_string_lossy()])
        },
        |case, policy| {
            let path = case.folder.path().join("environment.yml");
            std::fs::write(&path, policy).expect("a policy");
            Run::of(case.command(&[]).env("REMEDIATE_CONFIG", path).output().expect("the program runs"))
        },
        |case, policy| {
            case.put(".github/remediate.yml", policy);
            case.fix(&[])
        },
    ];
    for give in given {
        let run = give(&Case::new(MAIN, &report), policy);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        assert!(run.out.contains("acme-access-logs"), "{}", run.out);
    }
}

#[test]
fn json_and_sarif_are_for_machines() {
    let case = Case::new(MAIN, &checkov("CKV2_AWS_6", "aws_s3_bucket.backups"));
    let json: Value = serde_json::from_str(&case.fix(&["--format", "json"]).out).expect("JSON");
    let line = &json["findings"][0];
    assert_eq!((line["status"].as_str(), line["applicability"].as_str()), (Some("fixed"), Some("review")), "{json}");
    let sarif: Value = serde_json::from_str(&case.fix(&["--format", "sarif"]).out).expect("SARIF");
    assert_eq!(sarif["version"], "2.1.0");
    let replacement = &sarif["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let inserted = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
    assert!(inserted.contains("aws_s3_bucket_public_access_block"), "{sarif}");
}

#[test]
fn a_branch_is_a_commit_in_the_repository_and_the_work_tree_stays() {
    let case = Case::new(MAIN, &checkov("CKV2_AWS_6", "aws_s3_bucket.backups"));
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").args(identity).args(arguments).current_dir(case.tree()).output().expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=Start"]);
    let run = case.fix(&["--branch", "fix/public-access"]);
    assert_eq!((run.code, case.read().as_str()), (Some(0), MAIN), "{}{}", run.out, run.err);
    assert_eq!(git(&["show", "fix/public-access:main.tf"]), BLOCKED);
    assert_eq!(git(&["rev-parse", "fix/public-access~1"]), git(&["rev-parse", "main"]));
    assert_eq!(git(&["status", "--porcelain"]), "");
}

#[test]
fn bad_usage_and_bad_input_say_where_and_end_with_two() {
    let case = Case::new(MAIN, &by_arn());
    let unknown = case.fix(&["--rule", "aws/s3/public-acces-block"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("aws/s3/public-access-block"), "the nearest name is told: {}", unknown.err);
    std::fs::write(case.folder.path().join("findings.json"), "{\"finding_id\": ").expect("a report");
    let truncated = case.fix(&[]);
    assert_eq!(truncated.code, Some(2));
    assert!(truncated.err.contains("findings.json"), "{}", truncated.err);
    case.put(".github/remediate.yml", "parms:\n  x: 1\n");
    std::fs::write(case.folder.path().join("findings.json"), by_arn().to_string()).expect("a report");
    let broken = case.fix(&[]);
    assert_eq!(broken.code, Some(2));
    assert!(broken.err.contains("params"), "the nearest key is told: {}", broken.err);
}

#[test]
fn files_that_do_not_parse_are_named_and_the_others_are_fixed() {
    let mut report = checkov("CKV2_AWS_6", "aws_s3_bucket.backups");
    let mut second = report["results"]["failed_checks"][0].clone();
    second["file_path"] = json!("/broken.tf");
    second["resource"] = json!("aws_s3_bucket.torn");
    report["results"]["failed_checks"].as_array_mut().expect("checks").push(second);
    let case = Case::new(MAIN, &report);
    case.put("broken.tf", "resource \"aws_s3_bucket\" \"torn\" {\n  bucket = \n}\n");
    let run = case.fix(&["--write"]);
    assert_eq!((run.code, case.read().as_str()), (Some(1), BLOCKED), "{}{}", run.out, run.err);
    assert!(run.out.contains("broken.tf"), "{}", run.out);
}

#[test]
fn words_of_a_report_cannot_steer_the_terminal() {
    let mut finding = by_arn();
    finding["finding_id"] = json!("f\u{1b}[2J\u{7}-1");
    finding["resource_arn"] = json!("arn:aws:s3:::x\u{1b}]0;owned\u{7}");
    let run = Case::new(MAIN, &finding).fix(&[]);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{7}'), "{:?}", run.out);
}

/// A public queue, and a resource without a rule.
const QUEUE: &str = "resource \"aws_sqs_queue_policy\" \"orders\" {\n  queue_url = aws_sqs_queue.orders.id\n\n  policy = jsonencode({\n    \
                     Version = \"2012-10-17\"\n    Statement = [\n      {\n        Effect    = \"Allow\"\n        Principal = \"*\"\n        \
                     Action    = \"sqs:SendMessage\"\n        Resource  = aws_sqs_queue.orders.arn\n      },\n    ]\n  })\n}\n\n\
                     resource \"aws_default_vpc\" \"main\" {\n}\n";

#[test]
fn a_check_without_a_rule_is_refused_with_the_reason_why_there_is_none() {
    let case = Case::new(QUEUE, &checkov("CKV_AWS_148", "aws_default_vpc.main"));
    let run = case.fix(&["--write"]);
    assert_eq!((run.code, case.read().as_str()), (Some(1), QUEUE));
    assert!(run.out.contains("the default VPC") && run.out.contains("must move first"), "{}", run.out);
}

#[test]
fn a_person_says_on_the_command_line_who_may_go_on_using_what_was_public() {
    let case = Case::new(QUEUE, &checkov("CKV_AWS_168", "aws_sqs_queue_policy.orders"));
    let run = case.fix(&["--write"]);
    assert_eq!((run.code, case.read().as_str()), (Some(1), QUEUE));
    assert!(run.out.contains("`trusted_principals`"), "{}", run.out);
    let run = case.fix(&["--write", "--param", "trusted_principals=[\"arn:aws:iam::111122223333:root\"]"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(case.read(), QUEUE.replace("Principal = \"*\"", "Principal = { AWS = \"arn:aws:iam::111122223333:root\" }"));
}
