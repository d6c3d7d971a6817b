//! People who say no, not now, or yes after all.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::model::{IgnoredBecause, RemediationState as State};

use super::turn::{Taken, Turn};
use super::{Action, Follow, Note};

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
                    return Ok(());
                }
            }
            _ => return Ok(()),
        }
        self.go(State::Received);
        self.record_own("remediation.exception_ended", json!({ "decision": decision }));
        let thread = self.thread();
        self.comment(thread, Note::ExceptionEnded);
        self.act(Action::ReopenIssues);
        self.act(Action::Notify { note: Note::ExceptionEnded });
        self.start_over();
        Ok(())
    }

    pub(super) fn decision_requested(&mut self, decision: &str, by: &str, decide_by: DateTime<Utc>) -> Taken {
        let details = json!({ "decision": decision, "decide_by": decide_by });
        match (self.before.state, &self.before.ignored) {
            (State::Merged | State::Verified, _) => return self.illegal("the fix is merged"),
            (State::Superseded, _) => return self.illegal("the hole is closed already"),
            (State::Paused, _) => return self.illegal("another request is before the analysts; it must be decided first"),
            (_, Some(IgnoredBecause::Suppressed)) => return self.illegal("it is suppressed already"),
            // An extension: the exception in force goes on until its end.
            (_, Some(IgnoredBecause::Excepted { .. })) => self.record("decision.requested", format!("github:{by}"), details),
            _ => {
                self.pause();
                self.record("decision.requested", format!("github:{by}"), details);
                let thread = self.thread();
                self.comment(thread, Note::Paused { by: by.to_owned(), decide_by: Some(decide_by) });
            }
        }
        self.then_at(Follow::LapseDecision, decide_by);
        Ok(())
    }

    pub(super) fn decision_rejected(&mut self, decision: &str, by: &str, reason: &str) -> Taken {
        let details = json!({ "decision": decision, "reason": reason });
        match self.before.state {
            State::Paused => {
                self.unpause();
                self.record("decision.rejected", format!("github:{by}"), details);
                self.go_on(&format!("@{by} turned the request down: {reason}"));
            }
            State::Received | State::Planned => return self.illegal("no request is before the analysts"),
            // Decided otherwise meanwhile (merged, closed, resolved), or an extension.
            _ => self.record("decision.rejected", format!("github:{by}"), details),
        }
        Ok(())
    }

    pub(super) fn decision_lapsed(&mut self, decision: &str) -> Taken {
        let details = json!({ "decision": decision });
        if self.before.state == State::Paused {
            self.unpause();
            self.record_own("decision.lapsed", details);
            self.go_on("nobody decided in time");
        } else {
            self.record_own("decision.lapsed", details);
        }
        Ok(())
    }

    pub(super) fn pause_requested(&mut self, by: &str) -> Taken {
        match self.before.state {
            State::Received | State::Planned | State::Open | State::Refused | State::Reopened | State::Failed => {
                self.pause();
                self.record("remediation.paused", format!("github:{by}"), json!({}));
                let thread = self.thread();
                self.comment(thread, Note::Paused { by: by.to_owned(), decide_by: None });
                Ok(())
            }
            State::Paused => Ok(()),
            _ => self.illegal("there is nothing to wait with"),
        }
    }

    pub(super) fn resume_requested(&mut self, by: &str) -> Taken {
        if self.before.state != State::Paused {
            return self.illegal("it is not paused");
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
            return self.illegal("it is suppressed; an analyst must revoke that first");
        }
        if self.before.state == State::Declined {
            // The closed one stays closed; a new one is opened.
            self.next.pull_request = None;
            self.next.attempt += 1;
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
