//! What happened to one finding, in the order an auditor asks: detected, assigned, acted on, verified.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::records::{moment, plain};
use crate::model::AuditEvent;
use crate::store::{Session, StoreError, VersionedRemediation, Witness};

/// A finding with its remediation and every event of both.
pub struct Trail {
    finding: Witness,
    remediation: VersionedRemediation,
    events: Vec<AuditEvent>,
}

/// One of the four things: when, and what was done by whom.
struct Milestone {
    at: DateTime<Utc>,
    what: String,
}

impl Trail {
    /// The trails of every finding of that name.
    pub async fn of_findings(session: &mut Session, name: &str) -> Result<Vec<Self>, StoreError> {
        let mut trails = Vec::new();
        for finding in session.findings_named(name).await? {
            let id = finding.remediation.0.clone();
            let remediation = session.remediation(&id).await?.ok_or(StoreError::Missing { what: "remediation", id: id.clone() })?;
            let events = session.audit_of(&finding.id, &id).await?;
            trails.push(Self { finding, remediation, events });
        }
        Ok(trails)
    }

    fn first(&self, action: &str) -> Option<&AuditEvent> {
        self.events.iter().find(|event| event.action == action)
    }

    fn last(&self, action: &str) -> Option<&AuditEvent> {
        self.events.iter().rev().find(|event| event.action == action)
    }

    fn detected(&self) -> Option<Milestone> {
        let own = |event: &&AuditEvent| event.finding.as_ref() == Some(&self.finding.id);
        let event = self.events.iter().filter(own).find(|event| event.action.starts_with("finding."))?;
        Some(Milestone { at: event.at, what: format!("by {}", event.actor) })
    }

    fn assigned(&self) -> Option<Milestone> {
        let event = self.events.iter().rev().find(|event| event.details["owner"].is_string())?;
        Some(Milestone { at: event.at, what: format!("to {}", event.details["owner"].as_str().unwrap_or_default()) })
    }

    fn acted(&self) -> Option<Milestone> {
        let opened = self.last("remediation.opened").filter(|event| event.details["url"].is_string());
        let event = opened
            .or_else(|| self.last("remediation.refused"))
            .or_else(|| self.last("remediation.ignored"))
            .or_else(|| self.last("remediation.superseded"))?;
        let what = match event.details["url"].as_str() {
            Some(url) => format!("pull request {url}"),
            None => format!("{}: {}", event.action.trim_start_matches("remediation."), self.reason(event)),
        };
        Some(Milestone { at: event.at, what })
    }

    fn reason(&self, event: &AuditEvent) -> String {
        let told = ["message", "evidence", "reason"].iter().find_map(|field| event.details[*field].as_str());
        told.map(ToOwned::to_owned).or_else(|| self.remediation.remediation.note.clone()).unwrap_or_default()
    }

    fn verified(&self) -> Option<Milestone> {
        let event = self.last("remediation.verified")?;
        // Reopened afterwards is not verified.
        let later = self.last("remediation.reopened").is_some_and(|reopened| reopened.sequence > event.sequence);
        let merged = self
            .last("remediation.merged")
            .map_or_else(String::new, |merged| format!("merged by {} at {}; ", merged.actor, moment(merged.at)));
        (!later).then(|| Milestone { at: event.at, what: format!("{merged}{}", event.details["evidence"].as_str().unwrap_or("proved")) })
    }

    fn milestones(&self) -> [(&'static str, Option<Milestone>); 4] {
        [("detected", self.detected()), ("assigned", self.assigned()), ("action", self.acted()), ("verified", self.verified())]
    }

    /// The trail for programs.
    pub fn to_json(&self) -> Json {
        let milestones: serde_json::Map<String, Json> = self
            .milestones()
            .into_iter()
            .map(|(name, milestone)| {
                (name.to_owned(), milestone.map_or(Json::Null, |milestone| json!({ "at": milestone.at, "what": milestone.what })))
            })
            .collect();
        json!({
            "finding": { "id": self.finding.id, "source": self.finding.finding.source, "source_id": self.finding.finding.id, "state": self.finding.state,
                "first_seen": self.finding.first_seen, "last_seen": self.finding.last_seen, "times_seen": self.finding.times_seen },
            "remediation": { "id": self.remediation.remediation.id, "state": self.remediation.remediation.state },
            "milestones": milestones,
            "events": self.events,
        })
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (finding, remediation) = (&self.finding, &self.remediation.remediation);
        writeln!(f, "finding      {} of {}", plain(&finding.finding.id), plain(&finding.finding.source))?;
        if let Some(title) = &finding.finding.title {
            writeln!(f, "             {}", plain(title))?;
        }
        writeln!(f, "remediation  {} ({})", remediation.id, remediation.state.name())?;
        if let Some(first) = self.first("finding.received") {
            let times = if finding.times_seen == 1 { "once".to_owned() } else { format!("{} times", finding.times_seen) };
            writeln!(f, "since        {}, reported {times}", moment(first.at))?;
            // The source's own word, which may be older than the fix.
            writeln!(f, "source says  {} (at {})", finding.state, moment(finding.last_seen))?;
        }
        writeln!(f)?;
        for (name, milestone) in self.milestones() {
            match milestone {
                Some(milestone) => writeln!(f, "{name:<12} {}  {}", moment(milestone.at), plain(&milestone.what))?,
                None => writeln!(f, "{name:<12} not yet")?,
            }
        }
        writeln!(f, "\nevents")?;
        for event in &self.events {
            writeln!(
                f,
                "{:>6}  {}  {:<32} {:<24} {}",
                event.sequence,
                moment(event.at),
                event.action,
                plain(&event.actor),
                plain(&event.details.to_string())
            )?;
        }
        writeln!(f)
    }
}
