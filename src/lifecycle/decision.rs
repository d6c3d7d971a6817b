//! Saying no to a finding properly: who may ask, who may agree, and until when.
//!
//! Two people are always needed: the one who asks and the one who agrees are never the same, whatever teams they are in.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::model::RemediationId;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Asked {
    /// The finding is wrong: leave it alone, without end.
    FalsePositive,
    /// The finding is right, and the risk is accepted until a date.
    Exception {
        /// Until when.
        until: DateTime<Utc>,
    },
}

/// What a decision covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope")]
pub enum Scope {
    /// This hole only, by its dedup key.
    Resource {
        /// The dedup key.
        key: String,
    },
    /// This rule in this repository.
    Repository {
        /// GitHub's numeric id of the repository.
        repository: u64,
        /// The rule.
        rule: String,
    },
    /// This rule everywhere.
    Everywhere {
        /// The rule.
        rule: String,
    },
}

impl Scope {
    /// The stable name of the kind of scope.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Resource { .. } => "resource",
            Self::Repository { .. } => "repository",
            Self::Everywhere { .. } => "everywhere",
        }
    }

    /// One text for one scope, to search by.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Resource { key } => key.clone(),
            Self::Repository { repository, rule } => format!("{repository}:{rule}"),
            Self::Everywhere { rule } => rule.clone(),
        }
    }
}

/// Where a decision stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum DecisionStatus {
    /// Before the analysts.
    Requested,
    /// In force.
    Approved {
        /// Who agreed.
        by: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// Turned down.
    Rejected {
        /// Who turned it down.
        by: String,
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// Nobody decided in time.
    Lapsed {
        /// When the time was over.
        at: DateTime<Utc>,
    },
    /// Was in force, and is not any more.
    Ended {
        /// When.
        at: DateTime<Utc>,
        /// Who revoked it; `None` when its date came.
        by: Option<String>,
    },
}

impl DecisionStatus {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Lapsed { .. } => "lapsed",
            Self::Ended { .. } => "ended",
        }
    }
}

/// A request to leave a finding alone, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Our id.
    pub id: String,
    /// The remediation it was asked on.
    pub remediation: RemediationId,
    /// What is asked for.
    pub asked: Asked,
    /// What it covers.
    pub scope: Scope,
    /// Why, in the words of who asked; untrusted.
    pub reason: String,
    /// Login of who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// When it lapses undecided.
    pub decide_by: DateTime<Utc>,
    /// Where it stands.
    pub status: DecisionStatus,
}

/// Somebody who writes a command, as the code host tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Login.
    pub login: String,
    /// Whether it is a person, not a bot or an app.
    pub is_person: bool,
    /// Whether the comment was edited after it was written.
    pub edited: bool,
    /// Whether they may write to the repository.
    pub may_write: bool,
    /// Whether they are in the team that decides.
    pub in_team: bool,
}

/// The organisation's rules about decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRules {
    /// How long the analysts have.
    pub decide_within: Duration,
    /// The longest exception.
    pub longest_exception: Duration,
    /// The shortest reason, in characters.
    pub shortest_reason: usize,
}

impl Default for DecisionRules {
    fn default() -> Self {
        Self { decide_within: Duration::hours(24), longest_exception: Duration::days(365), shortest_reason: 8 }
    }
}

/// Why something is not allowed, in words for the person who tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// A bot or an app.
    #[error("only people can decide")]
    NotAPerson,
    /// The comment was edited.
    #[error("edited comments are not acted on; please write a new one")]
    Edited,
    /// No write permission.
    #[error("this needs write permission on the repository")]
    NoPermission,
    /// Not in the team.
    #[error("this must be decided by a member of the team that was asked")]
    NotInTeam,
    /// The same person.
    #[error("the person who asked cannot decide; a second person must")]
    SamePerson,
    /// The request is not open.
    #[error("the request is {0} already")]
    NotOpen(&'static str),
    /// Too late.
    #[error("the time to decide is over; please ask again")]
    TooLate,
    /// No reason.
    #[error("please give a reason of at least {0} characters: it is what an auditor will read")]
    NoReason(usize),
    /// The date is not in the future.
    #[error("the date must be in the future")]
    NotInFuture,
    /// Too long.
    #[error("an exception lasts at most {0} days")]
    TooLong(i64),
    /// Not in force.
    #[error("it is not in force, it is {0}")]
    NotInForce(&'static str),
}

impl Speaker {
    /// Whether this is a person's own, unedited word.
    fn may_speak(&self) -> Result<(), NotAllowed> {
        if !self.is_person {
            return Err(NotAllowed::NotAPerson);
        }
        if self.edited {
            return Err(NotAllowed::Edited);
        }
        Ok(())
    }
}

impl Decision {
    /// A request, when the speaker may ask.
    ///
    /// # Errors
    /// Why not, in words for the speaker.
    pub fn request(
        id: impl Into<String>,
        remediation: &RemediationId,
        (asked, scope): (Asked, Scope),
        reason: &str,
        speaker: &Speaker,
        now: DateTime<Utc>,
        rules: &DecisionRules,
    ) -> Result<Self, NotAllowed> {
        speaker.may_speak()?;
        if !speaker.may_write {
            return Err(NotAllowed::NoPermission);
        }
        let reason = reason.trim();
        if reason.chars().count() < rules.shortest_reason {
            return Err(NotAllowed::NoReason(rules.shortest_reason));
        }
        if let Asked::Exception { until } = asked {
            if until <= now {
                return Err(NotAllowed::NotInFuture);
            }
            if until > now + rules.longest_exception {
                return Err(NotAllowed::TooLong(rules.longest_exception.num_days()));
            }
        }
        Ok(Self {
            id: id.into(),
            remediation: remediation.clone(),
            asked,
            scope,
            reason: reason.to_owned(),
            requested_by: speaker.login.clone(),
            requested_at: now,
            decide_by: now + rules.decide_within,
            status: DecisionStatus::Requested,
        })
    }

    /// The request in force.
    ///
    /// # Errors
    /// Why the speaker cannot agree: four eyes, team, time.
    pub fn approve(&self, speaker: &Speaker, now: DateTime<Utc>) -> Result<Self, NotAllowed> {
        self.may_decide(speaker, now)?;
        if self.is_same_person(speaker) {
            return Err(NotAllowed::SamePerson);
        }
        if matches!(self.asked, Asked::Exception { until } if until <= now) {
            return Err(NotAllowed::NotInFuture);
        }
        Ok(self.with(DecisionStatus::Approved { by: speaker.login.clone(), at: now }))
    }

    /// The request turned down. Whoever asked may withdraw it this way, too.
    ///
    /// # Errors
    /// Why the speaker cannot turn it down.
    pub fn reject(&self, speaker: &Speaker, reason: &str, now: DateTime<Utc>, rules: &DecisionRules) -> Result<Self, NotAllowed> {
        if self.is_same_person(speaker) {
            speaker.may_speak()?;
            self.is_open()?;
        } else {
            self.may_decide(speaker, now)?;
        }
        let reason = reason.trim();
        if reason.chars().count() < rules.shortest_reason {
            return Err(NotAllowed::NoReason(rules.shortest_reason));
        }
        Ok(self.with(DecisionStatus::Rejected { by: speaker.login.clone(), at: now, reason: reason.to_owned() }))
    }

    /// The request after its time, if it is over: nobody decided.
    #[must_use]
    pub fn lapse(&self, now: DateTime<Utc>) -> Option<Self> {
        let over = self.status == DecisionStatus::Requested && self.decide_by <= now;
        over.then(|| self.with(DecisionStatus::Lapsed { at: now }))
    }

    /// The exception after its date, if it has come.
    #[must_use]
    pub fn expire(&self, now: DateTime<Utc>) -> Option<Self> {
        let over = matches!(self.asked, Asked::Exception { until } if until <= now);
        let in_force = matches!(self.status, DecisionStatus::Approved { .. });
        (over && in_force).then(|| self.with(DecisionStatus::Ended { at: now, by: None }))
    }

    /// The decision taken back by a member of the team.
    ///
    /// # Errors
    /// Why the speaker cannot take it back.
    pub fn revoke(&self, speaker: &Speaker, now: DateTime<Utc>) -> Result<Self, NotAllowed> {
        speaker.may_speak()?;
        if !speaker.in_team {
            return Err(NotAllowed::NotInTeam);
        }
        match self.status {
            DecisionStatus::Approved { .. } => Ok(self.with(DecisionStatus::Ended { at: now, by: Some(speaker.login.clone()) })),
            _ => Err(NotAllowed::NotInForce(self.status.name())),
        }
    }

    /// Whether it is in force at `now`; an exception is not after its date, even before anybody noted that.
    #[must_use]
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        matches!(self.status, DecisionStatus::Approved { .. }) && !matches!(self.asked, Asked::Exception { until } if until <= now)
    }

    /// Until when, for an exception.
    #[must_use]
    pub const fn until(&self) -> Option<DateTime<Utc>> {
        match self.asked {
            Asked::Exception { until } => Some(until),
            Asked::FalsePositive => None,
        }
    }

    fn may_decide(&self, speaker: &Speaker, now: DateTime<Utc>) -> Result<(), NotAllowed> {
        speaker.may_speak()?;
        if !speaker.in_team {
            return Err(NotAllowed::NotInTeam);
        }
        self.is_open()?;
        if self.decide_by <= now {
            return Err(NotAllowed::TooLate);
        }
        Ok(())
    }

    fn is_open(&self) -> Result<(), NotAllowed> {
        if self.status == DecisionStatus::Requested { Ok(()) } else { Err(NotAllowed::NotOpen(self.status.name())) }
    }

    /// Logins are compared as GitHub does, without regard to case.
    fn is_same_person(&self, speaker: &Speaker) -> bool {
        self.requested_by.eq_ignore_ascii_case(&speaker.login)
    }

    fn with(&self, status: DecisionStatus) -> Self {
        Self { status, ..self.clone() }
    }
}
