//! What happens to the pull request until it is merged or closed.

use serde_json::json;

use crate::model::{PullRequestRef, RemediationState as State};

use super::turn::{Taken, Turn};
use super::work_events::is_unfinished;
use super::{Action, Follow, Note, Thread};

const NO_PULL_REQUEST: &str = "it has no pull request of that number";

impl Turn<'_> {
    /// Our pull request of that number, not merged: `Ok(false)` when the event is about one of the past.
    fn concerns(&self, number: u64) -> Result<bool, super::Illegal> {
        match &self.before.pull_request {
            Some(pull) if pull.number == number => Ok(pull.merge_commit.is_none()),
            // A remediation may have had others in earlier rounds.
            Some(_) => Ok(false),
            None if self.before.rounds > 0 || self.before.state != State::Received => Ok(false),
            None => self.illegal(NO_PULL_REQUEST).map(|()| false),
        }
    }

    pub(super) fn published(&mut self, pull_request: &PullRequestRef) -> Taken {
        let known = self.before.pull_request.as_ref().is_some_and(|before| before.number == pull_request.number);
        match self.before.state {
            State::Merged | State::Verified => {
                return if known { Ok(()) } else { self.illegal("the fix is merged already") };
            }
            // A repeated job found the one it had opened: only the head may be newer.
            State::Open if known => {
                self.next.pull_request = Some(pull_request.clone());
                return Ok(());
            }
            State::Open => return self.illegal("it has another open pull request"),
            // Closed by a person: found again is not opened again.
            State::Declined if known => return Ok(()),
            _ if known && !self.has_unmerged_pull_request() => return self.illegal("that pull request was merged in an earlier round"),
            _ => {}
        }
        self.next.pull_request = Some(PullRequestRef { merge_commit: None, ..pull_request.clone() });
        let details = json!({ "number": pull_request.number, "url": pull_request.url, "branch": pull_request.branch, "head": pull_request.head, "owner": self.before.owner });
        match self.before.state {
            State::Paused => {
                self.next.paused_from = Some(State::Open);
                self.next.refusal = None;
                self.next.ignored = None;
                self.record_own("remediation.published", details);
            }
            // The decision came while the pull request was being opened: people are told there.
            State::Ignored | State::Declined | State::Superseded => {
                self.record_own("remediation.published", details);
                let note = Note::ClosedAtSource { evidence: self.before.note.clone().unwrap_or_default() };
                self.comment(Thread::PullRequest, note);
            }
            _ => {
                self.go(State::Open);
                self.record_own("remediation.opened", details);
                self.act(Action::Label { add: self.policy.labels.clone() });
                self.act(Action::RequestReview);
                if known {
                    // It was open all the time: what it says may be old.
                    self.act(Action::UpdatePullRequest);
                }
                self.comment(Thread::Issues, Note::Opened);
                self.act(Action::Notify { note: Note::Opened });
                self.then_at(Follow::Track, self.now + self.policy.track_every);
                self.watch_due_date();
            }
        }
        Ok(())
    }

    pub(super) fn human_commit(&mut self, number: u64, login: &str, head: &str) -> Taken {
        if !self.concerns(number)? || self.before.hands_off.is_some() {
            return Ok(());
        }
        self.next.hands_off = Some(login.to_owned());
        self.record("remediation.hands_off", format!("github:{login}"), json!({ "head": head }));
        self.comment(Thread::PullRequest, Note::HandsOff { login: login.to_owned() });
        Ok(())
    }

    pub(super) fn closed(&mut self, number: u64, login: &str) -> Taken {
        if !self.concerns(number)? || self.before.state == State::Declined {
            return Ok(());
        }
        let details = json!({ "number": number });
        if matches!(self.before.state, State::Ignored | State::Superseded) {
            // Not a no to the fix: it was not needed any more. A later round may open a new one.
            self.next.pull_request = None;
            self.next.attempt += 1;
            self.record("remediation.pull_request_closed", format!("github:{login}"), details);
            return Ok(());
        }
        self.go_because(State::Declined, format!("@{login} closed the pull request"));
        self.record("remediation.declined", format!("github:{login}"), details);
        let note = Note::Declined { login: login.to_owned() };
        self.comment(Thread::Everywhere, note.clone());
        self.act(Action::Notify { note });
        Ok(())
    }

    pub(super) fn pull_request_reopened(&mut self, number: u64, login: &str) -> Taken {
        if !self.concerns(number)? || self.before.state != State::Declined {
            return Ok(());
        }
        self.go(State::Open);
        self.record("remediation.opened", format!("github:{login}"), json!({ "number": number }));
        self.then_at(Follow::Track, self.now + self.policy.track_every);
        self.watch_due_date();
        Ok(())
    }

    pub(super) fn merged(&mut self, number: u64, login: &str, commit: &str) -> Taken {
        if !self.concerns(number)? {
            return Ok(());
        }
        self.go(State::Merged);
        self.next.verification = None;
        if let Some(pull) = self.next.pull_request.as_mut() {
            pull.merge_commit = Some(commit.to_owned());
        }
        self.record("remediation.merged", format!("github:{login}"), json!({ "number": number, "commit": commit }));
        self.comment(Thread::Issues, Note::Merged);
        self.then(Follow::Verify);
        Ok(())
    }

    pub(super) fn reminder_due(&mut self) -> Taken {
        if self.before.state == State::Open {
            // The date may have been moved since this was scheduled.
            if let Some(at) = self.before.due.map(|due| due - self.policy.remind_before).filter(|at| *at > self.now) {
                self.then_at(Follow::Remind, at);
                return Ok(());
            }
            self.record_own("remediation.reminded", json!({ "due": self.before.due }));
            self.act(Action::RequestReview);
            self.comment(Thread::PullRequest, Note::Reminder);
            self.act(Action::Notify { note: Note::Reminder });
        }
        Ok(())
    }

    pub(super) fn due_date_passed(&mut self) -> Taken {
        let Some(due) = self.before.due.filter(|_| is_unfinished(self.before.state)) else { return Ok(()) };
        if due > self.now {
            // The date was moved since this was scheduled.
            self.then_at(Follow::Breach, due);
        } else {
            self.record_own("remediation.overdue", json!({ "due": self.before.due }));
            if self.before.state == State::Open {
                self.act(Action::Label { add: vec![self.policy.overdue_label.clone()] });
                self.comment(Thread::PullRequest, Note::Overdue);
            }
            self.act(Action::Escalate { note: Note::Overdue });
        }
        Ok(())
    }
}
