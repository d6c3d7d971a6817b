//! Pull requests.

use serde_json::{Value, json};

use super::{node_id, stamp, stamp_or_null};
use crate::bare::ChangedFile;
use crate::state::{Issue, Pull, Repository, World};

impl World {
    /// The files a pull request changes: from where it left its base to its head.
    pub fn pull_files(&self, repository: &Repository, pull: &Pull) -> Vec<ChangedFile> {
        let from = repository.git.merge_base(&pull.base_sha, &pull.head_sha).unwrap_or_else(|| pull.base_sha.clone());
        repository.git.changed_files(&from, &pull.head_sha).unwrap_or_default()
    }

    /// Whether GitHub's button would be green: no conflicts with the base as it is now.
    pub fn mergeable(&self, repository: &Repository, pull: &Pull) -> bool {
        let base = repository.branch(&pull.base_ref).unwrap_or(&pull.base_sha);
        repository.git.merge_trees(base, &pull.head_sha).is_some()
    }

    /// One end of a pull request.
    fn end_json(&self, repository: &Repository, reference: &str, sha: &str) -> Value {
        json!({
            "label": format!("{}:{reference}", repository.owner), "ref": reference, "sha": sha,
            "user": self.user_json(&repository.owner), "repo": self.repository_json(repository),
        })
    }

    /// The pull request as lists show it.
    pub fn pull_simple_json(&self, repository: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let full = repository.full_name();
        let number = issue.number;
        let api = self.api(&format!("/repos/{full}/pulls/{number}"));
        let as_issue = self.api(&format!("/repos/{full}/issues/{number}"));
        let page = self.api(&format!("/{full}/pull/{number}"));
        let statuses = self.api(&format!("/repos/{full}/statuses/{}", pull.head_sha));
        let link = |url: &str| json!({ "href": url });
        json!({
            "url": api, "id": pull.id, "node_id": node_id("PR", pull.id), "html_url": page, "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"), "issue_url": as_issue, "number": number,
            "state": if issue.open { "open" } else { "closed" }, "locked": issue.locked, "title": issue.title,
            "user": self.user_json(&issue.author), "body": if issue.body.is_empty() { Value::Null } else { issue.body.clone().into() },
            "created_at": stamp(issue.created_at), "updated_at": stamp(issue.updated_at), "closed_at": stamp_or_null(issue.closed_at),
            "merged_at": stamp_or_null(pull.merged_at), "merge_commit_sha": pull.merge_commit_sha,
            "assignee": issue.assignees.iter().next().map(|login| self.user_json(login)),
            "assignees": self.users_json(&issue.assignees), "requested_reviewers": self.users_json(&pull.reviewers),
            "requested_teams": self.requested_teams_json(repository, pull), "labels": self.labels_json(repository, issue),
            "milestone": null, "draft": pull.draft, "commits_url": format!("{api}/commits"),
            "review_comments_url": format!("{api}/comments"), "review_comment_url": self.api(&format!("/repos/{full}/pulls/comments{{/number}}")),
            "comments_url": format!("{as_issue}/comments"), "statuses_url": statuses,
            "head": self.end_json(repository, &pull.head_ref, &pull.head_sha),
            "base": self.end_json(repository, &pull.base_ref, &pull.base_sha),
            "_links": {
                "self": link(&api), "html": link(&page), "issue": link(&as_issue), "comments": link(&format!("{as_issue}/comments")),
                "review_comments": link(&format!("{api}/comments")),
                "review_comment": link(&self.api(&format!("/repos/{full}/pulls/comments{{/number}}"))),
                "commits": link(&format!("{api}/commits")), "statuses": link(&statuses),
            },
            "author_association": self.association(repository, &issue.author), "auto_merge": null, "active_lock_reason": null,
        })
    }

    /// The pull request as `GET /pulls/{number}` and webhooks show it.
    pub fn pull_json(&self, repository: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let files = self.pull_files(repository, pull);
        let range = format!("{}..{}", pull.base_sha, pull.head_sha);
        let commits = repository.git.text(&["rev-list", "--count", &range]).ok().and_then(|count| count.parse::<u64>().ok());
        let mergeable = pull.merged_at.is_none().then(|| self.mergeable(repository, pull));
        let state = match (mergeable, pull.draft) {
            (None, _) => "unknown",
            (Some(false), _) => "dirty",
            (Some(true), true) => "draft",
            (Some(true), false) => "clean",
        };
        let mut value = self.pull_simple_json(repository, issue, pull);
        for (key, more) in [
            ("merged", json!(pull.merged_at.is_some())),
            ("mergeable", json!(mergeable)),
            ("rebaseable", json!(mergeable)),
            ("mergeable_state", json!(state)),
            ("merged_by", pull.merged_by.as_ref().map_or(Value::Null, |login| self.user_json(login))),
            ("comments", json!(issue.comments.len())),
            ("review_comments", json!(pull.review_comments.len())),
            ("maintainer_can_modify", json!(false)),
            ("commits", json!(commits.unwrap_or(0))),
            ("additions", json!(files.iter().map(|file| file.additions).sum::<u64>())),
            ("deletions", json!(files.iter().map(|file| file.deletions).sum::<u64>())),
            ("changed_files", json!(files.len())),
        ] {
            value[key] = more;
        }
        value
    }

    /// The teams asked for a review.
    pub fn requested_teams_json(&self, repository: &Repository, pull: &Pull) -> Value {
        let Ok(owner) = self.account(&repository.owner) else { return json!([]) };
        let teams = pull.teams.iter().filter_map(|slug| owner.teams.get(slug));
        teams
            .map(|team| {
                let level = team.repositories.get(&repository.id).copied().unwrap_or(crate::state::Level::Read);
                self.team_json(&owner.login, team, level)
            })
            .collect()
    }
}
