//! Check runs, commit statuses, code scanning alerts.

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::error::{ApiError, Outcome};
use crate::state::{Alert, CheckRun, Status};

pub fn create(call: &mut Call<'_>) -> Outcome<Answer> {
    let (app, body) = (call.app()?, call.body.clone());
    let check = call.world.create_check(call.repository, app, &body)?;
    Answer::created(call.world.check_json(call.repo()?, &check))
}

fn find(call: &Call<'_>) -> Outcome<CheckRun> {
    let id = call.number("check_run_id")?;
    call.repo()?.checks.iter().find(|check| check.id == id).cloned().ok_or_else(ApiError::not_found)
}

pub fn get(call: &mut Call<'_>) -> Outcome<Answer> {
    let check = find(call)?;
    Answer::ok(call.world.check_json(call.repo()?, &check))
}

pub fn update(call: &mut Call<'_>) -> Outcome<Answer> {
    let check = find(call)?;
    if check.app != call.app()? {
        return Err(ApiError::new(403, "Resource not accessible by integration"));
    }
    let body = call.body.clone();
    let check = call.world.update_check(call.repository, check.id, &body)?;
    Answer::ok(call.world.check_json(call.repo()?, &check))
}

fn commit(call: &Call<'_>) -> Outcome<String> {
    let name = call.param("ref");
    call.repo()?.git.commit_id(name).ok_or_else(|| ApiError::new(422, format!("No commit found for SHA: {name}")))
}

pub fn for_commit(call: &mut Call<'_>) -> Outcome<Answer> {
    let sha = commit(call)?;
    let name = call.asked("check_name").map(str::to_string);
    let mut list: Vec<CheckRun> = call.repo()?.checks.iter().filter(|check| check.head_sha == sha).cloned().collect();
    list.retain(|check| name.as_ref().is_none_or(|name| *name == check.name));
    list.reverse();
    if call.asked("filter") != Some("all") {
        let all = list.clone();
        let newest =
            |check: &CheckRun| all.iter().find(|one| one.name == check.name && one.app == check.app).is_some_and(|one| one.id == check.id);
        list.retain(newest);
    }
    let id = call.repository;
    Ok(call.counted_page("check_runs", &list, |world, one| {
        world.repositories.get(&id).map_or(Value::Null, |found| world.check_json(found, one))
    }))
}

pub fn create_status(call: &mut Call<'_>) -> Outcome<Answer> {
    let (sha, body, actor) = (call.param("sha").to_string(), call.body.clone(), call.actor());
    let status = call.world.create_status(call.repository, &actor, &sha, &body)?;
    Answer::created(call.world.status_json(call.repo()?, &status))
}

fn of_commit(call: &Call<'_>) -> Outcome<Vec<Status>> {
    let sha = commit(call)?;
    let mut list: Vec<Status> = call.repo()?.statuses.iter().filter(|status| status.sha == sha).cloned().collect();
    list.reverse();
    Ok(list)
}

pub fn statuses(call: &mut Call<'_>) -> Outcome<Answer> {
    let list = of_commit(call)?;
    let id = call.repository;
    Ok(call.page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |found| world.status_json(found, one))))
}

pub fn combined_status(call: &mut Call<'_>) -> Outcome<Answer> {
    let sha = commit(call)?;
    let mut latest: Vec<Status> = Vec::new();
    for status in of_commit(call)? {
        if !latest.iter().any(|one| one.context == status.context) {
            latest.push(status);
        }
    }
    let is = |state: &str| latest.iter().any(|status| status.state == state);
    let state = if is("failure") || is("error") {
        "failure"
    } else if is("pending") || latest.is_empty() {
        "pending"
    } else {
        "success"
    };
    let repository = call.repo()?;
    let api = call.world.api(&format!("/repos/{}/commits/{sha}", repository.full_name()));
    Answer::ok(json!({
        "state": state, "sha": sha, "total_count": latest.len(), "url": format!("{api}/status"), "commit_url": api,
        "statuses": latest.iter().map(|one| call.world.status_json(repository, one)).collect::<Vec<_>>(),
        "repository": call.world.repository_minimal_json(repository),
    }))
}

pub fn alerts(call: &mut Call<'_>) -> Outcome<Answer> {
    let (state, tool) = (call.asked("state").map(str::to_string), call.asked("tool_name").map(str::to_string));
    let mut list: Vec<Alert> = call
        .repo()?
        .alerts
        .values()
        .filter(|alert| state.as_ref().is_none_or(|state| *state == alert.state) && tool.as_ref().is_none_or(|tool| *tool == alert.tool))
        .cloned()
        .collect();
    list.reverse();
    let id = call.repository;
    Ok(call.page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |found| world.alert_json(found, one))))
}

fn find_alert(call: &Call<'_>) -> Outcome<Alert> {
    let number = call.number("alert_number")?;
    call.repo()?.alerts.get(&number).cloned().ok_or_else(|| ApiError::new(404, "No alert found for alert number"))
}

pub fn alert(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_alert(call)?;
    Answer::ok(call.world.alert_json(call.repo()?, &found))
}

pub fn update_alert(call: &mut Call<'_>) -> Outcome<Answer> {
    let (found, actor, body) = (find_alert(call)?, call.actor(), call.body.clone());
    call.world.update_alert(call.repository, found.number, &actor, &body)?;
    alert(call)
}

pub fn alert_instances(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_alert(call)?;
    let value = call.world.alert_json(call.repo()?, &found);
    let instance = value.get("most_recent_instance").cloned().unwrap_or_default();
    Ok(call.page(&[instance], |_, one| one.clone()))
}
