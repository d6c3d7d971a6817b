//! Published files that the program itself writes are what it writes now.

use std::path::Path;
use std::process::Command;

/// `(arguments, file)`: run the program with the arguments to write the file.
const GENERATED: [(&[&str], &str); 3] = [
    (&["config", "table"], "docs/configuration.md"),
    (&["config", "schema"], "docs/policy.schema.json"),
    (&["schema", "finding"], "docs/finding.schema.json"),
];

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
