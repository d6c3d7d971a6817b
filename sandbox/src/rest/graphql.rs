//! The few GraphQL mutations that REST has no equal for. Answers hold what was selected and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Answer, Call};
use crate::bare::FileChange;
use crate::error::Outcome;

/// A refused mutation: GraphQL answers 200 with an `errors` list.
struct Refusal {
    kind: &'static str,
    message: String,
}

impl From<crate::error::ApiError> for Refusal {
    fn from(error: crate::error::ApiError) -> Self {
        let kind = match error.status {
            403 => "FORBIDDEN",
            404 => "NOT_FOUND",
            _ => "UNPROCESSABLE",
        };
        Self { kind, message: error.message }
    }
}

fn refusal(kind: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { kind, message: message.into() }
}

pub fn run(call: &mut Call<'_>) -> Outcome<Answer> {
    let query = call.text("query").unwrap_or_default();
    let Some(selection) = parse(&query) else {
        return Answer::ok(json!({ "errors": [{ "message": "Parse error on the query" }] }));
    };
    let Some(field) = selection.first() else {
        return Answer::ok(json!({ "errors": [{ "message": "Field must have selections" }] }));
    };
    let result = match field.name.as_str() {
        "createCommitOnBranch" => commit_on_branch(call),
        "markPullRequestReadyForReview" => set_draft(call, false),
        "convertPullRequestToDraft" => set_draft(call, true),
        other => Err(refusal("undefinedField", format!("Field '{other}' doesn't exist on type 'Mutation'"))),
    };
    Answer::ok(match result {
        Ok(value) => json!({ "data": { &field.key: pick(&value, &field.children) } }),
        Err(error) => json!({
            "data": { &field.key: null },
            "errors": [{ "type": error.kind, "path": [field.key], "message": error.message }],
        }),
    })
}

fn input(call: &Call<'_>) -> Value {
    call.body.pointer("/variables/input").cloned().unwrap_or_default()
}

fn commit_on_branch(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = input(call);
    let text = |pointer: &str| input.pointer(pointer).and_then(Value::as_str).map(str::to_string);
    let name = text("/branch/repositoryNameWithOwner").ok_or_else(|| refusal("NOT_FOUND", "A branch needs a repository and a name"))?;
    let branch = text("/branch/branchName").ok_or_else(|| refusal("NOT_FOUND", "A branch needs a repository and a name"))?;
    let branch = branch.trim_start_matches("refs/heads/").to_string();
    let (owner, short) = name.split_once('/').unwrap_or(("", &name));
    let unresolved = || refusal("NOT_FOUND", format!("Could not resolve to a Repository with the name '{name}'."));
    let id = call.world.find_repository(owner, short).map(|one| one.id).filter(|id| call.visible().contains(id)).ok_or_else(unresolved)?;
    if !call.has("contents:write") {
        return Err(refusal("FORBIDDEN", "Resource not accessible by integration"));
    }
    let repository = call.world.writable(id)?;
    let tip = repository.branch(&branch).cloned().ok_or_else(|| refusal("NOT_FOUND", format!("Branch \"{branch}\" not found")))?;
    let expected = text("/expectedHeadOid").unwrap_or_default();
    if expected != tip {
        return Err(refusal("STALE_DATA", format!("Expected branch to point to \"{expected}\" but it did not. Pull and try again.")));
    }
    let changes = changes(&input)?;
    let headline = text("/message/headline").unwrap_or_default();
    let message = text("/message/body").map_or(headline.clone(), |body| format!("{headline}\n\n{body}"));
    let actor = call.actor();
    let sha = call.world.commit_files(id, &actor, &branch, &message, &changes)?;
    let repository = call.world.repository_mut(id)?;
    repository.signed.insert(sha.clone());
    let page = format!("{}/{name}/commit/{sha}", call.world.url);
    Ok(json!({
        "clientMutationId": input.get("clientMutationId"),
        "commit": {
            "oid": sha, "id": format!("C_kwDO{sha}"), "url": page, "commitUrl": page, "abbreviatedOid": sha.get(..7),
            "messageHeadline": headline, "message": message, "signature": { "isValid": true, "state": "VALID", "wasSignedByGitHub": true },
        },
        "ref": { "name": branch, "prefix": "refs/heads/", "id": format!("REF_{branch}"), "target": { "oid": sha } },
    }))
}

fn changes(input: &Value) -> Result<Vec<FileChange>, Refusal> {
    let list = |pointer: &str| input.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let path = |entry: &Value| {
        let path = entry.get("path").and_then(Value::as_str).unwrap_or_default().to_string();
        let bad = path.is_empty() || path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"));
        if bad { Err(refusal("UNPROCESSABLE", "A path was requested which contains an invalid component")) } else { Ok(path) }
    };
    let mut changes = Vec::new();
    for entry in list("/fileChanges/additions") {
        let content = entry.get("contents").and_then(Value::as_str).unwrap_or_default();
        let bytes = STANDARD.decode(content).map_err(|_| refusal("UNPROCESSABLE", "contents is not valid Base64"))?;
        changes.push(FileChange::write(path(&entry)?, bytes));
    }
    for entry in list("/fileChanges/deletions") {
        changes.push(FileChange::remove(path(&entry)?));
    }
    Ok(changes)
}

fn set_draft(call: &mut Call<'_>, draft: bool) -> Result<Value, Refusal> {
    let input = input(call);
    let wanted = input.get("pullRequestId").cloned().unwrap_or_default();
    let unresolved = || refusal("NOT_FOUND", format!("Could not resolve to a node with the global id of {wanted}"));
    let visible = call.visible();
    let found = visible.iter().find_map(|id| {
        let mut pulls = call.world.repositories.get(id)?.pulls();
        let number = pulls.find(|issue| issue.pull.as_ref().is_some_and(|pull| crate::shape::node_id("PR", pull.id) == wanted))?.number;
        Some((*id, number))
    });
    let (id, number) = found.ok_or_else(unresolved)?;
    if !call.has("pull_requests:write") {
        return Err(refusal("FORBIDDEN", "Resource not accessible by integration"));
    }
    let actor = call.actor();
    call.world.set_draft(id, number, &actor, draft)?;
    Ok(json!({ "pullRequest": { "id": wanted, "number": number, "isDraft": draft } }))
}

/// One selected field.
struct Field {
    /// Its alias, or its name.
    key: String,
    name: String,
    children: Vec<Field>,
}

/// Only what was asked for.
fn pick(value: &Value, fields: &[Field]) -> Value {
    match value {
        Value::Object(object) if !fields.is_empty() => {
            let picked: Map<String, Value> = fields
                .iter()
                .map(|field| (field.key.clone(), object.get(&field.name).map_or(Value::Null, |value| pick(value, &field.children))))
                .collect();
            Value::Object(picked)
        }
        other => other.clone(),
    }
}

/// The selection set of the first operation. Arguments and variable definitions are skipped.
fn parse(query: &str) -> Option<Vec<Field>> {
    let mut characters = query.chars().peekable();
    let mut depth = 0;
    for character in characters.by_ref() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            '{' if depth == 0 => return selection(&mut characters, 0),
            _ => {}
        }
    }
    None
}

fn selection(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, level: usize) -> Option<Vec<Field>> {
    if level > 20 {
        return None;
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut alias: Option<String> = None;
    while let Some(character) = characters.next() {
        match character {
            '}' => return Some(fields),
            '{' => fields.last_mut()?.children = selection(characters, level + 1)?,
            '(' => {
                let mut depth = 1;
                while depth > 0 {
                    depth += match characters.next()? {
                        '(' => 1,
                        ')' => -1,
                        _ => 0,
                    };
                }
            }
            ':' => alias = fields.pop().map(|field| field.name),
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut name = String::from(letter);
                while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    name.push(next);
                }
                let key = alias.take().unwrap_or_else(|| name.clone());
                fields.push(Field { key, name, children: Vec::new() });
            }
            _ => {}
        }
    }
    None
}
