//! The proof after the merge.

use serde_json::{Value as Json, json};

use crate::model::{RemediationState as State, Rescan, Verification};

use super::turn::{Taken, Turn};
use super::{Action, Follow, Note, Thread};

const NOT_MERGED: &str = "only a merged fix can be proved";

impl Turn<'_> {
    pub(super) fn rule_holds(&mut self, commit: &str, evidence: &str) -> Taken {
        match self.before.state {
            State::Merged => {}
            State::Verified => return Ok(()),
            _ => return self.illegal(NOT_MERGED),
        }
        if self.before.verification.is_some() {
            return Ok(());
        }
        let until = self.policy.rescan_within.map(|within| self.now + within);
        self.next.verification = Some(Verification {
            commit: commit.to_owned(),
            held_at: self.now,
            evidence: evidence.to_owned(),
            rescan: until.map_or(Rescan::NotAwaited, |until| Rescan::Awaited { until }),
        });
        let details = json!({ "commit": commit, "evidence": evidence });
        let Some(until) = until else {
            self.verified("remediate", details);
            return Ok(());
        };
        self.record_own("remediation.holds_in_code", details);
        self.act(Action::Check { passed: true, summary: evidence.to_owned() });
        self.comment(Thread::Everywhere, Note::HoldsInCode { until });
        self.act(Action::AskForRescan);
        self.then_at(Follow::Rescan, until);
        Ok(())
    }

    /// The end of a good life.
    pub(super) fn verified(&mut self, actor: &str, details: Json) {
        self.go(State::Verified);
        self.record("remediation.verified", actor, details);
        let evidence = self.next.verification.as_ref().map_or_else(String::new, |proof| proof.evidence.clone());
        self.act(Action::Check { passed: true, summary: evidence.clone() });
        self.comment(Thread::Everywhere, Note::Verified);
        self.act(Action::ResolveFindings { evidence });
        self.act(Action::CloseIssues);
        self.act(Action::Notify { note: Note::Verified });
    }

    pub(super) fn rule_fails(&mut self, commit: &str, reason: &str) -> Taken {
        if !matches!(self.before.state, State::Merged | State::Verified) {
            return self.illegal(NOT_MERGED);
        }
        self.reopen("remediate", reason, json!({ "commit": commit, "reason": reason }));
        self.act(Action::Check { passed: false, summary: reason.to_owned() });
        Ok(())
    }

    pub(super) fn rescan_deadline(&mut self) -> Taken {
        let Some(proof) = self.next.verification.as_mut() else { return Ok(()) };
        let Rescan::Awaited { until } = proof.rescan else { return Ok(()) };
        if self.before.state != State::Merged || until > self.now {
            return Ok(());
        }
        proof.rescan = Rescan::Silent { at: self.now };
        self.verified("remediate", json!({ "rescan": "no word from the source within the time" }));
        self.act(Action::Notify { note: Note::RescanSilent });
        Ok(())
    }
}
