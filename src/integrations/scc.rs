//! Google Security Command Center: the pull request stands at the finding as an external system, and what was agreed to stay is muted.
//!
//! The state of a finding is its detector's to set: it becomes INACTIVE at its next scan.
//! Calls: `PATCH v1/{finding}/externalSystems/remediate`, `POST v1/{finding}:setMute` (v2 for findings with a location).
//! Source: <https://cloud.google.com/security-command-center/docs/reference/rest>.

use serde_json::json;
use url::Url;

use super::google::{GoogleIdentity, token};
use super::{TellError, answer, path};
use crate::model::{OWN_NAME, Outcome, OutcomeState};

/// Google's own endpoint.
pub const SCC_API: &str = "https://securitycenter.googleapis.com";

/// Writes the external system of the finding, and its mute state where that changes.
///
/// # Errors
/// When a call fails or Google says no.
pub async fn tell_scc(
    http: &reqwest::Client,
    source: &str,
    api: &Url,
    identity: GoogleIdentity<'_>,
    outcome: &Outcome,
) -> Result<(), TellError> {
    let name =
        Name::parse(&outcome.finding_id).ok_or_else(|| TellError::refused(source, "the finding's name is not `…/sources/…/findings/…`"))?;
    let token = token(http, source, identity).await?;
    let mute = match outcome.state {
        OutcomeState::FalsePositive | OutcomeState::Accepted => Some("MUTED"),
        OutcomeState::Reopened if outcome.ends_agreement() => Some("UNMUTED"),
        _ => None,
    };
    if let Some(mute) = mute {
        let url = path(source, api, &name.segments(":setMute", &[]))?;
        answer(source, http.post(url).bearer_auth(&token).json(&json!({ "mute": mute }))).await?;
    }
    let system = json!({
        "externalUid": outcome.pull_request.as_deref().unwrap_or(OWN_NAME),
        "status": outcome.state.name(),
        "externalSystemUpdateTime": outcome.at.to_rfc3339(),
        "caseUri": outcome.pull_request,
    });
    let url = path(source, api, &name.segments("", &["externalSystems", OWN_NAME]))?;
    answer(source, http.patch(url).bearer_auth(&token).json(&system)).await.map(|_| ())
}

/// A finding's resource name, taken apart.
struct Name {
    parts: Vec<String>,
    last: String,
}

impl Name {
    /// `organizations|folders|projects/N/sources/N[/locations/L]/findings/ID`; anything else is none.
    fn parse(text: &str) -> Option<Self> {
        let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
        let kinds: Vec<&str> = parts.iter().step_by(2).map(String::as_str).collect();
        let known = matches!(kinds.as_slice(), ["organizations" | "folders" | "projects", "sources", "findings"])
            || matches!(kinds.as_slice(), ["organizations" | "folders" | "projects", "sources", "locations", "findings"]);
        let complete = known && parts.len().is_multiple_of(2) && parts.iter().all(|part| plain(part) && part != "." && part != "..");
        let last = parts.last()?.clone();
        complete.then_some(Self { parts, last })
    }

    /// The path of the finding with `suffix` at its end and `more` after it.
    fn segments<'a>(&'a self, suffix: &'a str, more: &[&'a str]) -> Vec<String> {
        let version = if self.parts.iter().any(|part| part == "locations") { "v2" } else { "v1" };
        let head = self.parts.iter().take(self.parts.len().saturating_sub(1)).cloned();
        let tail = std::iter::once(format!("{}{suffix}", self.last)).chain(more.iter().map(|part| (*part).to_owned()));
        std::iter::once(version.to_owned()).chain(head).chain(tail).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_and_strangers_are_not() {
        let name = Name::parse("organizations/1/sources/2/findings/3").unwrap();
        assert_eq!(name.segments(":setMute", &[]).join("/"), "v1/organizations/1/sources/2/findings/3:setMute");
        let regional = Name::parse("projects/1/sources/2/locations/eu/findings/3").unwrap();
        assert!(
            regional.segments("", &["externalSystems", "x"]).join("/").starts_with("v2/projects/1/sources/2/locations/eu/findings/3/ext")
        );
        for stranger in ["", "x", "organizations/1/sources/2/findings/..", "organizations/1/sources/2/findings", "a/1/b/2/c/3"] {
            assert!(Name::parse(stranger).is_none(), "{stranger}");
        }
    }
}
