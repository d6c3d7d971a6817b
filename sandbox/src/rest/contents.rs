//! Files through the API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answer, Call, repositories};
use crate::bare::{CommitText, FileChange, TreeEntry};
use crate::error::{ApiError, Outcome};

/// Files above this are listed without content.
const LARGEST_INLINE: u64 = 1_048_576;

fn commit_of(call: &Call<'_>) -> Outcome<String> {
    let repository = call.repo()?;
    let name = call.asked("ref").unwrap_or(&repository.default_branch);
    let missing = || ApiError::new(404, format!("No commit found for the ref {name}"));
    repository.git.commit_id(name.trim_start_matches("refs/heads/")).ok_or_else(missing)
}

pub fn get(call: &mut Call<'_>) -> Outcome<Answer> {
    if call.repo()?.is_empty() {
        return Err(ApiError::new(404, "This repository is empty."));
    }
    let commit = commit_of(call)?;
    let path = call.param("path").trim_matches('/').to_string();
    let repository = call.repo()?;
    if path.is_empty() {
        return listing(call, &commit, "");
    }
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let folder = if parent.is_empty() { commit.clone() } else { format!("{commit}:{parent}") };
    if repository.git.resolve(&folder).is_none() {
        return Err(ApiError::not_found());
    }
    let entries = repository.git.tree(&folder, false)?;
    let entry = entries.into_iter().find(|entry| entry.path == name).ok_or_else(ApiError::not_found)?;
    if entry.kind == "tree" {
        return listing(call, &commit, &path);
    }
    let bytes = repository.git.read_blob(&entry.sha).unwrap_or_default();
    if call.headers.get("accept").is_some_and(|accept| accept.contains("raw")) {
        return Answer::raw("application/vnd.github.raw; charset=utf-8", bytes);
    }
    let mut value = entry_json(call, &commit, &path, &entry)?;
    let large = entry.size.unwrap_or(0) > LARGEST_INLINE;
    value["encoding"] = if large { "none" } else { "base64" }.into();
    value["content"] = if large { String::new() } else { wrapped(&bytes) }.into();
    if entry.mode == "120000" {
        value["type"] = "symlink".into();
        value["target"] = String::from_utf8_lossy(&bytes).into_owned().into();
    }
    Answer::ok(value)
}

/// Base64 in lines of 60, as GitHub sends it.
fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut lines = String::new();
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 60 == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

fn listing(call: &Call<'_>, commit: &str, path: &str) -> Outcome<Answer> {
    let folder = if path.is_empty() { commit.to_string() } else { format!("{commit}:{path}") };
    let entries = call.repo()?.git.tree(&folder, false)?;
    let list: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let full = if path.is_empty() { entry.path.clone() } else { format!("{path}/{}", entry.path) };
            entry_json(call, commit, &full, entry)
        })
        .collect::<Outcome<_>>()?;
    Answer::ok(Value::Array(list))
}

fn entry_json(call: &Call<'_>, commit: &str, path: &str, entry: &TreeEntry) -> Outcome<Value> {
    let full = call.repo()?.full_name();
    let api = call.world.api(&format!("/repos/{full}/contents/{path}?ref={commit}"));
    let kind = if entry.kind == "tree" { "tree" } else { "blob" };
    let page = call.world.api(&format!("/{full}/{kind}/{commit}/{path}"));
    let git = call.world.api(&format!("/repos/{full}/git/{kind}s/{}", entry.sha));
    Ok(json!({
        "type": if kind == "tree" { "dir" } else { "file" }, "size": entry.size.unwrap_or(0),
        "name": path.rsplit('/').next().unwrap_or(path), "path": path, "sha": entry.sha, "url": api, "git_url": git, "html_url": page,
        "download_url": (kind == "blob").then(|| call.world.api(&format!("/{full}/raw/{commit}/{path}"))),
        "_links": { "self": api, "git": git, "html": page },
    }))
}

fn change(call: &mut Call<'_>, content: Option<Vec<u8>>) -> Outcome<Answer> {
    let path = call.param("path").to_string();
    let message = call.required("Commit", "message")?;
    let actor = call.actor();
    let repository = call.world.writable(call.repository)?;
    let branch = call.text("branch").unwrap_or_else(|| repository.default_branch.clone());
    let tip = repository.branch(&branch).cloned();
    if tip.is_none() && !repository.is_empty() {
        return Err(ApiError::new(404, format!("Branch {branch} not found")));
    }
    let present = tip.as_ref().and_then(|tip| repository.git.resolve(&format!("{tip}:{path}")));
    let sent = call.text("sha");
    match (&present, &sent) {
        (Some(_), None) => return Err(ApiError::new(422, "Invalid request.\n\n\"sha\" wasn't supplied.")),
        (Some(present), Some(sent)) if present != sent => return Err(ApiError::new(409, format!("{path} does not match {sent}"))),
        (None, _) if content.is_none() => return Err(ApiError::not_found()),
        _ => {}
    }
    let text: CommitText = crate::act::author(call.world, &actor, &message);
    let file = FileChange { path: path.clone(), content: content.clone(), mode: "100644" };
    let repository = call.repo()?;
    let sha = repository.git.commit(&format!("refs/heads/{branch}"), tip.as_deref(), &[file], &text)?;
    call.world.repository_mut(call.repository)?.signed.insert(sha.clone());
    call.world.notice_push(call.repository, &actor)?;
    let repository = call.repo()?;
    let commit = call.world.git_commit_json(repository, &repository.git.commit_info(&sha)?);
    let entry = repository.git.tree(&sha, true)?.into_iter().find(|entry| entry.path == path);
    let shown = match entry {
        Some(entry) => entry_json(call, &sha, &path, &entry)?,
        None => Value::Null,
    };
    let status = if present.is_none() { 201 } else { 200 };
    Ok(Answer::json(status, json!({ "content": shown, "commit": commit })))
}

pub fn put(call: &mut Call<'_>) -> Outcome<Answer> {
    let content = call.required("Commit", "content")?;
    let packed: String = content.split_whitespace().collect();
    let bytes = STANDARD.decode(packed).map_err(|_| ApiError::new(422, "content is not valid Base64"))?;
    change(call, Some(bytes))
}

pub fn delete(call: &mut Call<'_>) -> Outcome<Answer> {
    change(call, None)
}

/// The places GitHub looks for CODEOWNERS, in its order.
const CODEOWNERS: &[&str] = &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Reports owners that cannot be resolved. Pattern errors are not looked for.
pub fn codeowners_errors(call: &mut Call<'_>) -> Outcome<Answer> {
    repositories::refuse_empty(call)?;
    let commit = commit_of(call)?;
    let repository = call.repo()?;
    let found = CODEOWNERS.iter().find_map(|path| Some((*path, repository.git.read(&commit, path)?)));
    let (path, bytes) = found.ok_or_else(ApiError::not_found)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_text = line.split('#').next().unwrap_or_default();
        for owner in line_text.split_whitespace().skip(1).filter(|owner| !knows_owner(call, owner)) {
            let column = line.find(owner).unwrap_or(0) + 1;
            errors.push(json!({
                "line": index + 1, "column": column, "source": line, "kind": "Unknown owner",
                "suggestion": format!("make sure {owner} exists and has write access to the repository"),
                "message": format!("Unknown owner on line {}: make sure {owner} exists and has write access to the repository\n\n  {line}", index + 1),
                "path": path,
            }));
        }
    }
    Answer::ok(json!({ "errors": errors }))
}

fn knows_owner(call: &Call<'_>, owner: &str) -> bool {
    let Ok(repository) = call.repo() else { return false };
    let Some(name) = owner.strip_prefix('@') else { return owner.contains('@') };
    match name.split_once('/') {
        Some((organization, slug)) => call.world.account(organization).is_ok_and(|account| {
            account
                .teams
                .get(slug)
                .and_then(|team| team.repositories.get(&repository.id))
                .is_some_and(|level| *level >= crate::state::Level::Write)
        }),
        None => call.world.level(repository, name) >= crate::state::Level::Write,
    }
}
