//! People who say no, not now, or yes after all.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::model::{IgnoredBecause, RemediationState as State};

use super::turn::{Taken, Turn};
use super::{Action, Asked, Follow, Note};

impl Turn<'_> {
    pub(super) fn suppressed(&mut self, decision: &str, by: &str, reason: &str) -> Taken {
        let details = json!({ "decision": decision, "reason": reason });
        if matches!(self.before.state, State::Merged | State::Verified) || self.before.ignored == Some(IgnoredBecause::Suppressed) {
            return Ok(());
        }
        let thread = self.thread();
        self.ignore(IgnoredBecause::Suppressed, format!("agreed to be a false positive: {reason}"));
        self.record("remediation.suppressed", format!("github:{by}"), details);
        self.comment(thread, Note::Suppressed { by: by.to_owned() });
        self.act(Action::CloseIssues);
        Ok(())
    }

    pub(super) fn excepted(&mut self, decision: &str, by: &str, reason: &str, until: DateTime<Utc>) -> Taken {
        if until <= self.now {
            return self.illegal("an exception ends in the future");
        }
        if matches!(self.before.state, State::Merged | State::Verified) || self.before.ignored == Some(IgnoredBecause::Suppressed) {
            return Ok(());
        }
        let thread = self.thread();
        self.ignore(IgnoredBecause::Excepted { until }, format!("accepted as a risk until {}: {reason}", until.format("%Y-%m-%d")));
        self.record("remediation.excepted", format!("github:{by}"), json!({ "decision": decision, "reason": reason, "until": until }));
        self.comment(thread, Note::Excepted { by: by.to_owned(), until });
        self.then_at(Follow::EndException, until);
        Ok(())
    }

    pub(super) fn exception_ended(&mut self, decision: &str) -> Taken {
        // An extension that was approved meanwhile moves the date; then this end is not one.
        match self.before.ignored {
            Some(IgnoredBecause::Excepted { until }) if self.before.state == State::Ignored => {
                if until > self.now {
                    self.then_at(Follow::EndException, until);
                    return Ok(());
                }
            }
            _ => return Ok(()),
        }
        let accepted = self.before.note.clone().unwrap_or_else(|| "accepted as a risk for a time".into());
        self.go(State::Received);
        self.come_back(format!("It was {accepted}. That time is over."));
        self.record_own("remediation.exception_ended", json!({ "decision": decision }));
        let thread = self.thread();
        self.comment(thread, Note::ExceptionEnded);
        self.act(Action::ReopenIssues);
        self.act(Action::Notify { note: Note::ExceptionEnded });
        self.start_over();
        Ok(())
    }

    pub(super) fn revoked(&mut self, decision: &str, by: &str, reason: &str) -> Taken {
        if !matches!(self.before.ignored, Some(IgnoredBecause::Suppressed | IgnoredBecause::Excepted { .. }))
            || self.before.state != State::Ignored
        {
            return self.illegal("no suppression or exception is in force here");
        }
        self.go(State::Received);
        self.come_back(format!("@{by} took back the decision to leave it alone: {reason}"));
        self.record("decision.revoked", format!("github:{by}"), json!({ "decision": decision, "reason": reason }));
        let thread = self.thread();
        let note = Note::Revoked { by: by.to_owned(), reason: reason.to_owned() };
        self.comment(thread, note.clone());
        self.act(Action::ReopenIssues);
        self.act(Action::Notify { note });
        self.start_over();
        Ok(())
    }

    pub(super) fn decision_requested(&mut self, decision: &str, asked: &Asked, by: &str, decide_by: DateTime<Utc>) -> Taken {
        let details = json!({ "decision": decision, "asked": asked, "decide_by": decide_by });
        let note = |extends| Note::DecisionAsked { by: by.to_owned(), asked: asked.clone(), decide_by, extends };
        let snoozed = self.before.snoozed_until.is_some();
        match (self.before.state, &self.before.ignored) {
            (State::Merged | State::Verified, _) => return self.illegal("the fix is merged"),
            (State::Superseded, _) => return self.illegal("the hole is closed already"),
            (State::Paused, _) if !snoozed => return self.illegal("another request is before the analysts; it must be decided first"),
            (_, Some(IgnoredBecause::Suppressed)) => return self.illegal("it is suppressed already"),
            // An extension: the exception in force goes on until its end.
            (_, Some(IgnoredBecause::Excepted { .. })) => {
                self.record("decision.requested", format!("github:{by}"), details);
                let thread = self.thread();
                self.comment(thread, note(true));
            }
            _ => {
                if snoozed {
                    self.next.snoozed_until = None;
                } else {
                    self.pause();
                }
                self.record("decision.requested", format!("github:{by}"), details);
                let thread = self.thread();
                self.comment(thread, note(false));
            }
        }
        self.then_at(Follow::LapseDecision, decide_by);
        Ok(())
    }

    pub(super) fn decision_rejected(&mut self, decision: &str, by: &str, reason: &str) -> Taken {
        let details = json!({ "decision": decision, "reason": reason });
        match self.before.state {
            State::Paused if self.before.snoozed_until.is_none() => {
                self.unpause();
                self.record("decision.rejected", format!("github:{by}"), details);
                self.go_on(&format!("@{by} turned the request down: {reason}"));
            }
            State::Received | State::Planned => return self.illegal("no request is before the analysts"),
            // Decided otherwise meanwhile (merged, closed, resolved), or an extension.
            _ => {
                self.record("decision.rejected", format!("github:{by}"), details);
                self.not_extended(&format!("@{by} turned the request down: {reason}"));
            }
        }
        Ok(())
    }

    /// Says so where an exception goes on to its end.
    fn not_extended(&mut self, reason: &str) {
        if let (State::Ignored, Some(IgnoredBecause::Excepted { until })) = (self.before.state, &self.before.ignored) {
            let note = Note::NotExtended { reason: reason.to_owned(), until: *until };
            let thread = self.thread();
            self.comment(thread, note);
        }
    }

    pub(super) fn decision_lapsed(&mut self, decision: &str) -> Taken {
        let details = json!({ "decision": decision });
        if self.before.state == State::Paused && self.before.snoozed_until.is_none() {
            self.unpause();
            self.record_own("decision.lapsed", details);
            self.go_on("nobody decided in time");
        } else {
            self.record_own("decision.lapsed", details);
            self.not_extended("nobody decided in time");
        }
        Ok(())
    }

    pub(super) fn snoozed(&mut self, by: &str, reason: &str, until: DateTime<Utc>) -> Taken {
        if until <= self.now {
            return self.illegal("a snooze ends in the future");
        }
        match self.before.state {
            State::Received | State::Planned | State::Open | State::Refused | State::Reopened | State::Failed => self.pause(),
            // Snoozed again: the new date counts.
            State::Paused if self.before.snoozed_until.is_some() => {}
            State::Paused => return self.illegal("it waits for a decision"),
            _ => return self.illegal("there is nothing to wait with"),
        }
        self.next.snoozed_until = Some(until);
        self.record("remediation.snoozed", format!("github:{by}"), json!({ "until": until, "reason": reason }));
        let thread = self.thread();
        self.comment(thread, Note::Snoozed { by: by.to_owned(), until });
        self.then_at(Follow::Wake, until);
        Ok(())
    }

    pub(super) fn snooze_ended(&mut self) -> Taken {
        let Some(until) = self.before.snoozed_until.filter(|_| self.before.state == State::Paused) else { return Ok(()) };
        if until > self.now {
            // Snoozed for longer since this was scheduled.
            self.then_at(Follow::Wake, until);
            return Ok(());
        }
        self.unpause();
        self.record_own("remediation.resumed", json!({}));
        self.go_on("the snooze is over");
        Ok(())
    }

    pub(super) fn resume_requested(&mut self, by: &str) -> Taken {
        if self.before.state != State::Paused {
            return self.illegal("it is not paused");
        }
        if self.before.snoozed_until.is_none() {
            return self.illegal("it waits for a decision; who asked for it can withdraw it with `/remediate reject REASON`");
        }
        self.unpause();
        self.record("remediation.resumed", format!("github:{by}"), json!({}));
        self.go_on(&format!("@{by} asked to go on"));
        Ok(())
    }

    pub(super) fn reopen_requested(&mut self, by: &str) -> Taken {
        match self.before.state {
            State::Declined | State::Refused | State::Superseded | State::Failed | State::Ignored => {}
            State::Paused => return self.illegal("it waits for a decision"),
            State::Merged | State::Verified => return self.illegal("the fix is merged; it is reopened when the proof fails"),
            _ => return self.illegal("it is under way already"),
        }
        if self.before.ignored == Some(IgnoredBecause::Suppressed) {
            return self.illegal("it is suppressed; a member of the deciding team can take that back with `/remediate revoke REASON`");
        }
        if self.before.state == State::Declined {
            // The closed one stays closed; a new one is opened.
            self.next.pull_request = None;
            self.next.attempt += 1;
        }
        if matches!(self.before.state, State::Ignored | State::Superseded) {
            self.next.counts_from = Some(self.now);
        }
        self.go(State::Received);
        self.next.rounds = 0;
        self.record("remediation.reopened", format!("github:{by}"), json!({}));
        let thread = self.thread();
        self.comment(thread, Note::ReopenedByPerson { by: by.to_owned() });
        self.start_over();
        Ok(())
    }

    fn pause(&mut self) {
        self.next.paused_from = Some(self.before.state);
        self.next.state = State::Paused;
    }

    fn unpause(&mut self) {
        self.next.state = self.before.paused_from.unwrap_or(State::Received);
        self.next.paused_from = None;
        self.next.snoozed_until = None;
    }

    /// What was due when the pause began is due now.
    fn go_on(&mut self, reason: &str) {
        let thread = self.thread();
        self.comment(thread, Note::Resumed { reason: reason.to_owned() });
        match self.next.state {
            State::Received | State::Reopened => self.then(Follow::Assess),
            // Planned anew: the branch it was planned on has moved.
            State::Planned => self.then(Follow::Plan),
            State::Open => {
                self.then(Follow::Track);
                self.watch_due_date();
            }
            _ => {}
        }
    }
}
