//! Organisations, teams, users and who may do what.

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::error::{ApiError, Outcome};
use crate::state::{Account, AccountKind, Level, Team};

fn find(call: &Call<'_>) -> Outcome<Account> {
    let account = call.world.account(call.param("org"))?;
    if account.kind == AccountKind::Organization { Ok(account.clone()) } else { Err(ApiError::not_found()) }
}

/// Members and teams are shown to installations on this organisation that may read members.
fn with_members(call: &Call<'_>) -> Outcome<Account> {
    let found = find(call)?;
    let id = call.installation()?;
    let here = call.world.installations.get(&id).is_some_and(|one| one.account.eq_ignore_ascii_case(&found.login));
    if !here {
        return Err(ApiError::not_found());
    }
    if !call.has("members:read") {
        return Err(ApiError::not_permitted("members=read"));
    }
    Ok(found)
}

pub fn user(call: &mut Call<'_>) -> Outcome<Answer> {
    let account = call.world.account(call.param("username"))?;
    let mut value = call.world.account_json(account);
    let more = json!({
        "name": account.login, "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null,
        "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
    });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    Answer::ok(value)
}

pub fn organization(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find(call)?;
    Answer::ok(full_json(call, &found))
}

/// An organisation with its figures.
fn full_json(call: &Call<'_>, account: &Account) -> Value {
    let mut value = call.world.organization_json(account);
    let more = json!({
        "html_url": call.world.api(&format!("/{}", account.login)), "type": "Organization", "name": account.login,
        "has_organization_projects": false, "has_repository_projects": false, "public_repos": 0, "public_gists": 0, "followers": 0,
        "following": 0, "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "archived_at": null,
    });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

pub fn repositories(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find(call)?;
    let mut ids = call.visible();
    ids.retain(|id| call.world.repositories.get(id).is_some_and(|one| one.owner == found.login));
    Ok(call.page(&ids, |world, id| world.repositories.get(id).map_or(Value::Null, |one| world.repository_json(one))))
}

pub fn members(call: &mut Call<'_>) -> Outcome<Answer> {
    let logins: Vec<String> = with_members(call)?.members.into_keys().collect();
    Ok(call.page(&logins, |world, login| world.user_json(login)))
}

pub fn is_member(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = with_members(call)?;
    if found.members.contains_key(&call.param("username").to_lowercase()) { Answer::nothing() } else { Err(ApiError::not_found()) }
}

fn find_team(call: &Call<'_>) -> Outcome<(String, Team)> {
    let found = with_members(call)?;
    let team = found.teams.get(&call.param("team_slug").to_lowercase()).cloned().ok_or_else(ApiError::not_found)?;
    Ok((found.login, team))
}

pub fn teams(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = with_members(call)?;
    let list: Vec<Team> = found.teams.into_values().collect();
    Ok(call.page(&list, |world, team| world.team_json(&found.login, team, Level::Read)))
}

pub fn team(call: &mut Call<'_>) -> Outcome<Answer> {
    let (login, team) = find_team(call)?;
    let mut value = call.world.team_json(&login, &team, Level::Read);
    value["members_count"] = team.members.len().into();
    value["repos_count"] = team.repositories.len().into();
    value["created_at"] = "2020-01-01T00:00:00Z".into();
    value["updated_at"] = "2020-01-01T00:00:00Z".into();
    value["organization"] = full_json(call, call.world.account(&login)?);
    Answer::ok(value)
}

pub fn team_members(call: &mut Call<'_>) -> Outcome<Answer> {
    let logins: Vec<String> = find_team(call)?.1.members.into_iter().collect();
    Ok(call.page(&logins, |world, login| world.user_json(login)))
}

pub fn membership(call: &mut Call<'_>) -> Outcome<Answer> {
    let (login, team) = find_team(call)?;
    let user = call.param("username").to_lowercase();
    if !team.members.contains(&user) {
        return Err(ApiError::not_found());
    }
    let url = call.world.api(&format!("/organizations/{login}/team/{}/memberships/{user}", team.id));
    Answer::ok(json!({ "url": url, "role": "member", "state": "active" }))
}

pub fn team_repositories(call: &mut Call<'_>) -> Outcome<Answer> {
    let (_, team) = find_team(call)?;
    let mut ids = call.visible();
    ids.retain(|id| team.repositories.contains_key(id));
    Ok(call.page(&ids, |world, id| world.repositories.get(id).map_or(Value::Null, |one| world.repository_full_json(one, Level::Read))))
}

pub fn team_repository(call: &mut Call<'_>) -> Outcome<Answer> {
    let (_, team) = find_team(call)?;
    let found = call.world.find_repository(call.param("owner"), call.param("repo")).ok_or_else(ApiError::not_found)?;
    let level = *team.repositories.get(&found.id).ok_or_else(ApiError::not_found)?;
    if !call.headers.get("accept").is_some_and(|accept| accept.contains("repository")) {
        return Answer::nothing();
    }
    let mut value = call.world.repository_full_json(found, level);
    value["role_name"] = level.role().into();
    Answer::ok(value)
}

pub fn permission(call: &mut Call<'_>) -> Outcome<Answer> {
    let account =
        call.world.account(call.param("username")).map_err(|_| ApiError::new(404, format!("{} is not a user", call.param("username"))))?;
    let level = call.world.level(call.repo()?, &account.login);
    let mut user = call.world.account_json(account);
    user["role_name"] = level.role().into();
    user["permissions"] = permissions(level);
    Answer::ok(json!({ "permission": level.legacy(), "role_name": level.role(), "user": user }))
}

fn permissions(level: Level) -> Value {
    json!({
        "admin": level >= Level::Admin, "maintain": level >= Level::Maintain, "push": level >= Level::Write,
        "triage": level >= Level::Triage, "pull": level >= Level::Read,
    })
}

pub fn is_collaborator(call: &mut Call<'_>) -> Outcome<Answer> {
    let level = call.world.level(call.repo()?, call.param("username"));
    if level > Level::None { Answer::nothing() } else { Err(ApiError::not_found()) }
}

pub fn collaborators(call: &mut Call<'_>) -> Outcome<Answer> {
    let repository = call.repo()?;
    let people = call.world.accounts.values().filter(|account| account.kind == AccountKind::User);
    let list: Vec<(String, Level)> = people
        .map(|account| (account.login.clone(), call.world.level(repository, &account.login)))
        .filter(|(_, level)| *level > Level::None)
        .collect();
    Ok(call.page(&list, |world, (login, level)| {
        let mut value = world.user_json(login);
        value["role_name"] = level.role().into();
        value["permissions"] = permissions(*level);
        value
    }))
}

pub fn repository_teams(call: &mut Call<'_>) -> Outcome<Answer> {
    let owner = call.world.account(&call.repo()?.owner)?.clone();
    let id = call.repository;
    let list: Vec<(Team, Level)> = owner.teams.values().filter_map(|team| Some((team.clone(), *team.repositories.get(&id)?))).collect();
    Ok(call.page(&list, |world, (team, level)| {
        let mut value = world.team_json(&owner.login, team, *level);
        value["permissions"] = permissions(*level);
        value
    }))
}
