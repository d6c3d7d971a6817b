//! Setting up and checking: `remediate setup` by the manifest flow, and `remediate doctor`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use remediate_sandbox::{Sandbox, SandboxConfig};

use super::bot::{Home, World, eventually};
use super::databases::Database;

/// The value of an attribute in a page of ours.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let from = page.find(start).unwrap_or_else(|| panic!("{start} is not in {page}")) + start.len();
    let length = page[from..].find(end).unwrap_or_default();
    &page[from..from + length]
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#x22;", "\"")
        .replace("&#47;", "/")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setup_creates_the_app_and_stores_its_credentials_for_this_user_only() {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    sandbox.organization("acme").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut child = Command::new(env!("CARGO_BIN_EXE_remediate"))
        .args(["setup", "--organisation", "acme"])
        .current_dir(folder.path())
        .env("REMEDIATE_DATA", &data)
        .env("REMEDIATE_SERVER_LISTEN", "127.0.0.1:0")
        .env("REMEDIATE_GITHUB_API_URL", sandbox.url())
        .env("REMEDIATE_GITHUB_WEB_URL", sandbox.url())
        .env_remove("REMEDIATE_TEST_POSTGRES_URL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    let page_address = first.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();

    // As a browser does: our page, its form to GitHub, and back by GitHub's redirect.
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let page = browser.get(&page_address).send().await.unwrap().text().await.unwrap();
    let action = unescape(between(&page, "<form action=\"", "\""));
    let manifest = unescape(between(&page, "name=\"manifest\" value=\"", "\""));
    assert!(action.contains("/organizations/acme/settings/apps/new?state="), "{action}");
    let answer = browser.post(&action).form(&[("manifest", manifest.as_str())]).send().await.unwrap();
    // GitHub's own page asks once more, and keeps the state for the way back.
    let confirm = answer.text().await.unwrap();
    let target = unescape(between(&confirm, "<form method=\"post\" action=\"", "\""));
    let state = action.split_once("state=").map(|(_, state)| state).unwrap_or_default();
    let form = [("owner", "acme"), ("manifest", manifest.as_str()), ("state", state)];
    let answer = browser.post(format!("{}{target}", sandbox.url())).form(&form).send().await.unwrap();
    let back = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
    let back = back.expect("GitHub sends the browser back");
    let forged = back.replace("state=", "state=x");
    assert_eq!(browser.get(&forged).send().await.unwrap().status(), 403);
    let done = browser.get(&back).send().await.unwrap();
    assert_eq!(done.status(), 200);
    assert!(done.text().await.unwrap().contains("Install it"));
    assert!(eventually("setup ends", || child.try_wait().ok().flatten()).await.success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("remediate serve"), "{rest}");
    for name in ["github-app-id", "github-app.pem", "webhook-secret"] {
        let mode = std::fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_what_to_mend_and_finds_a_sound_bot_well() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let home = Home::new(&database);
    let bot = home.start(&world).await;
    let (well, report) = home.doctor(&world);
    assert!(well, "{report}");
    for wanted in ["credentials of the App remediate", "permissions of the installation on acme", "clock", "webhook"] {
        assert!(report.contains(wanted), "{wanted} is not in {report}");
    }
    drop(bot);
    world.app.set_webhook_url("http://127.0.0.1:9/webhooks/github").unwrap();
    let (well, report) = home.doctor(&world);
    assert!(!well && report.contains("mend   webhook"), "{report}");
}
