//! Published files that the program itself writes are what it writes now.

use std::path::Path;
use std::process::Command;

/// `(arguments, file)`: run the program with the arguments to write the file.
const GENERATED: [(&[&str], &str); 4] = [
    (&["config", "table"], "docs/configuration.md"),
    (&["config", "risk"], "docs/risk.md"),
    (&["config", "schema"], "docs/policy.schema.json"),
    (&["schema", "finding"], "docs/finding.schema.json"),
];

/// The example of the manual is a policy that `remediate config check` finds good.
#[test]
fn the_documented_policy_is_good() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap_or_default();
    let example = page.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("```")).map_or("", |(example, _)| example);
    let names = remediate::flow::policy_names(&remediate::rule::Catalogue::built_in());
    let policy = remediate::config::check_policy(remediate::config::PolicyFile { name: "docs/policy.md", text: example }, &names);
    match policy {
        Ok(policy) => assert_eq!(policy.analysts(), Some("acme/analysts")),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn generated_documents_are_up_to_date() {
    for (arguments, file) in GENERATED {
        let output = Command::new(env!("CARGO_BIN_EXE_remediate")).args(arguments).output().expect("the program runs");
        let published = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap_or_default();
        let written = String::from_utf8_lossy(&output.stdout);
        assert!(
            published.trim_end() == written.trim_end(),
            "{file} is old: write it anew with `remediate {} > {file}`",
            arguments.join(" ")
        );
    }
}
