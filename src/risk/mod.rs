//! What a finding means here: a transparent sum of named points.
//!
//! Nothing is hidden in the number: each point has a name (the key of its weight in the policy), its value and the sentence
//! that justifies it, and what is unknown counts nothing either way. Attack paths and choke points are taken from the source;
//! an analysis of our own would hand them in through [`Surroundings`].

mod code;
mod data_class;
mod environment;
mod page;
mod weights;

pub use code::{CodeFacts, code_facts};
pub use data_class::{DataHint, data_classes_in};
pub use environment::{Environment, EnvironmentHint, environment_of};
pub use page::risk_page;
pub use weights::{WEIGHTS, Weight, weight};

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::config::Policy;
use crate::model::{DataClass, Finding, Risk, RiskPoint, Severity, Tier};

/// What is known beside the finding itself: from the code, the cloud account, and the rule.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Tags of the resource beyond those of the finding (from code, `default_tags`, or the cloud).
    pub tags: BTreeMap<String, String>,
    /// Names that may tell the environment or the data: the resource's name, its block's name, the module's, in this order.
    pub names: Vec<String>,
    /// Path of the file that holds the block.
    pub path: Option<String>,
    /// Name of the cloud account.
    pub account_name: Option<String>,
    /// Organisational unit of the account.
    pub organisational_unit: Option<String>,
    /// Severity of the rule itself, which says how directly the hole can be used.
    pub rule_severity: Option<Severity>,
    /// Attack paths that fixing this would cut, when they were computed.
    pub paths_cut: Option<u32>,
}

/// Scores `finding` with its reasons; `now` gives its age.
#[must_use]
pub fn assess(finding: &Finding, around: &Surroundings, policy: &Policy, now: DateTime<Utc>) -> Risk {
    let mut points = Points { policy, points: Vec::new() };
    let environment = environment(finding, around);
    severity(&mut points, finding);
    exposure(&mut points, finding, around);
    data(&mut points, finding, around);
    if let Some(hint) = &environment {
        points.add(hint.environment.weight_name(), hint.reason.clone());
    }
    exploitability(&mut points, around);
    age(&mut points, finding, now);
    let score = points.points.iter().map(|point| point.points).sum::<i32>().clamp(0, 100);
    let environment = environment.map(|hint| hint.environment);
    Risk {
        score,
        tier: tier(finding, around, environment),
        above_threshold: score >= policy.threshold,
        threshold: policy.threshold,
        points: points.points,
    }
}

/// The points so far; a weight of zero leaves no line.
struct Points<'a> {
    policy: &'a Policy,
    points: Vec<RiskPoint>,
}

impl Points<'_> {
    fn add(&mut self, name: &str, reason: impl Into<String>) {
        self.add_times(name, 1, reason);
    }

    fn add_times(&mut self, name: &str, times: i32, reason: impl Into<String>) {
        let points = weight(self.policy, name) * times;
        if points != 0 {
            self.points.push(RiskPoint { name: name.to_owned(), points, reason: reason.into() });
        }
    }
}

fn severity(points: &mut Points<'_>, finding: &Finding) {
    let (name, word) = match finding.severity {
        Severity::Critical => ("severity_critical", "critical"),
        Severity::High => ("severity_high", "high"),
        Severity::Medium => ("severity_medium", "medium"),
        Severity::Low => ("severity_low", "low"),
        Severity::Informational => ("severity_informational", "informational"),
    };
    points.add(name, format!("{} calls it {word}", finding.source));
}

fn exposure(points: &mut Points<'_>, finding: &Finding, around: &Surroundings) {
    match finding.context.internet_reachable {
        Some(true) => points.add("internet_reachable", "it is reachable from the internet"),
        Some(false) => points.add("not_internet_reachable", "it is not reachable from the internet"),
        None => {}
    }
    if finding.context.privileged == Some(true) {
        points.add("privileged", "the identity involved has broad permissions");
    }
    if finding.context.attack_path.is_some() {
        points.add("attack_path", "it lies on an attack path");
    }
    match around.paths_cut {
        Some(count) if count > 1 => points.add("choke_point", format!("fixing it cuts {count} attack paths")),
        _ if finding.context.choke_point == Some(true) => points.add("choke_point", "fixing it cuts several attack paths"),
        _ => {}
    }
}

fn data(points: &mut Points<'_>, finding: &Finding, around: &Surroundings) {
    let mut classes: Vec<DataHint> = finding
        .context
        .data_classes
        .iter()
        .map(|class| DataHint { class: *class, reason: format!("{} says it holds {}", finding.source, data_class::words(*class)) })
        .collect();
    classes.extend(data_classes_in(&all_tags(finding, around), &around.names));
    // One class counts once, and only the gravest: a bucket with personal data in its name and its tags holds it once.
    if let Some(hint) = classes.into_iter().min_by_key(|hint| gravity(hint.class)) {
        let name = if hint.class == DataClass::Sensitive { "sensitive_data" } else { "regulated_data" };
        points.add(name, hint.reason);
    }
}

/// Smaller is graver.
const fn gravity(class: DataClass) -> u8 {
    match class {
        DataClass::Secrets => 0,
        DataClass::Phi => 1,
        DataClass::Pci => 2,
        DataClass::Pii => 3,
        DataClass::Sensitive => 4,
    }
}

fn exploitability(points: &mut Points<'_>, around: &Surroundings) {
    match around.rule_severity {
        Some(Severity::Critical | Severity::High) => points.add("directly_exploitable", "the hole can be used directly"),
        Some(Severity::Low | Severity::Informational) => points.add("hardening_only", "the rule hardens; it closes no door by itself"),
        _ => {}
    }
}

/// One step for every full 30 days, five at most.
fn age(points: &mut Points<'_>, finding: &Finding, now: DateTime<Utc>) {
    let Some(first_seen) = finding.first_seen else { return };
    let days = (now - first_seen).num_days();
    let steps = i32::try_from(days / 30).unwrap_or(0).clamp(0, 5);
    points.add_times("age_per_30_days", steps, format!("it has been open for {days} days"));
}

fn environment(finding: &Finding, around: &Surroundings) -> Option<EnvironmentHint> {
    environment_of(&environment::Clues {
        stated: finding.context.environment.as_deref(),
        tags: &all_tags(finding, around),
        account: around.account_name.as_deref().or(finding.context.account_name.as_deref()),
        organisational_unit: around.organisational_unit.as_deref(),
        path: around.path.as_deref(),
        names: &around.names,
    })
}

fn all_tags(finding: &Finding, around: &Surroundings) -> BTreeMap<String, String> {
    let mut tags = around.tags.clone();
    tags.extend(finding.resource.tags.clone());
    tags
}

/// An attack path that starts outside or ends in production is the most urgent; else the environment decides.
fn tier(finding: &Finding, around: &Surroundings, environment: Option<Environment>) -> Tier {
    let on_path = finding.context.attack_path.is_some() || around.paths_cut.is_some_and(|count| count > 0);
    let matters = finding.context.internet_reachable == Some(true)
        || finding.context.choke_point == Some(true)
        || environment == Some(Environment::Production);
    match environment {
        _ if on_path && matters => Tier::CriticalPath,
        Some(Environment::Production) => Tier::Production,
        Some(Environment::Development) => Tier::Development,
        Some(Environment::Staging) | None => Tier::Standard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn finding(json: serde_json::Value) -> Finding {
        serde_json::from_value(base(json)).unwrap()
    }

    fn base(changes: serde_json::Value) -> serde_json::Value {
        let mut value = serde_json::json!({"id": "f", "source": "cspm", "state": {"state": "active"}, "title": null, "description": null, "severity": "MEDIUM",
            "rules": [], "resource": {"identity": null, "raw_id": null, "raw_type": null, "tags": {}}, "code": null, "context": {}, "first_seen": null, "last_seen": null, "url": null});
        for (key, change) in changes.as_object().unwrap() {
            value[key] = change.clone();
        }
        value
    }

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap()
    }

    #[test]
    fn the_missions_example_is_on_the_critical_path_with_every_reason_named() {
        let finding = finding(serde_json::json!({"severity": "CRITICAL", "first_seen": "2023-10-27T10:00:00Z",
            "context": {"internet_reachable": true, "data_classes": ["pii"], "attack_path": "Internet -> EC2 -> S3"}}));
        let around = Surroundings { names: vec!["prod-customer-data-backups".into()], ..Surroundings::default() };
        let risk = assess(&finding, &around, &Policy::default(), now());
        assert_eq!((risk.score, risk.tier, risk.above_threshold), (100, Tier::CriticalPath, true));
        let names: Vec<&str> = risk.points.iter().map(|point| point.name.as_str()).collect();
        assert_eq!(
            names,
            ["severity_critical", "internet_reachable", "attack_path", "regulated_data", "environment_production", "age_per_30_days"]
        );
    }

    #[test]
    fn a_medium_finding_in_development_stays_quiet_and_says_why() {
        let finding = finding(serde_json::json!({"context": {"environment": "dev"}}));
        let risk = assess(&finding, &Surroundings::default(), &Policy::default(), now());
        assert!(!risk.above_threshold);
        assert_eq!(risk.tier, Tier::Development);
        assert_eq!(risk.points.iter().map(|point| point.points).sum::<i32>(), risk.score);
        assert!(risk.points.iter().any(|point| point.name == "environment_development" && point.points < 0));
    }

    #[test]
    fn the_unknown_counts_nothing() {
        let risk = assess(&finding(serde_json::json!({"severity": "HIGH"})), &Surroundings::default(), &Policy::default(), now());
        assert_eq!(risk.points.len(), 1);
        assert!(risk.above_threshold, "a high finding of which nothing else is known is looked at");
    }

    #[test]
    fn an_organisation_sets_its_own_weights_and_threshold() {
        let mut policy = Policy { threshold: 5, ..Policy::default() };
        policy.weights.insert("severity_medium".into(), 7);
        let risk = assess(&finding(serde_json::json!({})), &Surroundings::default(), &policy, now());
        assert_eq!((risk.score, risk.above_threshold), (7, true));
    }

    #[test]
    fn the_score_is_bounded_whatever_the_weights_say() {
        let mut policy = Policy::default();
        policy.weights.insert("severity_medium".into(), i32::MAX);
        assert_eq!(assess(&finding(serde_json::json!({})), &Surroundings::default(), &policy, now()).score, 100);
        policy.weights.insert("severity_medium".into(), i32::MIN);
        assert_eq!(assess(&finding(serde_json::json!({})), &Surroundings::default(), &policy, now()).score, 0);
    }
}
