//! The tools for rules, run as a user runs them, and an independent reader of the same files.

use std::process::Command;

use remediate::rule::Catalogue;
use serde_json::Value;

#[test]
fn a_rule_is_shown_as_json_for_other_programs() {
    let output = Command::new(env!("CARGO_BIN_EXE_remediate")).args(["rules", "show", "CKV_AWS_53", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rule = &file["rule"]["aws/s3/public-access-block"];
    assert_eq!(rule["severity"], "high");
    assert!(rule["aliases"]["checkov"].as_array().unwrap().contains(&"CKV_AWS_53".into()));
}

#[test]
fn an_independent_reader_reads_every_rule_as_we_do() {
    let catalogue = Catalogue::built_in();
    for rule in catalogue.iter() {
        let file: Value = hcl::from_str(&rule.source).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        let read = &file["rule"][rule.id.as_str()];
        assert_eq!(read["title"].as_str(), Some(rule.title.as_str()), "{}", rule.id);
        let aliases: std::collections::BTreeMap<String, Vec<String>> =
            serde_json::from_value(read["aliases"].clone()).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        assert_eq!(aliases, rule.aliases, "{}", rule.id);
    }
    assert!(catalogue.len() > 300);
}
