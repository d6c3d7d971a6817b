//! The pages a person looks at, and the forms on them.

mod apps;
mod browse;
mod diff;
mod forms;
mod layout;
mod markdown;
mod thread;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::rest::{Request, decode};
use crate::state::World;

/// The page or form action of a path.
pub fn page(world: &mut World, request: &Request) -> Response {
    let segments: Vec<String> = request.path.trim_matches('/').split('/').map(decode).collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if request.method == "POST" {
        return forms::submit(world, request, &parts);
    }
    if request.method != "GET" && request.method != "HEAD" {
        return (StatusCode::METHOD_NOT_ALLOWED, "GET or POST").into_response();
    }
    match parts.as_slice() {
        [] => browse::home(world),
        ["-", "style.css"] => ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], layout::STYLE).into_response(),
        ["-", "deliveries"] => apps::deliveries(world),
        ["settings", "apps", "new"] | ["organizations", _, "settings", "apps", "new"] => apps::new_app(request, &parts),
        ["apps", slug, "installations", "new"] => apps::install(world, slug),
        [owner] => browse::owner(world, owner),
        [owner, name, rest @ ..] => repository(world, owner, name, rest),
    }
}

fn repository(world: &World, owner: &str, name: &str, rest: &[&str]) -> Response {
    if let Some(found) = world.former_names.get(&format!("{owner}/{name}").to_lowercase()).and_then(|id| world.repositories.get(id)) {
        return layout::go(&format!("/{}/{}", found.full_name(), rest.join("/")));
    }
    let Some(found) = world.find_repository(owner, name) else { return layout::missing() };
    match rest {
        [] => browse::code(world, found),
        ["tree", reference, path @ ..] => browse::tree(found, reference, &path.join("/")),
        ["blob", reference, path @ ..] => browse::blob(found, reference, &path.join("/")),
        ["raw", reference, path @ ..] => browse::raw(found, reference, &path.join("/")),
        ["commit", sha] => browse::commit(found, sha),
        ["issues"] => browse::threads(found, false),
        ["pulls"] => browse::threads(found, true),
        ["issues", "new"] => thread::new_issue(world, found),
        ["issues" | "pull", number] if number.ends_with(".diff") => thread::raw_diff(world, found, number.trim_end_matches(".diff")),
        ["issues" | "pull", number, ..] => thread::show(world, found, number),
        _ => layout::missing(),
    }
}
