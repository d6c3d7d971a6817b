//! One step of a life: the dispatch, and the few moves that events share.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value as Json, json};

use crate::model::{IgnoredBecause, Remediation, RemediationState as State};

use super::{Action, Event, Follow, Note, Thread};

/// What an organisation decides about lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Labels of every pull request.
    pub labels: Vec<String>,
    /// Label of an overdue one.
    pub overdue_label: String,
    /// How long before the due date reviewers are reminded.
    pub remind_before: Duration,
    /// How often an open pull request is compared with the code host.
    pub track_every: Duration,
    /// How long the source's own re-scan is waited for after the rule holds in code; `None` when it cannot be had.
    pub rescan_within: Option<Duration>,
    /// How long after the proof a source may still repeat the finding, because its next scan or the apply has not come yet.
    pub repeat_grace: Duration,
    /// How often a remediation is reopened before a person must look.
    pub rounds: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            labels: vec!["Security-Review-Required".into()],
            overdue_label: "SLA-Overdue".into(),
            remind_before: Duration::hours(24),
            track_every: Duration::hours(1),
            rescan_within: None,
            repeat_grace: Duration::hours(48),
            rounds: 3,
        }
    }
}

/// The event cannot be true in this state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a remediation that is {}: {reason}", .state.name())]
pub struct Illegal {
    /// The state.
    pub state: State,
    /// Name of the event.
    pub event: &'static str,
    /// Why not, and what a person can do.
    pub reason: &'static str,
}

/// The remediation after `event`, and what is to be done. An event that tells nothing new changes and asks for nothing.
///
/// # Errors
/// [`Illegal`] when the event cannot be true in this state; the remediation stays as it is.
pub fn step(remediation: &Remediation, event: &Event, now: DateTime<Utc>, policy: &Policy) -> Result<(Remediation, Vec<Action>), Illegal> {
    let mut turn = Turn { before: remediation, next: remediation.clone(), event, now, policy, actions: Vec::new() };
    turn.take()?;
    if turn.next != *remediation {
        turn.next.updated_at = now;
    }
    Ok((turn.next, turn.actions))
}

/// Whether the parts of a remediation fit its state.
///
/// # Errors
/// What does not fit.
pub fn consistent(remediation: &Remediation) -> Result<(), String> {
    let has = |present: bool, what: &str| if present { Ok(()) } else { Err(format!("{} without {what}", remediation.state.name())) };
    let not = |absent: bool, what: &str| if absent { Ok(()) } else { Err(format!("{} with {what}", remediation.state.name())) };
    let merged = remediation.pull_request.as_ref().is_some_and(|pull| pull.merge_commit.is_some());
    match remediation.state {
        State::Open | State::Merged | State::Verified => has(remediation.pull_request.is_some(), "a pull request")?,
        State::Refused => has(remediation.refusal.is_some(), "a refusal")?,
        State::Planned => has(!remediation.rules.is_empty(), "rules")?,
        State::Declined | State::Superseded | State::Reopened | State::Failed => has(remediation.note.is_some(), "a reason")?,
        State::Received | State::Paused | State::Ignored => {}
    }
    if matches!(remediation.state, State::Merged | State::Verified) {
        has(merged, "a merge commit")?;
    }
    if remediation.state == State::Verified {
        has(remediation.verification.is_some(), "a proof")?;
    }
    if remediation.state == State::Open {
        not(!merged, "a merge commit")?;
    }
    match (&remediation.paused_from, remediation.state) {
        (None, State::Paused) => return Err("paused without a state to go back to".into()),
        (Some(State::Paused | State::Merged | State::Verified), _) => return Err("paused from a state that cannot wait".into()),
        (Some(_), state) if state != State::Paused => return Err(format!("{} with a state to go back to", state.name())),
        _ => {}
    }
    if remediation.state != State::Paused {
        not(remediation.snoozed_until.is_none(), "a snooze")?;
    }
    if remediation.ignored.is_some() != (remediation.state == State::Ignored || remediation.paused_from == Some(State::Ignored)) {
        return Err(format!("{} and the reason for being ignored do not fit", remediation.state.name()));
    }
    Ok(())
}

/// From when the time to the due date counts if the remediation is scored at `now`: from the first finding, or from when it came
/// back after it had been left alone.
#[must_use]
pub fn counts_from(remediation: &Remediation, now: DateTime<Utc>) -> DateTime<Utc> {
    match remediation.state {
        // If the score brings it back, it comes back now.
        State::Ignored => now,
        _ => remediation.counts_from.unwrap_or(remediation.created_at),
    }
}

/// One step being taken.
pub(super) struct Turn<'a> {
    pub(super) before: &'a Remediation,
    pub(super) next: Remediation,
    pub(super) event: &'a Event,
    pub(super) now: DateTime<Utc>,
    pub(super) policy: &'a Policy,
    pub(super) actions: Vec<Action>,
}

pub(super) type Taken = Result<(), Illegal>;

impl Turn<'_> {
    fn take(&mut self) -> Taken {
        match self.event {
            Event::FindingReceived { source, finding, joined } => self.finding_received(source, finding, *joined),
            Event::FindingRepeated { finding } => self.finding_repeated(finding),
            Event::FindingResolved { source, finding, evidence, remaining } => self.finding_resolved(source, finding, evidence, *remaining),
            Event::FindingReturned { source, finding } => self.finding_returned(source, finding),
            Event::Scored { risk, due } => self.scored(risk, *due),
            Event::Located { repository, target, route } => self.located(repository, target, route),
            Event::Refused { refusal } => self.refused(refusal),
            Event::Planned { rules, applicability } => self.planned(rules, *applicability),
            Event::AlreadyHolds { commit, evidence } => self.already_holds(commit, evidence),
            Event::LocationAnswered { by } => self.location_answered(by),
            Event::GaveUp { error } => self.gave_up(error),
            Event::Published { pull_request } => self.published(pull_request),
            Event::HumanCommit { number, login, head } => self.human_commit(*number, login, head),
            Event::Closed { number, login } => self.closed(*number, login),
            Event::PullRequestReopened { number, login } => self.pull_request_reopened(*number, login),
            Event::PolicyChanged => self.policy_changed(),
            Event::ReminderDue => self.reminder_due(),
            Event::DueDatePassed => self.due_date_passed(),
            Event::Merged { number, login, commit } => self.merged(*number, login, commit),
            Event::RuleHolds { commit, evidence } => self.rule_holds(commit, evidence),
            Event::RuleFails { commit, reason } => self.rule_fails(commit, reason),
            Event::RescanConfirmed { source, evidence } => self.rescan_confirmed(source, evidence),
            Event::RescanContradicted { source, evidence } => self.rescan_contradicted(source, evidence),
            Event::RescanDeadline => self.rescan_deadline(),
            Event::Suppressed { decision, by, reason } => self.suppressed(decision, by, reason),
            Event::Excepted { decision, by, reason, until } => self.excepted(decision, by, reason, *until),
            Event::ExceptionEnded { decision } => self.exception_ended(decision),
            Event::DecisionRequested { decision, asked, by, decide_by } => self.decision_requested(decision, asked, by, *decide_by),
            Event::DecisionRejected { decision, by, reason } => self.decision_rejected(decision, by, reason),
            Event::DecisionLapsed { decision } => self.decision_lapsed(decision),
            Event::Revoked { decision, by, reason } => self.revoked(decision, by, reason),
            Event::Snoozed { by, reason, until } => self.snoozed(by, reason, *until),
            Event::SnoozeEnded => self.snooze_ended(),
            Event::ResumeRequested { by } => self.resume_requested(by),
            Event::ReopenRequested { by } => self.reopen_requested(by),
        }
    }

    pub(super) fn illegal(&self, reason: &'static str) -> Taken {
        Err(Illegal { state: self.before.state, event: self.event.name(), reason })
    }

    /// Moves to a state, dropping what belongs to others only.
    pub(super) fn go(&mut self, state: State) {
        self.next.state = state;
        self.next.paused_from = None;
        self.next.snoozed_until = None;
        self.next.ignored = None;
        if state != State::Refused {
            self.next.refusal = None;
        }
        self.next.note = None;
    }

    /// Moves to a state that needs a reason.
    pub(super) fn go_because(&mut self, state: State, note: impl Into<String>) {
        self.go(state);
        self.next.note = Some(note.into());
    }

    pub(super) fn ignore(&mut self, because: IgnoredBecause, note: impl Into<String>) {
        self.go_because(State::Ignored, note);
        self.next.ignored = Some(because);
    }

    /// Adds an event to the audit record; the change of state is added to its details.
    pub(super) fn record(&mut self, what: &'static str, actor: impl Into<String>, mut details: Json) {
        if let (true, Some(fields)) = (self.next.state != self.before.state, details.as_object_mut()) {
            fields.insert("from".into(), json!(self.before.state.name()));
            fields.insert("to".into(), json!(self.next.state.name()));
        }
        let finding = match self.event {
            Event::FindingReceived { finding, .. }
            | Event::FindingRepeated { finding }
            | Event::FindingResolved { finding, .. }
            | Event::FindingReturned { finding, .. } => Some(finding.clone()),
            _ => None,
        };
        self.actions.push(Action::Record { what, actor: actor.into(), finding, details });
    }

    /// As [`record`](Self::record), done by the bot itself.
    pub(super) fn record_own(&mut self, what: &'static str, details: Json) {
        self.record(what, "remediate", details);
    }

    pub(super) fn then(&mut self, step: Follow) {
        self.actions.push(Action::Schedule { step, at: self.now });
    }

    pub(super) fn then_at(&mut self, step: Follow, at: DateTime<Utc>) {
        self.actions.push(Action::Schedule { step, at: at.max(self.now) });
    }

    pub(super) fn comment(&mut self, on: Thread, note: Note) {
        self.actions.push(Action::Comment { on, note });
    }

    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Whether our pull request is known and not merged.
    pub(super) fn has_unmerged_pull_request(&self) -> bool {
        self.next.pull_request.as_ref().is_some_and(|pull| pull.merge_commit.is_none())
    }

    /// Where a comment about the whole remediation belongs.
    pub(super) fn thread(&self) -> Thread {
        if self.has_unmerged_pull_request() { Thread::Everywhere } else { Thread::Issues }
    }

    /// It is here again after it had been left alone: the time to the due date begins anew, and the pull request says why.
    pub(super) fn come_back(&mut self, why: impl Into<String>) {
        self.next.counts_from = Some(self.now);
        self.next.came_back = Some(why.into());
    }

    /// Back to the start of the line, with the history kept.
    pub(super) fn start_over(&mut self) {
        self.next.verification = None;
        self.next.hands_off = None;
        self.then(Follow::Assess);
    }

    /// Open again after it was done, unless that happened too often.
    pub(super) fn reopen(&mut self, actor: &str, reason: &str, details: Json) {
        self.next.rounds += 1;
        self.next.attempt += u32::from(self.next.pull_request.is_some());
        if self.next.rounds > self.policy.rounds {
            let note = format!("reopened {} times, a person must look: {reason}", self.next.rounds);
            self.go_because(State::Failed, note);
            self.record("remediation.failed", actor, details);
            self.act(Action::ReopenIssues);
            self.comment(Thread::Everywhere, Note::Failed);
            self.act(Action::Escalate { note: Note::Failed });
            return;
        }
        self.go_because(State::Reopened, reason);
        self.record("remediation.reopened", actor, details);
        self.act(Action::ReopenIssues);
        let note = Note::Reopened { reason: reason.to_owned() };
        self.comment(Thread::Everywhere, note.clone());
        self.act(Action::Notify { note });
        self.start_over();
    }
}
