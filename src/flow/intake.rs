//! Findings become remediations: canonical identity, canonical rule, one remediation for one hole.

use chrono::{DateTime, Utc};

use super::apply::apply;
use super::choose::{Choice, choose, dedup_key, identity_of};
use super::{Line, StepError};
use crate::lifecycle::Event;
use crate::model::{Finding, FindingState};
use crate::rule::Catalogue;
use crate::store::{Session, Sighting, VersionedRemediation};

/// Records `finding`, named by `rules`, and what follows from it in `session`; gives the remediation that answers it, if there is one. Nothing is
/// committed here.
pub(super) async fn take(
    line: &Line,
    rules: &Catalogue,
    session: &mut Session,
    finding: Finding,
    now: DateTime<Utc>,
) -> Result<Option<VersionedRemediation>, StepError> {
    let mut finding = finding;
    let identity = identity_of(&finding);
    finding.resource.identity.clone_from(&identity);
    let choice = choose(&finding, identity.as_ref(), rules);
    let rule = match &choice {
        Choice::One(rule) => Some(rule.id.as_str()),
        _ => None,
    };
    let key = dedup_key(&finding, identity.as_ref(), rule);
    let Some(recorded) = session.record_finding(&finding, &key, now).await? else { return Ok(None) };
    if matches!(choice, Choice::Unknown(_)) {
        for reference in &finding.rules {
            session.note_unmapped(&finding.source, "rule", &reference.id, &recorded.finding, now).await?;
        }
    }
    if let (None, Some(kind)) = (&identity, &finding.resource.raw_type) {
        session.note_unmapped(&finding.source, "type", kind, &recorded.finding, now).await?;
    }
    tracing::info!(finding = recorded.finding, source = finding.source, source_id = finding.id, sighting = ?recorded.sighting, "finding recorded");
    let source = finding.source.clone();
    let event = match recorded.sighting {
        Sighting::New => Event::FindingReceived { source, finding: recorded.finding, joined: false },
        Sighting::Joined => Event::FindingReceived { source, finding: recorded.finding, joined: true },
        Sighting::Repeated => Event::FindingRepeated { finding: recorded.finding },
        Sighting::Returned => Event::FindingReturned { source, finding: recorded.finding },
        Sighting::Resolved => {
            let evidence = match finding.state {
                FindingState::Resolved { evidence } | FindingState::Suppressed { evidence } => evidence,
                FindingState::Active => String::new(),
            };
            let remaining = session.active_witnesses(&recorded.remediation.remediation.id).await?;
            Event::FindingResolved { source, finding: recorded.finding, evidence, remaining }
        }
    };
    apply(line, session, &recorded.remediation, &event, now).await.map(Some)
}
