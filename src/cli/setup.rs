//! `remediate setup`: creates the GitHub App.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use rand::Rng as _;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::start::{SettingsOptions, endpoints, runtime, settings, store_credentials};
use crate::web::{SetUp, SetUpOutcome, setup_router};

/// Serves a page that creates the GitHub App and stores its credentials in the data folder.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    settings: SettingsOptions,
    /// How GitHub and your browser reach this server; else server.public_url, else the address it listens on.
    #[arg(long)]
    public_url: Option<String>,
    /// The organisation that will own the App; else your own account.
    #[arg(long)]
    organisation: Option<String>,
    /// The App's name, unique on GitHub.
    #[arg(long)]
    name: Option<String>,
}

/// Serves the page until the App exists.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match runtime().and_then(|runtime| runtime.block_on(set_up(options))) {
        Ok(outcome) => {
            println!("The GitHub App {} (id {}) exists and its credentials are stored.", outcome.name, outcome.app_id);
            println!("Next: install it at {}, then run `remediate serve`, and `remediate doctor` to check.", outcome.install_url);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("remediate setup: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn set_up(options: &Options) -> Result<SetUpOutcome> {
    let settings = settings(&options.settings)?;
    if settings.github.app_id.is_some() && settings.github.private_key.is_some() {
        anyhow::bail!(
            "this server has a GitHub App already (id {}); remove its credentials first to create another",
            settings.github.app_id.unwrap_or_default()
        );
    }
    let listener =
        TcpListener::bind(&settings.server.listen).await.with_context(|| format!("cannot listen on {}", settings.server.listen))?;
    let local = format!("http://{}", listener.local_addr()?);
    let public_url = options.public_url.clone().or_else(|| settings.server.public_url.clone()).unwrap_or_else(|| local.clone());
    let folder = PathBuf::from(&settings.data);
    let (done, mut outcome) = mpsc::channel(1);
    let set_up = SetUp {
        endpoints: endpoints(&settings)?,
        public_url,
        name: options.name.clone(),
        organisation: options.organisation.clone(),
        state: random_text(),
        store: Box::new(move |app| {
            // GitHub makes a webhook secret unless the manifest has none; an App without one gets ours, to be entered there.
            let secret = app.webhook_secret.as_ref().map_or_else(random_text, |secret| secret.expose_secret().to_owned());
            store_credentials(&folder, app, &secret)
        }),
        done,
    };
    println!("Open {local}/setup in your browser.");
    let router = setup_router(Arc::new(set_up));
    let (told, mut tell) = mpsc::channel(1);
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        if let Some(outcome) = outcome.recv().await {
            let _ = told.send(outcome).await;
        }
    });
    served.await?;
    tell.recv().await.context("stopped before the App was created")
}

fn random_text() -> String {
    let mut bytes = [0_u8; 24];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}
