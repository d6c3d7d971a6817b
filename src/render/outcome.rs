//! What the sources of a finding are told, in plain text: it goes into notes and comments of other products, not to GitHub.

use crate::model::{OutcomeState, Remediation, RemediationState};

/// One or two sentences about `remediation` for its sources.
#[must_use]
pub fn outcome_message(remediation: &Remediation, state: OutcomeState) -> String {
    let block = remediation.target.as_ref().map(|target| format!(" of {}", target.address)).unwrap_or_default();
    let note = remediation.note.as_deref().filter(|note| !note.is_empty());
    let because =
        |lead: &str, reason: Option<&str>| reason.map_or_else(|| format!("{lead}."), |reason| sentence(&format!("{lead}: {reason}")));
    match state {
        OutcomeState::InProgress => format!("A pull request with the fix{block} is open."),
        OutcomeState::Verified => {
            let evidence = remediation.verification.as_ref().map(|proof| proof.evidence.as_str());
            because("The fix was merged and the rule holds in the code; the cloud shows it once it is applied", evidence)
        }
        OutcomeState::Reopened => because("It is open again", note),
        OutcomeState::Refused => match &remediation.refusal {
            Some(refusal) => because("Nothing was changed", Some(&refusal.message)),
            None if remediation.state == RemediationState::Failed => because("It could not be fixed; a person must look", note),
            None => because("Nothing was changed", note),
        },
        OutcomeState::Declined => because("A person turned the pull request down", note),
        OutcomeState::FalsePositive => because("The security team agreed", note),
        OutcomeState::Accepted => because("The security team agreed", note),
    }
}

/// Ends in one full stop, and says `code` without Markdown.
fn sentence(text: &str) -> String {
    format!("{}.", text.replace('`', "").trim_end_matches(['.', ' ']))
}
