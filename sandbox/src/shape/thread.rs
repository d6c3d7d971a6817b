//! Issues, comments, reactions, reviews.

use serde_json::{Value, json};

use super::{node_id, stamp, stamp_or_null};
use crate::state::{AccountKind, Comment, Issue, Level, Reaction, Repository, Review, ReviewComment, World};

impl World {
    /// How the author of something stands to the repository.
    pub fn association(&self, repository: &Repository, login: &str) -> &'static str {
        if repository.owner.eq_ignore_ascii_case(login) {
            return "OWNER";
        }
        let lower = login.to_lowercase();
        let Ok(account) = self.account(login) else { return "NONE" };
        if account.kind == AccountKind::Bot {
            return if self.level(repository, login) > Level::Read { "CONTRIBUTOR" } else { "NONE" };
        }
        let member = self.account(&repository.owner).is_ok_and(|owner| owner.members.contains_key(&lower));
        match (member, repository.collaborators.contains_key(&lower)) {
            (true, _) => "MEMBER",
            (false, true) => "COLLABORATOR",
            (false, false) => "NONE",
        }
    }

    /// The labels of an issue, in the repository's order.
    pub fn labels_json(&self, repository: &Repository, issue: &Issue) -> Value {
        let chosen = repository.labels.iter().filter(|label| issue.labels.contains(&label.name));
        chosen.map(|label| self.label_json(repository, label)).collect()
    }

    /// A list of logins as simple users.
    pub fn users_json<'a>(&self, logins: impl IntoIterator<Item = &'a String>) -> Value {
        logins.into_iter().map(|login| self.user_json(login)).collect()
    }

    /// An issue; pull requests are issues with one more field.
    pub fn issue_json(&self, repository: &Repository, issue: &Issue) -> Value {
        let full = repository.full_name();
        let api = self.api(&format!("/repos/{full}/issues/{}", issue.number));
        let kind = if issue.pull.is_some() { "pull" } else { "issues" };
        let app = self.via_app_json(&issue.author);
        let mut value = json!({
            "url": api, "repository_url": self.api(&format!("/repos/{full}")), "labels_url": format!("{api}/labels{{/name}}"),
            "comments_url": format!("{api}/comments"), "events_url": format!("{api}/events"),
            "html_url": self.api(&format!("/{full}/{kind}/{}", issue.number)),
            "id": issue.id, "node_id": node_id("I", issue.id), "number": issue.number, "title": issue.title,
            "user": self.user_json(&issue.author), "labels": self.labels_json(repository, issue),
            "state": if issue.open { "open" } else { "closed" }, "locked": issue.locked,
            "assignee": issue.assignees.iter().next().map(|login| self.user_json(login)),
            "assignees": self.users_json(&issue.assignees), "milestone": null, "comments": issue.comments.len(),
            "created_at": stamp(issue.created_at), "updated_at": stamp(issue.updated_at), "closed_at": stamp_or_null(issue.closed_at),
            "author_association": self.association(repository, &issue.author), "active_lock_reason": null,
            "body": if issue.body.is_empty() { Value::Null } else { issue.body.clone().into() },
            "closed_by": issue.closed_by.as_ref().map(|login| self.user_json(login)),
            "reactions": self.reactions_json(&api, &issue.reactions), "timeline_url": format!("{api}/timeline"),
            "performed_via_github_app": app, "state_reason": issue.state_reason,
        });
        if let Some(pull) = &issue.pull {
            let page = self.api(&format!("/{full}/pull/{}", issue.number));
            value["draft"] = pull.draft.into();
            value["pull_request"] = json!({
                "url": self.api(&format!("/repos/{full}/pulls/{}", issue.number)), "html_url": page,
                "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"), "merged_at": stamp_or_null(pull.merged_at),
            });
        }
        value
    }

    /// A comment on an issue or pull request.
    pub fn comment_json(&self, repository: &Repository, issue: &Issue, comment: &Comment) -> Value {
        let full = repository.full_name();
        let api = self.api(&format!("/repos/{full}/issues/comments/{}", comment.id));
        let kind = if issue.pull.is_some() { "pull" } else { "issues" };
        json!({
            "url": api, "html_url": self.api(&format!("/{full}/{kind}/{}#issuecomment-{}", issue.number, comment.id)),
            "issue_url": self.api(&format!("/repos/{full}/issues/{}", issue.number)), "id": comment.id,
            "node_id": node_id("IC", comment.id), "user": self.user_json(&comment.author),
            "created_at": stamp(comment.created_at), "updated_at": stamp(comment.updated_at), "body": comment.body,
            "author_association": self.association(repository, &comment.author),
            "reactions": self.reactions_json(&api, &comment.reactions),
            "performed_via_github_app": self.via_app_json(&comment.author),
        })
    }

    /// The app behind a bot's login, or null.
    pub fn via_app_json(&self, login: &str) -> Value {
        self.apps.values().find(|app| app.bot() == login).map_or(Value::Null, |app| self.app_json(app))
    }

    /// The counts of reactions.
    pub fn reactions_json(&self, subject: &str, reactions: &[Reaction]) -> Value {
        let count = |content: &str| reactions.iter().filter(|reaction| reaction.content == content).count();
        json!({
            "url": format!("{subject}/reactions"), "total_count": reactions.len(), "+1": count("+1"), "-1": count("-1"),
            "laugh": count("laugh"), "hooray": count("hooray"), "confused": count("confused"), "heart": count("heart"),
            "rocket": count("rocket"), "eyes": count("eyes"),
        })
    }

    /// One reaction.
    pub fn reaction_json(&self, reaction: &Reaction) -> Value {
        json!({
            "id": reaction.id, "node_id": node_id("REA", reaction.id), "user": self.user_json(&reaction.user),
            "content": reaction.content, "created_at": stamp(reaction.created_at),
        })
    }

    /// A review; webhooks write the state in lower case.
    pub fn review_json(&self, repository: &Repository, number: u64, review: &Review) -> Value {
        let full = repository.full_name();
        let page = self.api(&format!("/{full}/pull/{number}#pullrequestreview-{}", review.id));
        let pull = self.api(&format!("/repos/{full}/pulls/{number}"));
        json!({
            "id": review.id, "node_id": node_id("PRR", review.id), "user": self.user_json(&review.user), "body": review.body,
            "state": review.state, "html_url": page, "pull_request_url": pull,
            "_links": { "html": { "href": page }, "pull_request": { "href": pull } },
            "submitted_at": stamp(review.submitted_at), "commit_id": review.commit,
            "author_association": self.association(repository, &review.user),
        })
    }

    /// A comment on a line of the diff.
    pub fn review_comment_json(&self, repository: &Repository, number: u64, comment: &ReviewComment) -> Value {
        let full = repository.full_name();
        let api = self.api(&format!("/repos/{full}/pulls/comments/{}", comment.id));
        let page = self.api(&format!("/{full}/pull/{number}#discussion_r{}", comment.id));
        let pull = self.api(&format!("/repos/{full}/pulls/{number}"));
        json!({
            "url": api, "pull_request_review_id": null, "id": comment.id, "node_id": node_id("PRRC", comment.id),
            "diff_hunk": "", "path": comment.path, "commit_id": comment.commit, "original_commit_id": comment.commit,
            "user": self.user_json(&comment.author), "body": comment.body, "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.created_at), "html_url": page, "pull_request_url": pull,
            "author_association": self.association(repository, &comment.author),
            "_links": { "self": { "href": api }, "html": { "href": page }, "pull_request": { "href": pull } },
            "line": comment.line, "original_line": comment.line, "side": "RIGHT", "subject_type": "line",
            "in_reply_to_id": comment.in_reply_to, "reactions": self.reactions_json(&api, &[]),
        })
    }
}
