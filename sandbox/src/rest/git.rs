//! The git data API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::repositories::refuse_empty;
use super::{Answer, Call};
use crate::bare::CommitText;
use crate::error::{ApiError, Outcome};

fn reference_json(call: &Call<'_>, name: &str, sha: &str) -> Outcome<Value> {
    let api = call.world.api(&format!("/repos/{}/git", call.repo()?.full_name()));
    Ok(json!({
        "ref": name, "node_id": format!("REF_kwDO{}", hex::encode(name)), "url": format!("{api}/{name}"),
        "object": { "sha": sha, "type": "commit", "url": format!("{api}/commits/{sha}") },
    }))
}

pub fn reference(call: &mut Call<'_>) -> Outcome<Answer> {
    refuse_empty(call)?;
    let name = format!("refs/{}", call.param("ref"));
    let sha = call.repo()?.references.get(&name).cloned().ok_or_else(ApiError::not_found)?;
    Answer::ok(reference_json(call, &name, &sha)?)
}

pub fn matching(call: &mut Call<'_>) -> Outcome<Answer> {
    let start = format!("refs/{}", call.param("ref"));
    let found = call.repo()?.references.iter().filter(|(name, _)| name.starts_with(&start));
    let list: Vec<Value> = found.map(|(name, sha)| reference_json(call, name, sha)).collect::<Outcome<_>>()?;
    Answer::ok(Value::Array(list))
}

fn existing(call: &Call<'_>, sha: &str) -> Outcome<String> {
    call.repo()?.git.resolve(&format!("{sha}^{{commit}}")).ok_or_else(|| ApiError::new(422, "Object does not exist"))
}

pub fn create_reference(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    refuse_empty(call)?;
    let (name, sha) = (call.required("Reference", "ref")?, call.required("Reference", "sha")?);
    if !name.starts_with("refs/") || name.matches('/').count() < 2 {
        return Err(ApiError::new(422, "Reference name is not valid"));
    }
    if call.repo()?.references.contains_key(&name) {
        return Err(ApiError::new(422, "Reference already exists"));
    }
    let sha = existing(call, &sha)?;
    let actor = call.actor();
    call.repo()?.git.update_reference(&name, &sha, None).map_err(|_| ApiError::new(422, "Reference name is not valid"))?;
    call.world.notice_push(call.repository, &actor)?;
    Answer::created(reference_json(call, &name, &sha)?)
}

pub fn update_reference(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let name = format!("refs/{}", call.param("ref"));
    let sha = call.required("Reference", "sha")?;
    let sha = existing(call, &sha)?;
    let repository = call.repo()?;
    let before = repository.references.get(&name).cloned().ok_or_else(|| ApiError::new(422, "Reference does not exist"))?;
    let forced = call.body.get("force").and_then(Value::as_bool).unwrap_or(false);
    if !forced && repository.git.merge_base(&before, &sha).as_ref() != Some(&before) {
        return Err(ApiError::new(422, "Update is not a fast forward"));
    }
    let actor = call.actor();
    repository.git.update_reference(&name, &sha, None)?;
    call.world.notice_push(call.repository, &actor)?;
    Answer::ok(reference_json(call, &name, &sha)?)
}

pub fn delete_reference(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let name = format!("refs/{}", call.param("ref"));
    let repository = call.repo()?;
    if !repository.references.contains_key(&name) {
        return Err(ApiError::new(422, "Reference does not exist"));
    }
    let actor = call.actor();
    repository.git.delete_reference(&name)?;
    call.world.notice_push(call.repository, &actor)?;
    Answer::nothing()
}

pub fn blob(call: &mut Call<'_>) -> Outcome<Answer> {
    let sha = call.param("file_sha").to_string();
    let repository = call.repo()?;
    let bytes = repository.git.read_blob(&sha).ok_or_else(ApiError::not_found)?;
    if call.headers.get("accept").is_some_and(|accept| accept.contains("raw")) {
        return Answer::raw("application/vnd.github.raw; charset=utf-8", bytes);
    }
    Answer::ok(json!({
        "sha": sha, "node_id": format!("B_kwDO{sha}"), "size": bytes.len(), "encoding": "base64", "content": STANDARD.encode(bytes),
        "url": call.world.api(&format!("/repos/{}/git/blobs/{sha}", repository.full_name())),
    }))
}

pub fn create_blob(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    refuse_empty(call)?;
    let content = call.required("Blob", "content")?;
    let bytes = match call.text("encoding").as_deref() {
        Some("base64") => {
            let packed: String = content.split_whitespace().collect();
            STANDARD.decode(packed).map_err(|_| ApiError::new(422, "content is not valid Base64"))?
        }
        _ => content.into_bytes(),
    };
    let repository = call.repo()?;
    let sha = repository.git.write_blob(&bytes)?;
    let url = call.world.api(&format!("/repos/{}/git/blobs/{sha}", repository.full_name()));
    Answer::created(json!({ "sha": sha, "url": url }))
}

fn tree_json(call: &Call<'_>, sha: &str, recursive: bool) -> Outcome<Value> {
    let repository = call.repo()?;
    let api = call.world.api(&format!("/repos/{}/git", repository.full_name()));
    let entries: Vec<Value> = repository
        .git
        .tree(sha, recursive)?
        .iter()
        .map(|entry| {
            let mut value = json!({
                "path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha,
                "url": format!("{api}/{}s/{}", entry.kind, entry.sha),
            });
            if let Some(size) = entry.size {
                value["size"] = size.into();
            }
            value
        })
        .collect();
    Ok(json!({ "sha": sha, "url": format!("{api}/trees/{sha}"), "tree": entries, "truncated": false }))
}

pub fn tree(call: &mut Call<'_>) -> Outcome<Answer> {
    refuse_empty(call)?;
    let name = call.param("tree_sha");
    let git = &call.repo()?.git;
    let sha = git.resolve(&format!("refs/heads/{name}^{{tree}}")).or_else(|| git.resolve(&format!("{name}^{{tree}}")));
    let sha = sha.ok_or_else(ApiError::not_found)?;
    Answer::ok(tree_json(call, &sha, call.asked("recursive").is_some())?)
}

pub fn create_tree(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let git = call.repo()?.git.clone();
    let index = git.dir.join(format!("index-{}", crate::act::random_hex(6)));
    let run = |arguments: &[&str], input: Option<&[u8]>| git.bytes_with_index(&index, arguments, input);
    if let Some(base) = call.text("base_tree") {
        run(&["read-tree", &base], None).map_err(|_| ApiError::new(422, "base_tree is not a valid tree oid"))?;
    }
    let mut list = String::new();
    for entry in call.body.get("tree").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let (Some(path), Some(mode)) = (text("path"), text("mode")) else {
            return Err(ApiError::new(422, "Invalid tree info"));
        };
        if path.starts_with('/') || path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git")) {
            return Err(ApiError::new(422, "tree.path contains a malformed path component"));
        }
        let sha = match (text("sha"), text("content")) {
            (Some(sha), _) => sha.to_string(),
            (None, Some(content)) => git.write_blob(content.as_bytes())?,
            (None, None) => {
                list.push_str(&format!("0 0000000000000000000000000000000000000000\t{path}\0"));
                continue;
            }
        };
        list.push_str(&format!("{mode} {sha}\t{path}\0"));
    }
    run(&["update-index", "-z", "--index-info"], Some(list.as_bytes())).map_err(|_| ApiError::new(422, "Invalid tree info"))?;
    let sha = run(&["write-tree"], None).map_err(|_| ApiError::new(422, "Invalid tree info"));
    // A left-over index file would only take space.
    let _ = std::fs::remove_file(&index);
    let sha = String::from_utf8_lossy(&sha?).trim().to_string();
    Answer::created(tree_json(call, &sha, false)?)
}

pub fn commit(call: &mut Call<'_>) -> Outcome<Answer> {
    let repository = call.repo()?;
    let sha = repository.git.resolve(&format!("{}^{{commit}}", call.param("commit_sha"))).ok_or_else(ApiError::not_found)?;
    Answer::ok(call.world.git_commit_json(repository, &repository.git.commit_info(&sha)?))
}

pub fn create_commit(call: &mut Call<'_>) -> Outcome<Answer> {
    call.world.writable(call.repository)?;
    let (message, tree) = (call.required("Commit", "message")?, call.required("Commit", "tree")?);
    let actor = call.actor();
    let git = call.repo()?.git.clone();
    let tree = git.resolve(&format!("{tree}^{{tree}}")).ok_or_else(|| ApiError::new(422, "Tree SHA does not exist"))?;
    let parents = call.texts("parents");
    for parent in &parents {
        existing(call, parent).map_err(|_| ApiError::new(422, "Parent SHA does not exist or is not a commit object"))?;
    }
    let named = |key: &str| call.body.pointer(&format!("/author/{key}")).and_then(Value::as_str).map(str::to_string);
    let bot = crate::act::author(call.world, &actor, &message);
    // GitHub signs what a bot commits in its own name only.
    let own = named("name").is_none();
    let text = CommitText { name: named("name").unwrap_or(bot.name), email: named("email").unwrap_or(bot.email), message };
    let sha = git.commit_tree(&tree, &parents, &text)?;
    if own {
        call.world.repository_mut(call.repository)?.signed.insert(sha.clone());
    }
    let repository = call.repo()?;
    Answer::created(call.world.git_commit_json(repository, &repository.git.commit_info(&sha)?))
}
