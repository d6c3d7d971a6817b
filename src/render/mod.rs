//! Every word the bot says: pull requests, commits, comments and checks.
//!
//! Findings and repositories are written by others, so nothing of theirs reaches GitHub unescaped: templates are filled with
//! [`Markdown`] values only, and those come from [`text`], [`code`] or [`prose`] (which escape) or from our own words.

mod checks;
mod comments;
mod diagram;
mod escape;
mod help;
mod marker;
mod outcome;
mod pull_request;
mod route;
mod status;
#[cfg(test)]
mod tests;

pub use checks::{CheckText, check_for_refusal, check_for_verdict};
pub use comments::*;
pub use diagram::attack_path_diagram;
pub use escape::{Markdown, code, prose, text};
pub use help::help_comment;
pub use marker::{Marker, comment_marker, has_comment_marker, read_marker};
pub use outcome::outcome_message;
pub use pull_request::{PullRequestFacts, Reviewers, RuleText, commit_message, keep_review_notes, pull_request_body, pull_request_title};
pub use route::{owner_line, routing_lines};
pub use status::{explain_comment, status_comment};
