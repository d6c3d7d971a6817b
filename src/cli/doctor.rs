//! `remediate doctor`: checks everything the bot needs and says what to mend.

use std::process::ExitCode;
use std::time::Duration;

use chrono::Utc;
use clap::Args;

use super::serve::github;
use super::start::{SettingsOptions, database_url, runtime, settings};
use crate::config::Settings;
use crate::flow::NEEDED_PERMISSIONS;
use crate::github::{App, Github, InstallationInfo};
use crate::store::Store;
use crate::web::HANDLED_EVENTS;

/// Checks credentials, permissions, events, database, webhook and clock.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    settings: SettingsOptions,
}

/// One finding of the doctor: what was looked at, and what to mend if it is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    what: String,
    problem: Option<String>,
}

impl Check {
    fn well(what: impl Into<String>) -> Self {
        Self { what: what.into(), problem: None }
    }

    fn ill(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), problem: Some(mend.into()) }
    }
}

/// Prints a line a check. Exit code 1: something must be mended; 2: the settings cannot be read.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let settings = match settings(&options.settings) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("remediate doctor: {error:#}");
            return ExitCode::from(2);
        }
    };
    let checks = match runtime() {
        Ok(runtime) => runtime.block_on(examine(&settings)),
        Err(error) => vec![Check::ill("runtime", error.to_string())],
    };
    for check in &checks {
        match &check.problem {
            None => println!("well   {}", check.what),
            Some(mend) => println!("mend   {}: {mend}", check.what),
        }
    }
    if checks.iter().all(|check| check.problem.is_none()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn examine(settings: &Settings) -> Vec<Check> {
    let mut checks = vec![Check::well("settings")];
    checks.push(data_folder(settings));
    checks.push(database(settings).await);
    if settings.github.webhook_secret.is_none() {
        checks.push(Check::ill("webhook secret", "none; run `remediate setup`, or set github.webhook_secret_file"));
    }
    match github(settings) {
        Ok(github) => checks.extend(on_github(settings, &github).await),
        Err(error) => checks.push(Check::ill("credentials", format!("{error:#}"))),
    }
    checks
}

fn data_folder(settings: &Settings) -> Check {
    let what = format!("data folder {}", settings.data);
    let wide = std::fs::metadata(&settings.data).map(|folder| !folder.is_dir());
    match wide {
        Ok(false) => match tempfile::NamedTempFile::new_in(&settings.data) {
            Ok(_) => Check::well(what),
            Err(error) => Check::ill(what, format!("cannot be written: {error}")),
        },
        Ok(true) => Check::ill(what, "is no folder"),
        Err(error) => Check::ill(what, format!("{error}; `remediate serve` makes it, or set `data`")),
    }
}

async fn database(settings: &Settings) -> Check {
    let what = "database";
    // Opening would create a missing SQLite file, and a doctor changes nothing.
    if settings.store.url.is_none() && !std::path::Path::new(&settings.data).join("remediate.db").exists() {
        return Check::well("database (not there yet; `remediate serve` makes it)");
    }
    match Store::open(&database_url(settings), Utc::now()).await {
        Ok(store) => {
            let answer = store.ping().await;
            let what = format!("database ({})", store.kind());
            let dead = dead_letters(&store).await;
            store.close().await;
            match (answer, dead) {
                (Err(error), _) => Check::ill(what, format!("does not answer: {error}")),
                (Ok(()), 0) => Check::well(what),
                (Ok(()), dead) => Check::ill(what, format!("{dead} jobs were given up; see the log for why, and retry them")),
            }
        }
        Err(error) => Check::ill(what, format!("{error}")),
    }
}

async fn dead_letters(store: &Store) -> usize {
    match store.read().await {
        Ok(mut session) => session.dead_jobs(1_000).await.map_or(0, |jobs| jobs.len()),
        Err(_) => 0,
    }
}

async fn on_github(settings: &Settings, github: &Github) -> Vec<Check> {
    let mut checks = vec![clock(github).await];
    let app = match github.app().await {
        Ok(app) => app,
        Err(error) => {
            checks.push(Check::ill(
                "credentials",
                format!("GitHub does not accept them: {error}. The private key must belong to the App id, and the clock must be right"),
            ));
            return checks;
        }
    };
    checks.push(Check::well(format!("credentials of the App {} (id {})", app.slug, app.id)));
    checks.extend(permissions(&format!("the App {}", app.slug), &app.permissions));
    checks.push(events(&app));
    match github.installations().await {
        Ok(installations) => checks.extend(installed(&installations)),
        Err(error) => checks.push(Check::ill("installations", error.to_string())),
    }
    checks.push(webhook(settings, github).await);
    checks
}

async fn clock(github: &Github) -> Check {
    match github.clock_difference().await {
        Ok(difference) if difference.num_seconds().abs() <= 30 => Check::well("clock"),
        Ok(difference) => Check::ill(
            "clock",
            format!("differs from GitHub's by {} seconds; GitHub refuses our tokens beyond 60. Set up NTP", difference.num_seconds()),
        ),
        Err(error) => Check::ill("reaching GitHub", format!("{error}. Check github.api_url and the network")),
    }
}

fn permissions(whose: &str, granted: &std::collections::BTreeMap<String, String>) -> Vec<Check> {
    let rank = |level: &str| match level {
        "admin" => 3,
        "write" => 2,
        "read" => 1,
        _ => 0,
    };
    let missing: Vec<Check> = NEEDED_PERMISSIONS
        .iter()
        .filter(|(name, level, _)| rank(granted.get(*name).map_or("", String::as_str)) < rank(level))
        .map(|(name, level, without)| {
            Check::ill(format!("permission {name} of {whose}"), format!("must be `{level}`; without it {without}"))
        })
        .collect();
    if missing.is_empty() { vec![Check::well(format!("permissions of {whose}"))] } else { missing }
}

fn events(app: &App) -> Check {
    let always = ["installation", "installation_repositories"];
    let missing: Vec<&str> =
        HANDLED_EVENTS.into_iter().filter(|event| !always.contains(event) && !app.events.iter().any(|have| have == event)).collect();
    if missing.is_empty() { Check::well("events") } else { Check::ill("events", format!("subscribe the App to {}", missing.join(", "))) }
}

fn installed(installations: &[InstallationInfo]) -> Vec<Check> {
    if installations.is_empty() {
        return vec![Check::ill("installations", "the App is installed nowhere; install it from its page on GitHub")];
    }
    let mut checks = Vec::new();
    for installation in installations {
        let whose = format!("the installation on {}", installation.account.login);
        if installation.suspended_at.is_some() {
            checks.push(Check::ill(&whose, "is suspended; an owner of the organisation can unsuspend it"));
        } else {
            checks.extend(permissions(&whose, &installation.permissions));
        }
    }
    checks
}

/// Compares the address GitHub sends to with ours, calls it, and looks at what GitHub says of its latest deliveries.
async fn webhook(settings: &Settings, github: &Github) -> Check {
    let what = "webhook";
    let hook = match github.hook_config().await {
        Ok(hook) => hook,
        Err(error) => return Check::ill(what, format!("its configuration cannot be read: {error}")),
    };
    if let Some(public) = &settings.server.public_url {
        let wanted = format!("{}/webhooks/github", public.trim_end_matches('/'));
        if hook.url != wanted {
            return Check::ill(
                what,
                format!("GitHub sends to {}, but this server is at {wanted}; change it in the App's settings", hook.url),
            );
        }
    }
    if hook.content_type != "json" {
        return Check::ill(what, "its content type must be application/json; change it in the App's settings");
    }
    match github.deliveries(Utc::now() - chrono::TimeDelta::days(1)).await {
        Ok(deliveries) => {
            let recent: Vec<_> = deliveries.iter().take(20).collect();
            let lost = recent.iter().filter(|delivery| !delivery.arrived()).count();
            if lost > 0 && lost * 2 >= recent.len() {
                return Check::ill(
                    what,
                    format!("{lost} of the last {} deliveries did not arrive at {}; is it reachable from GitHub?", recent.len(), hook.url),
                );
            }
        }
        Err(error) => return Check::ill(what, format!("its deliveries cannot be listed: {error}")),
    }
    reachable(&hook.url).await
}

/// Whether the webhook's address leads to a server that is ready, seen from here.
async fn reachable(hook: &str) -> Check {
    let what = format!("webhook {hook}");
    let ready = hook.replace("/webhooks/github", "/readyz");
    let client = match reqwest::Client::builder().timeout(Duration::from_secs(10)).build() {
        Ok(client) => client,
        Err(error) => return Check::ill(what, error.to_string()),
    };
    match client.get(&ready).send().await {
        Ok(answer) if answer.status().is_success() => Check::well(what),
        Ok(answer) => Check::ill(what, format!("{ready} answers {}; is `remediate serve` running there?", answer.status())),
        Err(error) => {
            Check::ill(what, format!("{ready} cannot be reached from here: {}. Is `remediate serve` running?", error.without_url()))
        }
    }
}
