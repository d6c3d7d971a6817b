//! How an owner was found, in words.

use super::escape::{Markdown, code, prose};
use crate::model::{Route, RoutingStep};

/// The owner in one line: who, by which witness, and where else they are reached.
#[must_use]
pub fn owner_line(route: &Route) -> Option<Markdown> {
    let owner = route.owner.as_deref()?;
    let witness = route.chain.iter().find(|step| step.owner.is_some()).map(|step| step.witness.as_str()).unwrap_or_default();
    let mut line = format!("{}, named by {}", code(owner), prose(witness));
    if let Some(jira) = &route.jira {
        line.push_str(&format!("; Jira {}", code(jira)));
    }
    if let Some(slack) = &route.slack {
        line.push_str(&format!("; Slack {}", code(slack)));
    }
    Some(Markdown::own(line))
}

/// Every witness that was asked, in order, up to the one that decided.
#[must_use]
pub fn routing_lines(route: &Route) -> Vec<Markdown> {
    route.chain.iter().map(|step| Markdown::own(format!("{}: {}", prose(&step.witness), outcome(step)))).collect()
}

fn outcome(step: &RoutingStep) -> String {
    match (&step.named, &step.owner) {
        (None, _) => "names nobody".to_owned(),
        (Some(named), None) => format!("{}, which is nobody on GitHub", code(named)),
        (Some(named), Some(owner)) if named == owner => code(owner).to_string(),
        (Some(named), Some(owner)) => format!("{}, who is {}", code(named), code(owner)),
    }
}
