//! The words of the product: plain values that every floor shares. No behaviour beyond parsing, ordering and display.

mod address;
mod audit;
mod finding;
mod identity;
mod outcome;
mod patch;
mod refusal;
mod remediation;
mod risk;
mod route;
mod target;
mod text;
mod workspace;

pub use address::{Address, AddressError, InstanceKey, ModuleStep, ResourceMode};
pub use audit::AuditEvent;
pub use finding::{CodePosition, Context, DataClass, Finding, FindingState, Resource, RuleReference, Severity};
pub use identity::{Provider, ResourceIdentity};
pub use outcome::{OWN_NAME, Outcome, OutcomeState};
pub use patch::{Applicability, ChangedFile, Edit, Effect, EffectKind, Patch, Reach};
pub use refusal::{Place, Refusal, RefusalKind};
pub use remediation::{IgnoredBecause, PullRequestRef, Remediation, RemediationId, RemediationState, Repository, Rescan, Verification};
pub use risk::{Risk, RiskPoint, Tier};
pub use route::{Route, RoutingStep};
pub use target::{Confidence, Evidence, Rung, Target};
pub use text::{LineColumn, Span};
pub use workspace::{Workspace, WorkspaceFile};
