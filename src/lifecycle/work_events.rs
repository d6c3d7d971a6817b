//! What the line's own steps found out: risk, place, patch.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::model::{Applicability, IgnoredBecause, Refusal, RefusalKind, RemediationState as State, Repository, Risk, Route, Target};

use super::turn::{Taken, Turn};
use super::{Action, Follow, Note, Thread};

/// Whether the hole is open and nothing was merged yet: what a due date is about.
pub(super) const fn is_unfinished(state: State) -> bool {
    matches!(state, State::Received | State::Paused | State::Planned | State::Open | State::Refused | State::Reopened | State::Failed)
}

const ENDED: &str = "it has ended; a person can ask to reopen it";

impl Turn<'_> {
    pub(super) fn scored(&mut self, risk: &Risk, due: Option<DateTime<Utc>>) -> Taken {
        let changed = self.before.risk.as_ref() != Some(risk) || self.before.due != due;
        self.next.risk = Some(risk.clone());
        self.next.due = due;
        let details = json!({ "score": risk.score, "threshold": risk.threshold, "tier": risk.tier, "due": due, "points": risk.points });
        match self.before.state {
            State::Received | State::Reopened if !risk.above_threshold => {
                let note = format!("the score {} is below the threshold {}", risk.score, risk.threshold);
                self.ignore(IgnoredBecause::BelowThreshold, note);
                self.record_own("remediation.ignored", details);
                self.comment(Thread::Issues, Note::BelowThreshold);
            }
            State::Received | State::Reopened => {
                self.record_own("remediation.scored", details);
                self.then(Follow::Locate);
                self.watch_breach();
            }
            State::Ignored if risk.above_threshold && self.before.ignored == Some(IgnoredBecause::BelowThreshold) => {
                self.go(State::Received);
                self.next.counts_from = Some(self.now);
                self.record_own("remediation.scored", details);
                self.then(Follow::Locate);
                self.watch_breach();
            }
            _ if !changed => {}
            State::Open => {
                self.record_own("remediation.scored", details);
                self.act(Action::UpdatePullRequest);
                // Watched once: a score that only changed must not remind again.
                if self.before.due != due {
                    self.watch_due_date();
                }
            }
            _ => {
                self.record_own("remediation.scored", details);
                if self.before.due != due {
                    self.watch_breach();
                }
            }
        }
        Ok(())
    }

    /// Schedules what the due date asks for: reviewers are reminded before it. Who was asked late is reminded half way.
    pub(super) fn watch_due_date(&mut self) {
        if let Some(due) = self.next.due.filter(|due| *due > self.now) {
            let planned = due - self.policy.remind_before;
            self.then_at(Follow::Remind, if planned > self.now { planned } else { self.now + (due - self.now) / 2 });
        }
        self.watch_breach();
    }

    /// Looks at the due date, also for what never becomes a pull request.
    fn watch_breach(&mut self) {
        if let Some(due) = self.next.due.filter(|_| is_unfinished(self.next.state)) {
            self.then_at(Follow::Breach, due);
        }
    }

    pub(super) fn located(&mut self, repository: &Repository, target: &Target, route: &Route) -> Taken {
        match self.before.state {
            State::Received | State::Reopened | State::Planned | State::Paused => {}
            State::Open | State::Merged | State::Verified => return self.illegal("the fix is published already"),
            _ => return self.illegal(ENDED),
        }
        self.next.repository = Some(repository.clone());
        self.next.target = Some(target.clone());
        self.next.owner.clone_from(&route.owner);
        self.next.route = Some(route.clone());
        self.record_own(
            "remediation.located",
            json!({ "repository": repository.to_string(), "path": target.path, "address": target.address.to_string(), "confidence": target.confidence, "owner": self.next.owner, "routing": route.chain }),
        );
        if self.before.state != State::Paused {
            self.then(Follow::Plan);
        }
        Ok(())
    }

    pub(super) fn refused(&mut self, refusal: &Refusal) -> Taken {
        let details = json!({ "kind": refusal.kind, "message": refusal.message });
        match self.before.state {
            State::Refused if self.before.refusal.as_ref() == Some(refusal) => return Ok(()),
            State::Received | State::Planned | State::Reopened | State::Refused => {
                self.go(State::Refused);
                self.next.refusal = Some(refusal.clone());
                self.record_own("remediation.refused", details);
                self.comment(Thread::Issues, Note::Refused);
                self.act(Action::Notify { note: Note::Refused });
            }
            State::Paused
                if matches!(self.before.paused_from, Some(State::Received | State::Planned | State::Reopened | State::Refused)) =>
            {
                self.next.paused_from = Some(State::Refused);
                self.next.refusal = Some(refusal.clone());
                self.record_own("remediation.refused", details);
            }
            State::Open | State::Paused => self.record_own("remediation.update_refused", details),
            State::Merged | State::Verified => return self.illegal("the fix is merged already"),
            _ => return self.illegal(ENDED),
        }
        Ok(())
    }

    pub(super) fn policy_changed(&mut self) -> Taken {
        match self.before.state {
            State::Refused if self.before.refusal.as_ref().is_some_and(|refusal| refusal.kind == RefusalKind::NotAllowed) => {
                self.go(State::Received);
                self.record_own("remediation.reconsidered", json!({ "because": "the policy changed" }));
                self.then(Follow::Assess);
            }
            // The score decides whether it comes back.
            State::Ignored if self.before.ignored == Some(IgnoredBecause::BelowThreshold) => self.then(Follow::Assess),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn planned(&mut self, rules: &[String], applicability: Applicability) -> Taken {
        if rules.is_empty() {
            return self.illegal("a patch is made by at least one rule");
        }
        match self.before.state {
            State::Received | State::Reopened | State::Planned => self.go(State::Planned),
            State::Paused if matches!(self.before.paused_from, Some(State::Received | State::Planned | State::Reopened)) => {
                self.next.paused_from = Some(State::Planned);
            }
            State::Open | State::Merged | State::Verified | State::Paused => return self.illegal("the fix is published already"),
            _ => return self.illegal(ENDED),
        }
        self.next.rules = rules.to_vec();
        self.next.applicability = Some(applicability);
        self.record_own("remediation.planned", json!({ "rules": rules, "applicability": applicability }));
        if self.next.state == State::Planned {
            self.act(Action::OpenPullRequest);
        }
        Ok(())
    }

    pub(super) fn already_holds(&mut self, commit: &str, evidence: &str) -> Taken {
        match self.before.state {
            State::Received | State::Reopened | State::Planned => {
                let short = commit.get(..12).unwrap_or(commit);
                self.go_because(State::Superseded, format!("the code is right already at `{short}`: {evidence}"));
                self.record_own("remediation.superseded", json!({ "commit": commit, "evidence": evidence }));
                self.comment(Thread::Issues, Note::AlreadyHolds);
                Ok(())
            }
            State::Paused | State::Superseded => Ok(()),
            State::Open | State::Merged | State::Verified => self.illegal("the fix is published already"),
            _ => self.illegal(ENDED),
        }
    }

    pub(super) fn location_answered(&mut self, by: &str) -> Taken {
        match self.before.state {
            State::Received | State::Refused | State::Reopened => {
                if self.before.state == State::Refused {
                    self.go(State::Received);
                }
                self.record("remediation.location_answered", format!("github:{by}"), json!({}));
                self.then(Follow::Locate);
                Ok(())
            }
            State::Paused => self.illegal("it waits for a decision; answer again afterwards"),
            State::Planned | State::Open | State::Merged | State::Verified => self.illegal("the block was found already"),
            _ => self.illegal(ENDED),
        }
    }

    pub(super) fn gave_up(&mut self, error: &str) -> Taken {
        let details = json!({ "error": error });
        match self.before.state {
            State::Received | State::Planned | State::Reopened => {
                self.go_because(State::Failed, error);
                self.record_own("remediation.failed", details);
                self.comment(Thread::Issues, Note::Failed);
                self.act(Action::Escalate { note: Note::Failed });
            }
            // What is published goes on; a person is told that one step of it did not work.
            State::Open | State::Merged | State::Paused => {
                self.record_own("remediation.step_failed", details);
                self.act(Action::Escalate { note: Note::Failed });
            }
            State::Failed => {}
            _ => self.record_own("remediation.step_failed", details),
        }
        Ok(())
    }
}
