//! Repositories, commits, labels.

use serde_json::{Map, Value, json};

use super::{node_id, stamp};
use crate::bare::{ChangedFile, CommitInfo};
use crate::state::{Label, Level, Repository, World};

/// Sub-resources of a repository: name of the URL field and its path below the repository.
const LINKS: &[(&str, &str)] = &[
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
];

impl World {
    /// The "minimal repository": names and links, no figures.
    pub fn repository_minimal_json(&self, repository: &Repository) -> Value {
        let full = repository.full_name();
        let api = self.api(&format!("/repos/{full}"));
        let mut fields = Map::new();
        for (key, value) in [
            ("id", json!(repository.id)),
            ("node_id", node_id("R", repository.id)),
            ("name", json!(repository.name)),
            ("full_name", json!(full)),
            ("private", json!(repository.private)),
            ("owner", self.user_json(&repository.owner)),
            ("html_url", json!(self.api(&format!("/{full}")))),
            ("description", json!(repository.description)),
            ("fork", json!(false)),
            ("url", json!(api)),
        ] {
            fields.insert(key.into(), value);
        }
        for (key, path) in LINKS {
            fields.insert((*key).into(), format!("{api}{path}").into());
        }
        Value::Object(fields)
    }

    /// The full repository, without the caller's permissions.
    pub fn repository_json(&self, repository: &Repository) -> Value {
        let full = repository.full_name();
        let page = self.api(&format!("/{full}"));
        let open_issues = repository.issues.values().filter(|issue| issue.open).count();
        let mut value = self.repository_minimal_json(repository);
        let more = json!({
            "created_at": stamp(repository.created_at), "updated_at": stamp(repository.pushed_at),
            "pushed_at": stamp(repository.pushed_at),
            "git_url": format!("git://{}/{full}.git", self.url.split("://").nth(1).unwrap_or_default()),
            "ssh_url": format!("git@{}:{full}.git", self.url.split("://").nth(1).unwrap_or_default()),
            "clone_url": format!("{page}.git"), "svn_url": page, "homepage": null, "mirror_url": null,
            "size": 1024, "stargazers_count": 0, "watchers_count": 0, "language": "HCL",
            "has_issues": true, "has_projects": false, "has_downloads": true, "has_wiki": false, "has_pages": false,
            "has_discussions": false, "has_pull_requests": true, "pull_request_creation_policy": "all",
            "forks_count": 0, "archived": repository.archived, "disabled": false,
            "open_issues_count": open_issues, "license": null, "allow_forking": true, "is_template": false,
            "web_commit_signoff_required": false, "topics": [],
            "visibility": if repository.private { "private" } else { "public" },
            "forks": 0, "open_issues": open_issues, "watchers": 0, "default_branch": repository.default_branch,
        });
        merge(&mut value, more);
        value
    }

    /// The full repository as `GET /repos/{owner}/{repo}` shows it.
    pub fn repository_full_json(&self, repository: &Repository, level: Level) -> Value {
        let mut value = self.repository_json(repository);
        let more = json!({
            "permissions": {
                "admin": level >= Level::Admin, "maintain": level >= Level::Maintain, "push": level >= Level::Write,
                "triage": level >= Level::Triage, "pull": level >= Level::Read,
            },
            "allow_squash_merge": true, "allow_merge_commit": true, "allow_rebase_merge": true, "allow_auto_merge": false,
            "allow_update_branch": true, "delete_branch_on_merge": false, "network_count": 0, "subscribers_count": 1,
            "temp_clone_token": "",
        });
        merge(&mut value, more);
        if let Ok(owner) = self.account(&repository.owner) {
            value["organization"] = self.account_json(owner);
        }
        value
    }

    /// The repository as installation webhooks list it.
    pub fn repository_short_json(&self, repository: &Repository) -> Value {
        json!({
            "id": repository.id, "node_id": node_id("R", repository.id), "name": repository.name,
            "full_name": repository.full_name(), "private": repository.private,
        })
    }

    /// A label.
    pub fn label_json(&self, repository: &Repository, label: &Label) -> Value {
        json!({
            "id": label.id, "node_id": node_id("LA", label.id),
            "url": self.api(&format!("/repos/{}/labels/{}", repository.full_name(), label.name.replace(' ', "%20"))),
            "name": label.name, "color": label.color, "default": false, "description": label.description,
        })
    }

    /// A commit of the git data API.
    pub fn git_commit_json(&self, repository: &Repository, commit: &CommitInfo) -> Value {
        let api = self.api(&format!("/repos/{}", repository.full_name()));
        let page = self.api(&format!("/{}", repository.full_name()));
        let who = json!({ "name": commit.name, "email": commit.email, "date": commit.date });
        let parents: Vec<Value> = commit
            .parents
            .iter()
            .map(|sha| {
                json!({
                    "sha": sha, "url": format!("{api}/git/commits/{sha}"), "html_url": format!("{page}/commit/{sha}"),
                })
            })
            .collect();
        json!({
            "sha": commit.sha, "node_id": format!("C_kwDO{}", commit.sha), "url": format!("{api}/git/commits/{}", commit.sha),
            "html_url": format!("{page}/commit/{}", commit.sha), "author": who, "committer": who,
            "tree": { "sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree) },
            "message": commit.message, "parents": parents, "verification": verification_json(repository, commit),
        })
    }

    /// A commit of the repository API.
    pub fn commit_json(&self, repository: &Repository, commit: &CommitInfo) -> Value {
        let api = self.api(&format!("/repos/{}", repository.full_name()));
        let page = self.api(&format!("/{}", repository.full_name()));
        let who = json!({ "name": commit.name, "email": commit.email, "date": commit.date });
        let account = self.account(&commit.name).map_or(Value::Null, |account| self.account_json(account));
        let parents: Vec<Value> = commit
            .parents
            .iter()
            .map(|sha| {
                json!({
                    "sha": sha, "url": format!("{api}/commits/{sha}"), "html_url": format!("{page}/commit/{sha}"),
                })
            })
            .collect();
        json!({
            "sha": commit.sha, "node_id": format!("C_kwDO{}", commit.sha), "url": format!("{api}/commits/{}", commit.sha),
            "html_url": format!("{page}/commit/{}", commit.sha), "comments_url": format!("{api}/commits/{}/comments", commit.sha),
            "commit": {
                "author": who, "committer": who, "message": commit.message, "comment_count": 0,
                "url": format!("{api}/git/commits/{}", commit.sha),
                "tree": { "sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree) },
                "verification": verification_json(repository, commit),
            },
            "author": account, "committer": account, "parents": parents,
        })
    }

    /// A commit as push webhooks list it.
    pub fn push_commit_json(&self, repository: &Repository, commit: &CommitInfo, files: &[ChangedFile]) -> Value {
        let paths =
            |status: &str| -> Vec<&str> { files.iter().filter(|file| file.status == status).map(|file| file.path.as_str()).collect() };
        let who = json!({ "name": commit.name, "email": commit.email, "username": commit.name });
        json!({
            "id": commit.sha, "tree_id": commit.tree, "distinct": true, "message": commit.message, "timestamp": commit.date,
            "url": self.api(&format!("/{}/commit/{}", repository.full_name(), commit.sha)),
            "author": who, "committer": who,
            "added": paths("added"), "removed": paths("removed"), "modified": paths("modified"),
        })
    }

    /// A changed file of a pull request, commit or comparison.
    pub fn file_json(&self, repository: &Repository, head: &str, file: &ChangedFile) -> Value {
        let api = self.api(&format!("/repos/{}", repository.full_name()));
        let page = self.api(&format!("/{}", repository.full_name()));
        let sha = repository.git.resolve(&format!("{head}:{}", file.path));
        let mut value = json!({
            "sha": sha, "filename": file.path, "status": file.status, "additions": file.additions,
            "deletions": file.deletions, "changes": file.additions + file.deletions,
            "blob_url": format!("{page}/blob/{head}/{}", file.path), "raw_url": format!("{page}/raw/{head}/{}", file.path),
            "contents_url": format!("{api}/contents/{}?ref={head}", file.path),
        });
        if let Some(patch) = &file.patch {
            value["patch"] = patch.clone().into();
        }
        if let Some(previous) = &file.previous {
            value["previous_filename"] = previous.clone().into();
        }
        value
    }
}

/// Commits made through the API by an app, and merges made by the button, are signed by GitHub; pushed ones are not.
fn verification_json(repository: &Repository, commit: &CommitInfo) -> Value {
    let signed = repository.signed.contains(&commit.sha);
    json!({
        "verified": signed, "reason": if signed { "valid" } else { "unsigned" },
        "signature": null, "payload": null, "verified_at": null,
    })
}

/// Title and body of a commit message.
pub fn split_message(message: &str) -> (&str, &str) {
    message.split_once('\n').map_or((message, ""), |(title, body)| (title, body.trim()))
}

/// Adds the fields of one object to another.
fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}
