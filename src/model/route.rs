//! Who is asked, and how that was decided.

use serde::{Deserialize, Serialize};

/// One look at one witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingStep {
    /// The witness: `the finding`, ``tag `Team` ``, `CODEOWNERS`, …
    pub witness: String,
    /// Whom it named, as it was written; `None` when nobody. Untrusted.
    pub named: Option<String>,
    /// Whom that is on GitHub: `@org/team` or `@user`; `None` when it is nobody there.
    pub owner: Option<String>,
}

/// The owner and where they are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// `@org/team` or `@user`.
    pub owner: Option<String>,
    /// Jira project.
    pub jira: Option<String>,
    /// Slack channel.
    pub slack: Option<String>,
    /// What was looked at, in order, up to the witness that decided.
    pub chain: Vec<RoutingStep>,
}
