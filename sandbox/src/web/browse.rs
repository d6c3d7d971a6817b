//! Lists, code and commits.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::layout::{ago, escape, face, labels, missing, page, repository_head};
use super::{diff, markdown};
use crate::bare::TreeEntry;
use crate::state::{AccountKind, Issue, Repository, World};

fn repository_rows<'a>(repositories: impl Iterator<Item = &'a Repository>) -> String {
    repositories
        .map(|one| {
            let open = one.pulls().filter(|issue| issue.open).count();
            let full = escape(&one.full_name());
            format!(
                "<div class=\"row\"><div><a class=\"title\" href=\"/{full}\">{full}</a><div class=\"meta\">{}</div></div>\
             <span class=\"end\">{open} open pull requests</span></div>",
                escape(&one.description)
            )
        })
        .collect()
}

/// All organisations and their repositories.
pub fn home(world: &World) -> Response {
    let organizations = world.accounts.values().filter(|account| account.kind == AccountKind::Organization);
    let boxes: String = organizations
        .map(|account| {
            let rows = repository_rows(world.repositories.values().filter(|one| one.owner == account.login));
            format!("<div class=\"box\"><div class=\"head\">{}<b>{}</b></div>{rows}</div>", face(&account.login), escape(&account.login))
        })
        .collect();
    page("Sandbox", &boxes)
}

/// The repositories of an account.
pub fn owner(world: &World, login: &str) -> Response {
    let Ok(account) = world.account(login) else { return missing() };
    let rows = repository_rows(world.repositories.values().filter(|one| one.owner == account.login));
    let teams: String = account
        .teams
        .values()
        .map(|team| {
            let people: Vec<String> = team.members.iter().map(|login| escape(login)).collect();
            format!(
                "<div class=\"row\"><b>@{}/{}</b><span class=\"end\">{}</span></div>",
                escape(&account.login),
                escape(&team.slug),
                people.join(", ")
            )
        })
        .collect();
    let teams = if teams.is_empty() { teams } else { format!("<h3 class=\"part\">Teams</h3><div class=\"box\">{teams}</div>") };
    page(&account.login, &format!("<p class=\"crumb\"><b>{}</b></p><div class=\"box\">{rows}</div>{teams}", escape(&account.login)))
}

/// The first page of a repository: its files and README.
pub fn code(world: &World, repository: &Repository) -> Response {
    let branch = &repository.default_branch;
    if repository.branch(branch).is_none() {
        let clone = world.api(&format!("/{}.git", repository.full_name()));
        let body = format!(
            "<div class=\"box\"><div class=\"blank\">This repository is empty.<br><code>git clone {}</code></div></div>",
            escape(&clone)
        );
        return page(&repository.full_name(), &(repository_head(repository, "Code") + &body));
    }
    let readme = repository.git.read(&format!("refs/heads/{branch}"), "README.md").map_or(String::new(), |text| {
        format!(
            "<div class=\"box\"><div class=\"head\"><b>README.md</b></div><div class=\"body md\">{}</div></div>",
            markdown::render(&String::from_utf8_lossy(&text))
        )
    });
    let body = listing(repository, branch, "").unwrap_or_default();
    page(&repository.full_name(), &(repository_head(repository, "Code") + &body + &readme))
}

fn listing(repository: &Repository, reference: &str, path: &str) -> Option<String> {
    let commit = repository.git.commit_id(reference)?;
    let mut entries = repository.git.tree(&format!("{commit}:{path}"), false).ok()?;
    entries.sort_by_key(|entry| (entry.kind != "tree", entry.path.clone()));
    let info = repository.git.commit_info(&commit).ok()?;
    let full = repository.full_name();
    let row = |entry: &TreeEntry| {
        let (kind, icon) = if entry.kind == "tree" { ("tree", "📁") } else { ("blob", "📄") };
        let below = if path.is_empty() { entry.path.clone() } else { format!("{path}/{}", entry.path) };
        let size = entry.size.map_or(String::new(), |size| format!("{size} bytes"));
        format!(
            "<div class=\"row\"><span>{icon}</span><a href=\"/{full}/{kind}/{}/{}\">{}</a><span class=\"end\">{size}</span></div>",
            escape(&reference.replace('/', "%2F")),
            escape(&below),
            escape(&entry.path)
        )
    };
    let rows: String = entries.iter().map(row).collect();
    let title = info.message.lines().next().unwrap_or_default();
    Some(format!(
        "<div class=\"box\"><div class=\"head\">{}<b>{}</b> {} <span style=\"margin-left:auto\"><span class=\"branch\">{}</span> \
         <a href=\"/{full}/commit/{commit}\"><code>{}</code></a></span></div>{rows}</div>",
        face(&info.name),
        escape(&info.name),
        escape(title),
        escape(reference),
        commit.get(..7).unwrap_or_default()
    ))
}

/// A folder.
pub fn tree(repository: &Repository, reference: &str, path: &str) -> Response {
    match listing(repository, reference, path) {
        Some(body) => page(path, &format!("{}<p class=\"meta\">{}</p>{body}", repository_head(repository, "Code"), escape(path))),
        None => missing(),
    }
}

fn bytes(repository: &Repository, reference: &str, path: &str) -> Option<Vec<u8>> {
    repository.git.read(&repository.git.commit_id(reference)?, path)
}

/// A file with line numbers.
pub fn blob(repository: &Repository, reference: &str, path: &str) -> Response {
    let Some(bytes) = bytes(repository, reference, path) else { return missing() };
    let text = String::from_utf8_lossy(&bytes);
    let rows: String = text
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let number = index + 1;
            format!("<tr id=\"L{number}\"><td class=\"n\">{number}</td><td style=\"width:auto\">{}</td></tr>", escape(line))
        })
        .collect();
    let body = format!(
        "<div class=\"box\"><div class=\"head\"><b>{}</b><span class=\"branch\">{}</span></div><table class=\"code\"><tbody>{rows}</tbody></table></div>",
        escape(path),
        escape(reference)
    );
    page(path, &(repository_head(repository, "Code") + &body))
}

/// A file as it is, always as plain text.
pub fn raw(repository: &Repository, reference: &str, path: &str) -> Response {
    match bytes(repository, reference, path) {
        Some(bytes) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], bytes).into_response()
        }
        None => missing(),
    }
}

/// One commit with its diff.
pub fn commit(repository: &Repository, sha: &str) -> Response {
    let Some(sha) = repository.git.commit_id(sha) else { return missing() };
    let Ok(info) = repository.git.commit_info(&sha) else { return missing() };
    let files = info.parents.first().and_then(|parent| repository.git.changed_files(parent, &sha).ok()).unwrap_or_default();
    let verified = if repository.signed.contains(&sha) { "<span class=\"tag\" style=\"color:var(--green)\">Verified</span>" } else { "" };
    let (title, rest) = crate::shape::split_message(&info.message);
    let body = format!(
        "<div class=\"box\"><div class=\"head\">{}<b>{}</b> <code>{}</code>{verified}</div><div class=\"body\"><b>{}</b><pre>{}</pre></div></div>{}",
        face(&info.name),
        escape(&info.name),
        sha.get(..10).unwrap_or_default(),
        escape(title),
        escape(rest),
        diff::files(&files)
    );
    page(title, &(repository_head(repository, "Code") + &body))
}

/// The state of a thread: class and word.
pub fn state(issue: &Issue) -> (&'static str, &'static str) {
    match (&issue.pull, issue.open) {
        (Some(pull), false) if pull.merged_at.is_some() => ("merged", "Merged"),
        (Some(pull), true) if pull.draft => ("draft", "Draft"),
        (_, true) => ("open", "Open"),
        (Some(_), false) => ("closed", "Closed"),
        (None, false) => ("done", "Closed"),
    }
}

/// The issues or the pull requests.
pub fn threads(repository: &Repository, pulls: bool) -> Response {
    let full = repository.full_name();
    let mut found: Vec<&Issue> = repository.issues.values().filter(|issue| issue.pull.is_some() == pulls).collect();
    found.sort_by_key(|issue| (!issue.open, std::cmp::Reverse(issue.number)));
    let kind = if pulls { "pull" } else { "issues" };
    let rows: String = found
        .iter()
        .map(|issue| {
            let (class, word) = state(issue);
            format!(
                "<div class=\"row\"><span class=\"state {class}\" style=\"font-size:11.5px;padding:1px 9px\">{word}</span><div>\
             <a class=\"title\" href=\"/{full}/{kind}/{}\">{}</a> {}<div class=\"meta\">#{} by {} · {}</div></div>\
             <span class=\"end\">💬 {}</span></div>",
                issue.number,
                escape(&issue.title),
                labels(repository, issue),
                issue.number,
                escape(&issue.author),
                ago(issue.created_at),
                issue.comments.len()
            )
        })
        .collect();
    let rows = if rows.is_empty() { "<div class=\"blank\">Nothing yet.</div>".into() } else { rows };
    let new = if pulls { String::new() } else { format!("<p><a class=\"button\" href=\"/{full}/issues/new\">New issue</a></p>") };
    let tab = if pulls { "Pull requests" } else { "Issues" };
    page(tab, &format!("{}{new}<div class=\"box\">{rows}</div>", repository_head(repository, tab)))
}
