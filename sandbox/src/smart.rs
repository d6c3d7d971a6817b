//! git over HTTP: authentication here, the rest by `git http-backend`.

use std::process::Stdio;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdout, Command};
use tokio_util::io::ReaderStream;

use crate::bare::Bare;
use crate::rest::{Caller, Request, decode, identify};
use crate::server::Shared;
use crate::state::World;

const SERVICES: &[&str] = &["/info/refs", "/git-upload-pack", "/git-receive-pack"];

/// Whether a path belongs to git.
pub fn is_git(path: &str) -> bool {
    SERVICES.iter().any(|service| path.ends_with(service)) && path.trim_start_matches('/').split('/').count() >= 3
}

/// What a caller may do with a repository, or the refusal.
struct Admission {
    id: u64,
    git: Bare,
    actor: String,
    installation: Option<u64>,
}

/// Serves one request of the git protocol.
pub async fn serve(shared: &Arc<Shared>, request: &Request, query: &str, body: Bytes) -> Response {
    let writing = request.path.ends_with("/git-receive-pack") || query.contains("service=git-receive-pack");
    let admission = match admit(&shared.world(), request, writing) {
        Ok(admission) => admission,
        Err(refusal) => return *refusal,
    };
    let pushing = request.path.ends_with("/git-receive-pack");
    let response = match backend(&admission, request, query, &body, pushing).await {
        Ok(response) => response,
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("git http-backend: {error}")).into_response(),
    };
    if pushing {
        let shared = shared.clone();
        let noticed = tokio::task::spawn_blocking(move || shared.world().notice_push(admission.id, &admission.actor)).await;
        if !matches!(noticed, Ok(Ok(()))) {
            tracing::error!(?noticed, "a push could not be followed");
        }
    }
    response
}

fn refuse(status: StatusCode, message: &str) -> Box<Response> {
    Box::new((status, message.to_string()).into_response())
}

fn admit(world: &World, request: &Request, writing: bool) -> Result<Admission, Box<Response>> {
    let segments: Vec<String> = request.path.trim_start_matches('/').split('/').map(decode).collect();
    let (Some(owner), Some(name)) = (segments.first(), segments.get(1)) else { return Err(refuse(StatusCode::NOT_FOUND, "Not Found")) };
    let name = name.trim_end_matches(".git");
    let caller = identify(world, request).map_err(|_| unauthorized("Invalid username or token."))?;
    let found = match world.former_names.get(&format!("{owner}/{name}").to_lowercase()) {
        Some(id) => world.repositories.get(id),
        None => world.find_repository(owner, name),
    };
    let missing = || refuse(StatusCode::NOT_FOUND, "Repository not found.");
    let Caller::Installation { app, id, token } = &caller else {
        return match found {
            Some(found) if !found.private && !writing => {
                Ok(Admission { id: found.id, git: found.git.clone(), actor: String::new(), installation: None })
            }
            _ => Err(unauthorized("Authentication required.")),
        };
    };
    let found = found.ok_or_else(missing)?;
    let token = world.tokens.get(token).ok_or_else(missing)?;
    let reached = world.installed_repositories(*id).contains(&found.id)
        && token.repositories.as_ref().is_none_or(|chosen| chosen.contains(&found.id));
    if !reached {
        return Err(missing());
    }
    let level = world.installations.get(id).and_then(|one| one.permissions.get("contents")).and(token.permissions.get("contents"));
    match level.map(String::as_str) {
        Some("write") => {}
        Some("read") if !writing => {}
        _ => return Err(refuse(StatusCode::FORBIDDEN, "Write access to repository not granted.")),
    }
    if writing && found.archived {
        return Err(refuse(StatusCode::FORBIDDEN, "This repository was archived so it is read-only."));
    }
    let actor = world.apps.get(app).map_or_else(|| "ghost".into(), |app| app.bot());
    Ok(Admission { id: found.id, git: found.git.clone(), actor, installation: Some(*id) })
}

fn unauthorized(message: &str) -> Box<Response> {
    let mut response = (StatusCode::UNAUTHORIZED, message.to_string()).into_response();
    response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Basic realm=\"GitHub\""));
    Box::new(response)
}

async fn backend(admission: &Admission, request: &Request, query: &str, body: &Bytes, whole: bool) -> std::io::Result<Response> {
    let service = SERVICES.iter().find(|service| request.path.ends_with(*service)).copied().unwrap_or_default();
    let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
    let mut command = Command::new("git");
    command.arg("http-backend").env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", &admission.git.dir).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_HTTP_EXPORT_ALL", "1");
    command
        .env("GIT_PROJECT_ROOT", &admission.git.dir)
        .env("PATH_INFO", service)
        .env("PATH_TRANSLATED", format!("{}{service}", admission.git.dir.display()));
    command.env("REQUEST_METHOD", &request.method).env("QUERY_STRING", query).env("CONTENT_TYPE", header("content-type"));
    command.env("CONTENT_LENGTH", body.len().to_string()).env("HTTP_CONTENT_ENCODING", header("content-encoding"));
    command.env("GIT_PROTOCOL", header("git-protocol")).env("REMOTE_ADDR", "127.0.0.1");
    command.env("REMOTE_USER", admission.installation.map_or_else(String::new, |id| id.to_string()));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(false).spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let body = body.clone();
    // Written beside reading, so that neither side waits for the other with full pipes.
    tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(&body).await;
        }
    });
    let Some(stdout) = stdout else { return Err(std::io::Error::other("no output")) };
    let mut reader = BufReader::new(stdout);
    let mut response = head(&mut reader).await?;
    if whole {
        // The references have moved once the process has ended; only then may the answer go out.
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await?;
        child.wait().await?;
        *response.body_mut() = Body::from(bytes);
    } else {
        tokio::spawn(async move { child.wait().await });
        *response.body_mut() = Body::from_stream(ReaderStream::with_capacity(reader, 64 << 10));
    }
    Ok(response)
}

/// Reads the CGI header.
async fn head(reader: &mut BufReader<ChildStdout>) -> std::io::Result<Response> {
    let mut response = Response::new(Body::empty());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            return Ok(response);
        }
        let Some((name, value)) = line.trim().split_once(": ") else { continue };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse().ok());
            *response.status_mut() = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        } else if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}
