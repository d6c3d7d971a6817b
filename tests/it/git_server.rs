//! git over smart HTTP: `git http-backend` behind a small server that asks for a token.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;

/// The running server with its repositories.
pub struct GitServer {
    /// Base address, without a slash at its end.
    pub url: String,
    root: tempfile::TempDir,
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    /// The token that opens everything.
    token: Mutex<String>,
    /// Answers to give in place of the next ones.
    faults: Mutex<Vec<u16>>,
    requests: Mutex<Vec<String>>,
}

impl GitServer {
    /// Starts a server on a free port; `token` opens every repository.
    pub async fn start(token: &str) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let shared = Arc::new(Shared {
            root: root.path().to_owned(),
            token: Mutex::new(token.to_owned()),
            faults: Mutex::default(),
            requests: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared)).layer(axum::extract::DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, root, shared }
    }

    /// From now on only this token opens anything.
    pub fn set_token(&self, token: &str) {
        token.clone_into(&mut self.shared.token.lock().expect("no panic while locked"));
    }

    /// Answers the next requests with these statuses.
    pub fn fail_next(&self, statuses: &[u16]) {
        self.shared.faults.lock().expect("no panic while locked").extend(statuses);
    }

    /// What was asked so far: `POST /acme/infra.git/git-upload-pack`.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().expect("no panic while locked").clone()
    }

    /// The bare repository `owner/name` on disk.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(format!("{name}.git"))
    }

    /// Makes an empty repository whose default branch is `branch`.
    pub fn create(&self, name: &str, branch: &str) {
        let folder = self.folder(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        git(&folder, &["init", "-q", "--bare", "-b", branch, "."]);
        git(&folder, &["config", "http.receivepack", "true"]);
    }

    /// Puts a commit with these files (mode and text; an empty mode deletes) on a branch, made by a person, and gives its id.
    pub fn commit(&self, name: &str, branch: &str, files: &[(&str, &str, &str)]) -> String {
        let folder = self.folder(name);
        let mut script = format!("commit refs/heads/{branch}\ncommitter Dev <dev@example.com> 1700000000 +0000\ndata 6\nchange\n");
        if Command::new("git")
            .args(["rev-parse", "-q", "--verify", branch])
            .current_dir(&folder)
            .output()
            .is_ok_and(|out| out.status.success())
        {
            script.push_str(&format!("from refs/heads/{branch}^0\n"));
        }
        for (mode, path, text) in files {
            match *mode {
                "" => script.push_str(&format!("D {path}\n")),
                "160000" => script.push_str(&format!("M 160000 {text} {path}\n")),
                mode => script.push_str(&format!("M {mode} inline {path}\ndata {}\n{text}\n", text.len())),
            }
        }
        feed(&folder, &["fast-import", "--quiet", "--force"], script.as_bytes());
        self.head(name, branch)
    }

    /// Where a branch is.
    pub fn head(&self, name: &str, branch: &str) -> String {
        git(&self.folder(name), &["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// A file's text on a branch, byte for byte.
    pub fn show(&self, name: &str, branch: &str, path: &str) -> String {
        let out =
            Command::new("git").args(["show", &format!("{branch}:{path}")]).current_dir(self.folder(name)).output().expect("git runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("text")
    }
}

/// Runs git in `folder`, cut off from the machine's configuration, and gives what it prints, trimmed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    let out = quiet(&mut command).args(arguments).current_dir(folder).output().expect("git runs");
    assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// As [`git`], with an input.
pub fn feed(folder: &Path, arguments: &[&str], input: &[u8]) {
    use std::io::Write as _;
    let mut command = Command::new("git");
    let mut child = quiet(&mut command).args(arguments).current_dir(folder).stdin(Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("an input").write_all(input).expect("git reads");
    assert!(child.wait().expect("git ends").success(), "git {arguments:?}");
}

fn quiet(command: &mut Command) -> &mut Command {
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TERMINAL_PROMPT", "0")
}

async fn answer(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    shared.requests.lock().expect("no panic while locked").push(format!("{method} {}", uri.path()));
    if let Some(status) = shared.faults.lock().expect("no panic while locked").pop() {
        return StatusCode::from_u16(status).expect("a status").into_response();
    }
    let expected = format!("x-access-token:{}", shared.token.lock().expect("no panic while locked"));
    let expected = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(expected));
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&expected) {
        return (StatusCode::UNAUTHORIZED, [("www-authenticate", "Basic realm=\"git\"")]).into_response();
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let environment: BTreeMap<&str, String> = BTreeMap::from([
        ("GIT_PROJECT_ROOT", shared.root.display().to_string()),
        ("GIT_HTTP_EXPORT_ALL", "1".into()),
        ("REQUEST_METHOD", method.to_string()),
        ("PATH_INFO", uri.path().to_owned()),
        ("QUERY_STRING", uri.query().unwrap_or_default().to_owned()),
        ("CONTENT_TYPE", text("content-type")),
        ("HTTP_CONTENT_ENCODING", text("content-encoding")),
        ("GIT_PROTOCOL", text("git-protocol")),
        ("REMOTE_USER", "x-access-token".into()),
    ]);
    let output = tokio::task::spawn_blocking(move || backend(&environment, &body)).await.expect("the backend's thread ends");
    cgi(&output)
}

fn backend(environment: &BTreeMap<&str, String>, body: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut command = Command::new("git");
    let mut child = quiet(&mut command)
        .arg("http-backend")
        .envs(environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git http-backend runs");
    let mut input = child.stdin.take().expect("an input");
    let body = body.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output().expect("the backend ends").stdout;
    let _ = writer.join();
    output
}

fn cgi(output: &[u8]) -> Response {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(output.len());
    let mut response = Response::builder();
    let mut status = StatusCode::OK;
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        match line.split_once(": ") {
            Some(("Status", value)) => status = value.get(..3).and_then(|code| code.parse().ok()).unwrap_or(StatusCode::BAD_GATEWAY),
            Some((name, value)) => response = response.header(name, value),
            None => {}
        }
    }
    response.status(status).body(output[(end + 4).min(output.len())..].to_vec().into()).expect("a response")
}
