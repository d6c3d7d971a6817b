//! One issue or pull request.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::browse::state;
use super::layout::{ago, escape, face, labels, missing, page, repository_head, user_choice};
use super::{diff, markdown};
use crate::state::{CheckRun, Issue, Pull, Reaction, Repository, World};

/// The page of a thread.
pub fn show(world: &World, repository: &Repository, number: &str) -> Response {
    let Some(issue) = number.parse().ok().and_then(|number: u64| repository.issues.get(&number)) else { return missing() };
    let (class, word) = state(issue);
    let tab = if issue.pull.is_some() { "Pull requests" } else { "Issues" };
    let line = match &issue.pull {
        Some(pull) => format!(
            "<b>{}</b> wants to merge into <span class=\"branch\">{}</span> from <span class=\"branch\">{}</span>",
            escape(&issue.author),
            escape(&pull.base_ref),
            escape(&pull.head_ref)
        ),
        None => format!("<b>{}</b> opened this issue {} · {} comments", escape(&issue.author), ago(issue.created_at), issue.comments.len()),
    };
    let mut main = said(&issue.author, issue.created_at, &issue.body, &issue.reactions);
    main.push_str(&timeline(issue));
    if let Some(pull) = &issue.pull {
        main.push_str(&checks(repository, pull));
        main.push_str(&merge_box(world, repository, issue, pull));
    }
    main.push_str(&comment_form(world, repository, issue));
    let files = issue.pull.as_ref().map_or(String::new(), |pull| {
        let files = world.pull_files(repository, pull);
        format!("<h3 class=\"part\" id=\"files\">Files changed ({})</h3>{}", files.len(), diff::files(&files))
    });
    let body = format!(
        "{}<h1 class=\"subject\">{} <span class=\"no\">#{}</span></h1><span class=\"state {class}\">{word}</span><span class=\"meta\">{line}</span>\
         <div class=\"two\"><div class=\"thread\">{main}</div><div class=\"side\">{}</div></div>{files}",
        repository_head(repository, tab),
        escape(&issue.title),
        issue.number,
        side(repository, issue)
    );
    page(&issue.title, &body)
}

fn said(author: &str, at: DateTime<Utc>, body: &str, reactions: &[Reaction]) -> String {
    let text = if body.trim().is_empty() { "<i class=\"meta\">No description.</i>".into() } else { markdown::render(body) };
    format!(
        "<div class=\"box\"><div class=\"head\">{}<b>{}</b> commented {}</div><div class=\"body\"><div class=\"md\">{text}</div>{}</div></div>",
        face(author),
        escape(author),
        ago(at),
        reacted(reactions)
    )
}

fn reacted(reactions: &[Reaction]) -> String {
    const SIGNS: &[(&str, &str)] = &[
        ("+1", "👍"),
        ("-1", "👎"),
        ("laugh", "😄"),
        ("hooray", "🎉"),
        ("confused", "😕"),
        ("heart", "❤️"),
        ("rocket", "🚀"),
        ("eyes", "👀"),
    ];
    let shown: String = SIGNS
        .iter()
        .filter_map(|(name, sign)| {
            let count = reactions.iter().filter(|one| one.content == *name).count();
            (count > 0).then(|| format!("<span>{sign} {count}</span>"))
        })
        .collect();
    if shown.is_empty() { shown } else { format!("<div class=\"react\">{shown}</div>") }
}

/// Comments, reviews and the end, in order of time.
fn timeline(issue: &Issue) -> String {
    let mut items: Vec<(DateTime<Utc>, String)> = Vec::new();
    for comment in &issue.comments {
        items.push((comment.created_at, said(&comment.author, comment.created_at, &comment.body, &comment.reactions)));
    }
    let event = |who: &str, what: &str, at: DateTime<Utc>| {
        format!("<div class=\"event\">{} <b>{}</b> {what} · {}</div>", face(who), escape(who), ago(at))
    };
    for review in issue.pull.iter().flat_map(|pull| &pull.reviews) {
        let what = match review.state.as_str() {
            "APPROVED" => "<span class=\"plus\">approved</span> these changes",
            "CHANGES_REQUESTED" => "<span class=\"minus\">asked for changes</span>",
            _ => "reviewed",
        };
        items.push((review.submitted_at, event(&review.user, what, review.submitted_at)));
    }
    if let (Some(at), Some(who)) = (issue.closed_at, &issue.closed_by) {
        let merged = issue.pull.as_ref().and_then(|pull| pull.merge_commit_sha.as_deref().zip(Some(&pull.base_ref)));
        let what = match merged {
            Some((sha, base)) => {
                format!("merged commit <code>{}</code> into <span class=\"branch\">{}</span>", sha.get(..7).unwrap_or(sha), escape(base))
            }
            None => "closed this".into(),
        };
        items.push((at, event(who, &what, at)));
    }
    items.sort_by_key(|(at, _)| *at);
    items.into_iter().map(|(_, html)| html).collect()
}

fn checks(repository: &Repository, pull: &Pull) -> String {
    let commits = [Some(&pull.head_sha), pull.merge_commit_sha.as_ref()];
    let shown: Vec<&CheckRun> = repository.checks.iter().filter(|check| commits.contains(&Some(&check.head_sha))).collect();
    let statuses = repository.statuses.iter().filter(|status| status.sha == pull.head_sha);
    let mut rows: String = shown.iter().map(|check| {
        let (class, sign) = match check.conclusion.as_deref() {
            Some("success") => ("success", "✓"),
            Some("failure" | "timed_out" | "action_required") => ("failure", "✕"),
            Some(_) => ("neutral", "–"),
            None => ("", "•"),
        };
        let title = check.output.get("title").and_then(serde_json::Value::as_str).unwrap_or(&check.status);
        let summary = check.output.get("summary").and_then(serde_json::Value::as_str).map_or(String::new(), markdown::render);
        format!(
            "<div class=\"row\"><span class=\"dot {class}\">{sign}</span><details><summary><b>{}</b> <span class=\"meta\">{}</span></summary>\
             <div class=\"md\" style=\"padding:8px 0\">{summary}</div></details></div>",
            escape(&check.name), escape(title)
        )
    }).collect();
    rows.extend(statuses.map(|status| {
        format!(
            "<div class=\"row\"><span class=\"dot {}\"></span><b>{}</b> <span class=\"meta\">{}</span></div>",
            escape(&status.state),
            escape(&status.context),
            escape(status.description.as_deref().unwrap_or_default())
        )
    }));
    if rows.is_empty() { rows } else { format!("<div class=\"box checks\"><div class=\"head\"><b>Checks</b></div>{rows}</div>") }
}

fn action(repository: &Repository, issue: &Issue, name: &str) -> String {
    let kind = if issue.pull.is_some() { "pull" } else { "issues" };
    format!("/{}/{kind}/{}/{name}", escape(&repository.full_name()), issue.number)
}

fn merge_box(world: &World, repository: &Repository, issue: &Issue, pull: &Pull) -> String {
    if !issue.open {
        return String::new();
    }
    let possible = world.mergeable(repository, pull);
    let button = |name: &str, words: &str, class: &str, enabled: bool| {
        let disabled = if enabled { "" } else { " disabled" };
        format!("<button class=\"{class}\" formaction=\"{}\"{disabled}>{words}</button>", action(repository, issue, name))
    };
    let (class, words) = match (possible, pull.draft) {
        (_, true) => ("no", "This pull request is a draft."),
        (true, false) => ("", "No conflicts with the base branch."),
        (false, false) => ("no", "This branch has conflicts that must be resolved."),
    };
    let ready = if pull.draft { button("ready", "Ready for review", "", true) } else { String::new() };
    format!(
        "<form class=\"mergebox {class}\" method=\"post\"><span style=\"margin-right:auto\">{words}</span>{}{ready}{}{}</form>",
        user_choice(world, repository),
        button("approve", "Approve", "", true),
        button("merge", "Merge pull request", "go", possible && !pull.draft),
    )
}

fn comment_form(world: &World, repository: &Repository, issue: &Issue) -> String {
    let (name, button) = if issue.open { ("close", "Close") } else { ("reopen", "Reopen") };
    let merged = issue.pull.as_ref().is_some_and(|pull| pull.merged_at.is_some());
    let other =
        if merged { String::new() } else { format!("<button formaction=\"{}\">{button}</button>", action(repository, issue, name)) };
    format!(
        "<div class=\"box\"><div class=\"body\"><form method=\"post\" action=\"{}\"><textarea name=\"body\" placeholder=\"Leave a comment, for example /remediate help\">\
         </textarea><div style=\"display:flex;gap:8px;margin-top:10px;justify-content:flex-end;align-items:center\">{}{other}<button class=\"go\">Comment</button></div></form></div></div>",
        action(repository, issue, "comment"),
        user_choice(world, repository)
    )
}

fn side(repository: &Repository, issue: &Issue) -> String {
    let section = |title: &str, body: String| {
        let body = if body.is_empty() { "<span class=\"meta\">None</span>".into() } else { body };
        format!("<section><h4>{title}</h4>{body}</section>")
    };
    let mut html = String::new();
    if let Some(pull) = &issue.pull {
        let mut people: String = pull
            .reviewers
            .iter()
            .map(|login| format!("<div class=\"who\">{}{} <span class=\"dot\" title=\"asked\"></span></div>", face(login), escape(login)))
            .collect();
        people.extend(pull.teams.iter().map(|slug| {
            format!(
                "<div class=\"who\">{}{}/{} <span class=\"dot\" title=\"asked\"></span></div>",
                face(slug),
                escape(&repository.owner),
                escape(slug)
            )
        }));
        people.extend(pull.reviews.iter().filter(|review| review.state != "COMMENTED").map(|review| {
            let (class, sign) = if review.state == "APPROVED" { ("success", "✓") } else { ("failure", "✕") };
            format!("<div class=\"who\">{}{} <span class=\"dot {class}\">{sign}</span></div>", face(&review.user), escape(&review.user))
        }));
        html.push_str(&section("Reviewers", people));
    }
    html.push_str(&section(
        "Assignees",
        issue.assignees.iter().map(|login| format!("<div class=\"who\">{}{}</div>", face(login), escape(login))).collect(),
    ));
    html.push_str(&section("Labels", labels(repository, issue)));
    html
}

/// The form for a new issue.
pub fn new_issue(world: &World, repository: &Repository) -> Response {
    let body = format!(
        "{}<div class=\"box\"><div class=\"head\"><b>New issue</b></div><div class=\"body\"><form method=\"post\" action=\"/{}/issues/new\">\
         <p><input type=\"text\" name=\"title\" placeholder=\"Title\"></p><p><textarea name=\"body\" placeholder=\"What is it about?\" style=\"min-height:220px\"></textarea></p>\
         {} <button class=\"go\">Open issue</button></form></div></div>",
        repository_head(repository, "Issues"),
        escape(&repository.full_name()),
        user_choice(world, repository)
    );
    page("New issue", &body)
}

/// The diff of a pull request as text.
pub fn raw_diff(world: &World, repository: &Repository, number: &str) -> Response {
    let pull = number.parse().ok().and_then(|number| world.pull(repository.id, number).ok());
    let diff =
        pull.and_then(|pull| repository.git.bytes(&["diff", "--no-color", &format!("{}...{}", pull.base_sha, pull.head_sha)], None).ok());
    match diff {
        Some(diff) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], diff).into_response()
        }
        None => missing(),
    }
}
