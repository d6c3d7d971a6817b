//! Repositories, branches, commits, comparisons, labels.

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::bare::CommitInfo;
use crate::error::{ApiError, Outcome};
use crate::state::{Label, Level};

pub fn get(call: &mut Call<'_>) -> Outcome<Answer> {
    let level = if call.has("contents:write") { Level::Write } else { Level::Read };
    Answer::ok(call.world.repository_full_json(call.repo()?, level))
}

/// 409 while nothing has been pushed.
pub fn refuse_empty(call: &Call<'_>) -> Outcome<()> {
    if call.repo()?.is_empty() { Err(ApiError::new(409, "Git Repository is empty.")) } else { Ok(()) }
}

fn short_branch(call: &Call<'_>, name: &str, sha: &str) -> Outcome<Value> {
    let api = call.world.api(&format!("/repos/{}", call.repo()?.full_name()));
    Ok(json!({ "name": name, "commit": { "sha": sha, "url": format!("{api}/commits/{sha}") }, "protected": false }))
}

pub fn branches(call: &mut Call<'_>) -> Outcome<Answer> {
    let heads = call.repo()?.references.iter().filter_map(|(name, sha)| Some((name.strip_prefix("refs/heads/")?, sha)));
    let list: Vec<Value> = heads.map(|(name, sha)| short_branch(call, name, sha)).collect::<Outcome<_>>()?;
    Ok(call.page(&list, |_, one| one.clone()))
}

pub fn branch(call: &mut Call<'_>) -> Outcome<Answer> {
    let name = call.param("branch");
    let repository = call.repo()?;
    let sha = repository.branch(name).ok_or_else(|| ApiError::new(404, "Branch not found"))?;
    let api = call.world.api(&format!("/repos/{}/branches/{name}", repository.full_name()));
    let commit = repository.git.commit_info(sha)?;
    Answer::ok(json!({
        "name": name, "commit": call.world.commit_json(repository, &commit), "protected": false, "protection_url": format!("{api}/protection"),
        "_links": { "self": api, "html": call.world.api(&format!("/{}/tree/{name}", repository.full_name())) },
        "protection": { "enabled": false, "required_status_checks": { "enforcement_level": "off", "contexts": [], "checks": [] } },
    }))
}

pub fn commits(call: &mut Call<'_>) -> Outcome<Answer> {
    refuse_empty(call)?;
    let repository = call.repo()?;
    let from = call.asked("sha").unwrap_or(&repository.default_branch);
    let from = repository.git.commit_id(from).ok_or_else(ApiError::not_found)?;
    let mut arguments = vec!["--max-count=500", &from, "--"];
    arguments.extend(call.asked("path"));
    let list: Vec<CommitInfo> = repository.git.log(&arguments)?;
    let id = call.repository;
    Ok(call.page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |repository| world.commit_json(repository, one))))
}

pub fn commit(call: &mut Call<'_>) -> Outcome<Answer> {
    refuse_empty(call)?;
    let repository = call.repo()?;
    let name = call.param("ref");
    let sha = repository.git.commit_id(name).ok_or_else(|| ApiError::new(422, format!("No commit found for SHA: {name}")))?;
    if call.headers.get("accept").is_some_and(|accept| accept.contains("sha")) {
        return Answer::raw("application/vnd.github.sha", sha.into_bytes());
    }
    let commit = repository.git.commit_info(&sha)?;
    let files = match commit.parents.first() {
        Some(parent) => repository.git.changed_files(parent, &sha)?,
        None => Vec::new(),
    };
    let (added, removed) = (files.iter().map(|f| f.additions).sum::<u64>(), files.iter().map(|f| f.deletions).sum::<u64>());
    let mut value = call.world.commit_json(repository, &commit);
    value["stats"] = json!({ "additions": added, "deletions": removed, "total": added + removed });
    value["files"] = files.iter().map(|file| call.world.file_json(repository, &sha, file)).collect();
    Answer::ok(value)
}

pub fn compare(call: &mut Call<'_>) -> Outcome<Answer> {
    let repository = call.repo()?;
    let (base, head) = call.param("basehead").split_once("...").ok_or_else(ApiError::not_found)?;
    let find = |name: &str| repository.git.commit_id(name).ok_or_else(ApiError::not_found);
    let (base, head) = (find(base)?, find(head)?);
    let merge_base =
        repository.git.merge_base(&base, &head).ok_or_else(|| ApiError::new(404, "No common ancestor between the two commits"))?;
    let (behind, ahead) = repository.git.divergence(&base, &head)?;
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let commits = repository.git.log(&["--reverse", "--max-count=250", &format!("{base}..{head}")])?;
    let files = repository.git.changed_files(&merge_base, &head)?;
    let url = call.world.api(&format!("/repos/{}/compare/{base}...{head}", repository.full_name()));
    let page = call.world.api(&format!("/{}/compare/{base}...{head}", repository.full_name()));
    Answer::ok(json!({
        "url": url, "html_url": page, "permalink_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
        "base_commit": call.world.commit_json(repository, &repository.git.commit_info(&base)?),
        "merge_base_commit": call.world.commit_json(repository, &repository.git.commit_info(&merge_base)?),
        "status": status, "ahead_by": ahead, "behind_by": behind, "total_commits": ahead,
        "commits": commits.iter().map(|one| call.world.commit_json(repository, one)).collect::<Vec<_>>(),
        "files": files.iter().map(|file| call.world.file_json(repository, &head, file)).collect::<Vec<_>>(),
    }))
}

pub fn labels(call: &mut Call<'_>) -> Outcome<Answer> {
    let list: Vec<Label> = call.repo()?.labels.clone();
    let id = call.repository;
    Ok(call.page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |repository| world.label_json(repository, one))))
}

fn find_label(call: &Call<'_>) -> Outcome<Label> {
    let name = call.param("name");
    let labels = &call.repo()?.labels;
    labels.iter().find(|label| label.name.eq_ignore_ascii_case(name)).cloned().ok_or_else(ApiError::not_found)
}

pub fn label(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_label(call)?;
    Answer::ok(call.world.label_json(call.repo()?, &found))
}

fn checked_color(call: &Call<'_>) -> Outcome<Option<String>> {
    let Some(color) = call.text("color") else { return Ok(None) };
    if color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(color));
    }
    Err(ApiError::invalid("Label", "color", "invalid", ""))
}

fn checked_description(call: &Call<'_>) -> Outcome<Option<String>> {
    let description = call.text("description");
    if description.as_ref().is_some_and(|text| text.chars().count() > 100) {
        return Err(ApiError::invalid("Label", "description", "custom", "description is too long (maximum is 100 characters)"));
    }
    Ok(description)
}

pub fn create_label(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let name = call.required("Label", "name")?;
    if name.trim().is_empty() || name.chars().count() > 50 {
        return Err(ApiError::invalid("Label", "name", "invalid", ""));
    }
    if call.repo()?.labels.iter().any(|label| label.name.eq_ignore_ascii_case(&name)) {
        return Err(ApiError::invalid("Label", "name", "already_exists", ""));
    }
    let color = checked_color(call)?.unwrap_or_else(|| "ededed".into());
    let description = checked_description(call)?.unwrap_or_default();
    let label = call.world.ensure_label(call.repository, &name, &color, &description)?;
    Answer::created(call.world.label_json(call.repo()?, &label))
}

pub fn update_label(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let mut label = find_label(call)?;
    label.color = checked_color(call)?.unwrap_or(label.color);
    label.description = checked_description(call)?.unwrap_or(label.description);
    let former = label.name.clone();
    label.name = call.text("new_name").unwrap_or(label.name);
    let changed = call.world.repository_mut(call.repository)?;
    for one in changed.labels.iter_mut().filter(|one| one.id == label.id) {
        *one = label.clone();
    }
    for issue in changed.issues.values_mut() {
        if issue.labels.remove(&former) {
            issue.labels.insert(label.name.clone());
        }
    }
    Answer::ok(call.world.label_json(call.repo()?, &label))
}

pub fn delete_label(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let label = find_label(call)?;
    let changed = call.world.repository_mut(call.repository)?;
    changed.labels.retain(|one| one.id != label.id);
    for issue in changed.issues.values_mut() {
        issue.labels.remove(&label.name);
    }
    Answer::nothing()
}
