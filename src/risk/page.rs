//! The manual page of the score, made of the table of weights.

use std::fmt::Write as _;

use super::weights::WEIGHTS;
use crate::config::{Policy, SlaPolicy};

/// `docs/risk.md`.
#[must_use]
pub fn risk_page() -> String {
    let (policy, sla) = (Policy::default(), SlaPolicy::default());
    let mut page = String::from(INTRODUCTION);
    page.push_str("| point | default | when |\n| --- | --- | --- |\n");
    for weight in WEIGHTS {
        let _ = writeln!(page, "| `{}` | {:+} | {} |", weight.name, weight.default, weight.meaning);
    }
    let _ = write!(
        page,
        "
A finding whose score is at least `threshold` (default {}) becomes a pull request. What is below is kept, logged, counted
(`remediate_remediations{{state=\"ignored\"}}` in `/metrics`) and listed by `remediate findings list`; nobody is asked to do anything.
It comes back by itself when a second source, a graver report, a changed tag or a changed policy lifts it over the threshold.

## Tiers and due dates

| tier | which | `sla` key | default |
| --- | --- | --- | --- |
| critical path | on an attack path, and reachable from the internet, a choke point, or in production | `critical_path` | {} hours |
| production | in production | `production` | {} days |
| standard | in staging, or nothing tells the environment | `standard` | {} days |
| development | in development, tests, a sandbox | `development` | {} days |

The time counts from the first finding, or from the day it came back after it had been left alone (an exception ended, the score rose
over the threshold, a closed hole was reported again). Reviewers who were asked and did not answer are reminded a day before the due
date, and again on it; then the pull request gets the label `SLA-Overdue` and the `security_team` is told. A snooze moves no due date.
",
        policy.threshold,
        sla.critical_path.as_seconds() / 3_600,
        sla.production.as_seconds() / 86_400,
        sla.standard.as_seconds() / 86_400,
        sla.development.as_seconds() / 86_400,
    );
    page.push_str(UNKNOWN);
    page
}

const INTRODUCTION: &str = "# How the risk is counted

*This page is made by `remediate config risk`; change the definition in `src/risk/`, not the page.*

The score is a sum of named points, kept between 0 and 100. `remediate explain FINDING`, `/remediate explain` and the pull request show
every point with its reason. What is unknown counts nothing either way. Of several findings about one hole the highest score counts.

An organisation or a repository sets its own points under `weights` in [`.github/remediate.yml`](policy.md), by these names; 0 takes a
point out.

";

const UNKNOWN: &str = "
## What it cannot know

Attack paths and choke points are taken from the source that reports them. From code alone nobody can tell what data a bucket holds,
which role somebody made by hand, or which policy stands above the account: where the source does not say, the score does not guess.
The environment is read, in this order, from the source, the tags, the account's name, its organisational unit, the folder of the code,
and the resource's name; words that contradict each other (`nonprod`, `dev-copy-of-prod`) count as the less grave one.
";
