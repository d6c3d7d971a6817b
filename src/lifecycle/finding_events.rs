//! What sources say.

use serde_json::json;

use crate::model::{IgnoredBecause, RemediationState as State, Rescan};

use super::turn::{Taken, Turn};
use super::{Action, Follow, Note, Thread};

impl Turn<'_> {
    pub(super) fn finding_received(&mut self, source: &str, finding: &str, joined: bool) -> Taken {
        let details = json!({ "source": source, "finding": finding });
        if !joined {
            if self.before.state != State::Received {
                return self.illegal("its first finding came before; say that this one joined");
            }
            self.record("finding.received", format!("source:{source}"), details);
            self.then(Follow::Assess);
            return Ok(());
        }
        self.record("finding.joined", format!("source:{source}"), details);
        match self.before.state {
            State::Open => {
                self.act(Action::UpdatePullRequest);
                // It may know more: a graver score, a nearer due date.
                self.then(Follow::Assess);
                self.comment(Thread::Issues, Note::Joined { source: source.to_owned() });
            }
            // A second witness may raise the score over the threshold.
            State::Received | State::Planned | State::Ignored => self.then(Follow::Assess),
            State::Verified | State::Superseded => return self.finding_repeated(finding),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn finding_repeated(&mut self, finding: &str) -> Taken {
        // Worse than it was, or other tags: the score decides whether that changes anything.
        if self.before.ignored == Some(IgnoredBecause::BelowThreshold) && self.before.state == State::Ignored {
            self.then(Follow::Assess);
            return Ok(());
        }
        // The first scan after a proof may be older than the apply. Only what is still said after the grace counts.
        let done_at = match self.before.state {
            State::Verified => self.before.verification.as_ref().map(|proof| proof.held_at),
            State::Superseded => Some(self.before.updated_at),
            _ => None,
        };
        if done_at.is_some_and(|done| self.now > done + self.policy.repeat_grace) {
            let reason = "the source still reports the finding, long after the code was right: the change may not be applied";
            self.reopen("remediate", reason, json!({ "finding": finding, "reason": reason }));
        }
        Ok(())
    }

    pub(super) fn finding_resolved(&mut self, source: &str, finding: &str, evidence: &str, remaining: usize) -> Taken {
        let actor = format!("source:{source}");
        let details = json!({ "source": source, "finding": finding, "evidence": evidence, "remaining": remaining });
        match self.before.state {
            _ if remaining > 0 => self.record("finding.resolved", actor, details),
            State::Received | State::Paused | State::Planned | State::Refused | State::Reopened | State::Failed | State::Open => {
                let thread = self.thread();
                self.go_because(State::Superseded, format!("{source} says that the hole is closed: {evidence}"));
                self.record("finding.resolved", actor, details);
                self.comment(thread, Note::ClosedAtSource { evidence: evidence.to_owned() });
                self.act(Action::CloseIssues);
            }
            State::Declined => {
                self.record("finding.resolved", actor, details);
                self.act(Action::CloseIssues);
            }
            State::Merged | State::Verified => {
                self.record("finding.resolved", actor, details);
                return self.rescan_confirmed(source, evidence);
            }
            State::Ignored | State::Superseded => self.record("finding.resolved", actor, details),
        }
        Ok(())
    }

    pub(super) fn finding_returned(&mut self, source: &str, finding: &str) -> Taken {
        let actor = format!("source:{source}");
        let details = json!({ "source": source, "finding": finding });
        self.record("finding.returned", actor.clone(), details.clone());
        if matches!(self.before.state, State::Superseded | State::Verified) {
            let reason = format!("{source} had said that the hole is closed and now reports it again");
            self.next.counts_from = Some(self.now);
            self.reopen(&actor, &reason, details);
        }
        Ok(())
    }

    pub(super) fn rescan_confirmed(&mut self, source: &str, evidence: &str) -> Taken {
        let confirmed = Rescan::Confirmed { at: self.now, evidence: evidence.to_owned() };
        // Without the proof in code there is nothing to confirm yet: the merge may be younger than the scan.
        let Some(proof) = self.next.verification.as_mut() else { return Ok(()) };
        if !matches!(self.before.state, State::Merged | State::Verified) || matches!(proof.rescan, Rescan::Confirmed { .. }) {
            return Ok(());
        }
        proof.rescan = confirmed;
        let details = json!({ "source": source, "evidence": evidence });
        if self.before.state == State::Merged {
            self.verified(&format!("source:{source}"), details);
        } else {
            self.record("remediation.rescan_confirmed", format!("source:{source}"), details);
            self.comment(Thread::Everywhere, Note::RescanConfirmed { evidence: evidence.to_owned() });
        }
        Ok(())
    }

    pub(super) fn rescan_contradicted(&mut self, source: &str, evidence: &str) -> Taken {
        let proved = matches!(self.before.state, State::Merged | State::Verified) && self.before.verification.is_some();
        if proved {
            let reason = format!("the rule holds in the code, but {source} looked again and says: {evidence}");
            self.reopen(&format!("source:{source}"), &reason, json!({ "source": source, "evidence": evidence }));
        }
        Ok(())
    }
}
