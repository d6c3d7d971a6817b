//! The points there are, with their documented defaults. The table in `docs/risk.md` is made from this one.

use crate::config::Policy;

/// One kind of point.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// Key in the policy's `weights`.
    pub name: &'static str,
    /// Points unless the policy says otherwise.
    pub default: i32,
    /// When it counts.
    pub meaning: &'static str,
}

const fn of(name: &'static str, default: i32, meaning: &'static str) -> Weight {
    Weight { name, default, meaning }
}

/// Every kind of point, in the order in which they are shown.
pub const WEIGHTS: [Weight; 18] = [
    of("severity_critical", 50, "the source calls it critical"),
    of("severity_high", 40, "the source calls it high"),
    of("severity_medium", 25, "the source calls it medium, or says nothing"),
    of("severity_low", 10, "the source calls it low"),
    of("severity_informational", 0, "the source calls it informational"),
    of("internet_reachable", 15, "the source says it is reachable from the internet"),
    of("not_internet_reachable", -10, "the source says it is not"),
    of("privileged", 10, "the identity involved has broad permissions"),
    of("attack_path", 15, "it lies on an attack path"),
    of("choke_point", 10, "fixing it cuts more than one attack path"),
    of("regulated_data", 15, "it holds personal, card or health data, or secrets (said by the source, a tag, or a name)"),
    of("sensitive_data", 10, "it holds data that is sensitive in another way"),
    of("environment_production", 15, "it belongs to production (said by the source, a tag, the account, the folder, or a name)"),
    of("environment_staging", 0, "it belongs to staging or acceptance"),
    of("environment_development", -15, "it belongs to development, test or a sandbox"),
    of("directly_exploitable", 5, "the rule's own severity is high or critical"),
    of("hardening_only", -5, "the rule's own severity is low or informational"),
    of("age_per_30_days", 1, "for every full 30 days since it was first seen, five times at most"),
];

/// The points of `name` under `policy`, bounded so that no sum can overflow.
#[must_use]
pub fn weight(policy: &Policy, name: &str) -> i32 {
    let default = || WEIGHTS.iter().find(|weight| weight.name == name).map_or(0, |weight| weight.default);
    policy.weights.get(name).copied().unwrap_or_else(default).clamp(-1_000, 1_000)
}
