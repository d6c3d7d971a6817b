//! Every example of every rule is a test of its own, on files with LF and with CRLF line endings.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use remediate::patch::{LineEnding, run_example};
use remediate::rule::Catalogue;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let catalogue = Catalogue::built_in();
    let mut trials = Vec::new();
    for rule in catalogue.iter() {
        for (index, example) in rule.examples.iter().enumerate() {
            for (ending, word) in [(LineEnding::Lf, "LF"), (LineEnding::CrLf, "CRLF")] {
                let rule = Arc::clone(rule);
                let name = format!("{}: {} ({word})", rule.id, example.name);
                trials.push(Trial::test(name, move || run_example(&rule, &rule.examples[index], ending).map_err(Failed::from)));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
