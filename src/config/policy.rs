//! What an organisation decides: which findings become pull requests, and how.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Period;
use crate::model::{Applicability, Tier};

/// How commits are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CommitPolicy {
    /// With git.
    #[default]
    Push,
    /// By GitHub's API, which signs it.
    Api,
}

/// One rule, switched or parametrised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RulePolicy {
    /// Switches the rule on or off.
    pub enabled: Option<bool>,
    /// Parameters of this rule only. A text is taken as an HCL expression where the rule wants one, else as a string.
    pub params: BTreeMap<String, Value>,
}

/// One source, switched.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourcePolicy {
    /// Switches the source on or off here.
    pub enabled: Option<bool>,
}

/// How much the bot may do at once in one repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitPolicy {
    /// Open pull requests of the bot at one time; the most dangerous findings go first. 0: no limit.
    pub open_pull_requests: u32,
    /// New pull requests an hour; those on a critical attack path do not wait for it. 0: no limit.
    pub per_hour: u32,
}

impl Default for LimitPolicy {
    fn default() -> Self {
        Self { open_pull_requests: 10, per_hour: 0 }
    }
}

/// How soon a fix is due, by tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlaPolicy {
    /// On an attack path.
    pub critical_path: Period,
    /// Production.
    pub production: Period,
    /// Ordinary.
    pub standard: Period,
    /// Development and tests.
    pub development: Period,
}

impl Default for SlaPolicy {
    fn default() -> Self {
        let days = |days: u64| Period::seconds(days * 86_400);
        Self { critical_path: days(2), production: days(7), standard: days(14), development: days(30) }
    }
}

impl SlaPolicy {
    /// The period of a tier.
    #[must_use]
    pub const fn of(&self, tier: Tier) -> Period {
        match tier {
            Tier::CriticalPath => self.critical_path,
            Tier::Production => self.production,
            Tier::Standard => self.standard,
            Tier::Development => self.development,
        }
    }
}

/// Where the owners of a tag value are reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationTarget {
    /// GitHub team (`org/team` or `team`) or user.
    pub github: Option<String>,
    /// Jira project key.
    pub jira: Option<String>,
    /// Slack channel.
    pub slack: Option<String>,
}

/// The policy in force for one repository: defaults, then the organisation's file, then the repository's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether the bot acts here at all.
    pub enabled: bool,
    /// Sources by name.
    pub sources: BTreeMap<String, SourcePolicy>,
    /// Lowest risk score (0 to 100) that becomes a pull request.
    pub threshold: i32,
    /// Weights of the risk score by point name, where they differ from the documented ones.
    pub weights: BTreeMap<String, i32>,
    /// Rules by id, or a pattern such as `aws/s3/*`; the longest pattern that fits wins.
    pub rules: BTreeMap<String, RulePolicy>,
    /// Parameters for every rule that has one of that name (`kms_key`, `log_bucket`, `allowed_cidrs`, …).
    pub params: BTreeMap<String, Value>,
    /// Which applicability becomes a pull request: `safe`, `review`, `disruptive`.
    pub applicability: Vec<ApplicabilityName>,
    /// How much at once.
    pub limits: LimitPolicy,
    /// Labels of a pull request, beside `Security-Review-Required`.
    pub labels: Vec<String>,
    /// Users or teams asked for a review beside the code owners.
    pub reviewers: Vec<String>,
    /// How soon a fix is due.
    pub sla: SlaPolicy,
    /// Tag value → who that is.
    pub teams: BTreeMap<String, NotificationTarget>,
    /// Tags that name the owner, in this order.
    pub owner_tags: Vec<String>,
    /// Who owns what nobody else does.
    pub fallback_team: Option<String>,
    /// The team (`org/team`) that decides exceptions, hears of breaches, and decides false positives unless `analyst_team` does.
    pub security_team: Option<String>,
    /// The team (`org/team`) that decides false positives.
    pub analyst_team: Option<String>,
    /// Why nothing is done here: the file cannot be read, and no earlier version of it could. Never written in a file.
    #[serde(skip)]
    pub unreadable: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            enabled: true,
            sources: BTreeMap::new(),
            threshold: 40,
            weights: BTreeMap::new(),
            rules: BTreeMap::new(),
            params: BTreeMap::new(),
            applicability: vec![ApplicabilityName::Safe, ApplicabilityName::Review, ApplicabilityName::Disruptive],
            limits: LimitPolicy::default(),
            labels: Vec::new(),
            reviewers: Vec::new(),
            sla: SlaPolicy::default(),
            teams: BTreeMap::new(),
            owner_tags: ["owner", "team"].map(Into::into).to_vec(),
            fallback_team: None,
            security_team: None,
            analyst_team: None,
            unreadable: None,
        }
    }
}

/// [`Applicability`] as it is written in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicabilityName {
    /// In place, intended effect only.
    Safe,
    /// May change behaviour.
    Review,
    /// Replacement, downtime or loss.
    Disruptive,
}

impl From<Applicability> for ApplicabilityName {
    fn from(applicability: Applicability) -> Self {
        match applicability {
            Applicability::Safe => Self::Safe,
            Applicability::Review => Self::Review,
            Applicability::Disruptive => Self::Disruptive,
        }
    }
}

impl Policy {
    /// Whether `rule` (an id) is on.
    #[must_use]
    pub fn rule_enabled(&self, rule: &str) -> bool {
        self.rule_patterns(rule).iter().rev().find_map(|policy| policy.enabled).unwrap_or(true)
    }

    /// Whether findings of `source` are acted on.
    #[must_use]
    pub fn source_enabled(&self, source: &str) -> bool {
        self.sources.get(source).and_then(|policy| policy.enabled).unwrap_or(true)
    }

    /// Whether a patch of this applicability may become a pull request.
    #[must_use]
    pub fn allows(&self, applicability: Applicability) -> bool {
        self.applicability.contains(&applicability.into())
    }

    /// The parameters for `rule`: the general ones, then those of every pattern that fits, longest last.
    #[must_use]
    pub fn params_for(&self, rule: &str) -> BTreeMap<String, Value> {
        let mut params = self.params.clone();
        for policy in self.rule_patterns(rule) {
            params.extend(policy.params.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        params
    }

    /// The team that decides whether a finding is a false positive.
    #[must_use]
    pub fn analysts(&self) -> Option<&str> {
        self.analyst_team.as_deref().or(self.security_team.as_deref())
    }

    /// What is said of `rule`, the most specific last.
    fn rule_patterns(&self, rule: &str) -> Vec<&RulePolicy> {
        let fits = |pattern: &str| pattern == rule || pattern.strip_suffix('*').is_some_and(|prefix| rule.starts_with(prefix));
        let mut found: Vec<(&String, &RulePolicy)> = self.rules.iter().filter(|(pattern, _)| fits(pattern)).collect();
        found.sort_by_key(|(pattern, _)| (!pattern.ends_with('*'), pattern.len()));
        found.into_iter().map(|(_, policy)| policy).collect()
    }
}
