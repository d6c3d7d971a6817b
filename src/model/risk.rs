//! What a finding means here.

use serde::{Deserialize, Serialize};

/// One named contribution to the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskPoint {
    /// Stable name (`internet_reachable`, `data_class`, …): the key of its weight in configuration.
    pub name: String,
    /// Points added (or taken away).
    pub points: i32,
    /// Why, in a sentence.
    pub reason: String,
}

/// How urgent; gives the SLA. Ordered from least to most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Development and tests.
    Development,
    /// Ordinary.
    Standard,
    /// Production.
    Production,
    /// On an attack path to something that matters.
    CriticalPath,
}

/// The score with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// Sum of the points, 0 to 100 after clamping.
    pub score: i32,
    /// The contributions, in fixed order.
    pub points: Vec<RiskPoint>,
    /// The tier.
    pub tier: Tier,
    /// Whether the score reaches the configured threshold.
    pub above_threshold: bool,
    /// The threshold it was compared with.
    pub threshold: i32,
}
