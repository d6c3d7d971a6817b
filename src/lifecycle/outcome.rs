//! Which changes of a remediation concern the sources of its findings, and as what.

use crate::model::{IgnoredBecause, OutcomeState, Remediation, RemediationState as State};

use super::Event;

/// What the sources are to be told because `event` made `after` of `before`; `None` when it does not concern them. A pause is
/// none of their business: what counts is where the remediation stands without it.
#[must_use]
pub fn outcome(before: &Remediation, after: &Remediation, event: &Event) -> Option<OutcomeState> {
    // The code was right before we came: the sources still see the hole, and are told why nothing happens.
    if matches!(event, Event::AlreadyHolds { .. }) && before.state != after.state {
        return Some(OutcomeState::Refused);
    }
    let (was, is) = (standing(before), standing(after));
    if was == is {
        return None;
    }
    match (was, is) {
        // Given up after it had been told that all is well: it is open again, whatever becomes of it.
        (Some(OutcomeState::Verified), Some(OutcomeState::Refused)) => Some(OutcomeState::Reopened),
        (_, Some(is)) => Some(is),
        (Some(OutcomeState::Verified | OutcomeState::FalsePositive | OutcomeState::Accepted), None) => Some(OutcomeState::Reopened),
        // On its way again after a refusal or a no: there is news once there is a pull request.
        (_, None) => None,
    }
}

/// What a source is to know of a remediation as it stands; `None` while there is nothing to tell yet.
#[must_use]
pub fn standing(remediation: &Remediation) -> Option<OutcomeState> {
    match remediation.paused_from.unwrap_or(remediation.state) {
        State::Received | State::Paused | State::Planned | State::Superseded => None,
        State::Open | State::Merged => Some(OutcomeState::InProgress),
        State::Verified => Some(OutcomeState::Verified),
        State::Reopened => Some(OutcomeState::Reopened),
        State::Refused | State::Failed => Some(OutcomeState::Refused),
        State::Declined => Some(OutcomeState::Declined),
        State::Ignored => match remediation.ignored {
            Some(IgnoredBecause::Suppressed) => Some(OutcomeState::FalsePositive),
            Some(IgnoredBecause::Excepted { .. }) => Some(OutcomeState::Accepted),
            Some(IgnoredBecause::BelowThreshold) | None => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Asked, Policy, step};
    use crate::model::{Applicability, PullRequestRef, RemediationId};
    use chrono::{TimeDelta, TimeZone, Utc};

    /// What the sources hear in a life of these events.
    fn told(events: &[Event]) -> Vec<OutcomeState> {
        let begin = Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap();
        let mut current = Remediation::new(RemediationId("r".into()), "key", begin);
        let mut told = Vec::new();
        for (hour, event) in events.iter().enumerate() {
            let now = begin + TimeDelta::days(i64::try_from(hour).unwrap());
            let (next, _) = step(&current, event, now, &Policy::default()).unwrap();
            told.extend(outcome(&current, &next, event));
            current = next;
        }
        told
    }

    fn planned() -> Event {
        Event::Planned { rules: vec!["aws/s3/versioning".into()], applicability: Applicability::Safe }
    }

    fn published() -> Event {
        let pull_request = PullRequestRef { number: 7, url: "u".into(), branch: "b".into(), head: "h".into(), merge_commit: None };
        Event::Published { pull_request }
    }

    fn merged() -> Event {
        Event::Merged { number: 7, login: "maria".into(), commit: "c".into() }
    }

    fn holds() -> Event {
        Event::RuleHolds { commit: "c".into(), evidence: "e".into() }
    }

    #[test]
    fn a_good_life_is_two_pieces_of_news() {
        assert_eq!(told(&[planned(), published(), merged(), holds()]), [OutcomeState::InProgress, OutcomeState::Verified]);
    }

    #[test]
    fn a_fix_that_does_not_hold_is_told_as_reopened() {
        let fails = Event::RuleFails { commit: "d".into(), reason: "gone".into() };
        let news = told(&[planned(), published(), merged(), holds(), fails, planned()]);
        assert_eq!(news, [OutcomeState::InProgress, OutcomeState::Verified, OutcomeState::Reopened]);
    }

    #[test]
    fn a_pause_is_no_news_and_its_end_is() {
        let asked = Event::DecisionRequested {
            decision: "d".into(),
            asked: Asked::FalsePositive,
            by: "maria".into(),
            decide_by: Utc.with_ymd_and_hms(2026, 12, 23, 0, 0, 0).unwrap(),
        };
        let rejected = Event::DecisionRejected { decision: "d".into(), by: "sam".into(), reason: "no".into() };
        assert_eq!(told(&[planned(), published(), asked.clone(), rejected]), [OutcomeState::InProgress]);
        let agreed = Event::Suppressed { decision: "d".into(), by: "sam".into(), reason: "public site".into() };
        assert_eq!(told(&[planned(), published(), asked, agreed]), [OutcomeState::InProgress, OutcomeState::FalsePositive]);
    }

    #[test]
    fn an_exception_that_ends_is_told_as_reopened() {
        let until = Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).unwrap();
        let excepted = Event::Excepted { decision: "d".into(), by: "sam".into(), reason: "soon".into(), until };
        let ended = Event::ExceptionEnded { decision: "d".into() };
        assert_eq!(told(&[planned(), excepted, ended]), [OutcomeState::Accepted, OutcomeState::Reopened]);
    }

    #[test]
    fn a_no_and_a_retry_are_told_once_each() {
        let closed = Event::Closed { number: 7, login: "maria".into() };
        let again = Event::ReopenRequested { by: "maria".into() };
        let news = told(&[planned(), published(), closed, again, planned(), published()]);
        assert_eq!(news, [OutcomeState::InProgress, OutcomeState::Declined, OutcomeState::InProgress]);
    }

    #[test]
    fn code_that_is_right_already_is_told_with_its_reason() {
        let holds = Event::AlreadyHolds { commit: "c".into(), evidence: "e".into() };
        assert_eq!(told(&[holds]), [OutcomeState::Refused]);
        let closed = Event::FindingResolved { source: "s".into(), finding: "f".into(), evidence: "PASSED".into(), remaining: 0 };
        assert_eq!(told(&[closed]), [], "what the source says itself it need not be told");
    }
}
