//! What `serve`, `setup` and `doctor` share: settings from file and environment, and the data folder.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::config::{LogFormat, LogSettings, Secret, Settings, load_settings, read_secret_files};
use crate::github::{AppConversion, Endpoints};

/// Names of the files that `setup` writes and `serve` reads.
const APP_ID: &str = "github-app-id";
const PRIVATE_KEY: &str = "github-app.pem";
const WEBHOOK_SECRET: &str = "webhook-secret";

/// Where the settings are.
#[derive(Debug, Clone, Args)]
pub struct SettingsOptions {
    /// The settings file (TOML); else REMEDIATE_SETTINGS, else `remediate.toml` here if there is one.
    #[arg(long, value_name = "FILE", env = "REMEDIATE_SETTINGS")]
    pub settings: Option<PathBuf>,
}

/// Reads the settings file and the environment, the secret files, and the credentials that `setup` stored.
///
/// # Errors
/// A settings file that is missing or wrong, or a secret file that cannot be read.
pub fn settings(options: &SettingsOptions) -> Result<Settings> {
    let default = PathBuf::from("remediate.toml");
    let path = options.settings.clone().or_else(|| default.exists().then_some(default));
    let text = path
        .as_ref()
        .map(|path| std::fs::read_to_string(path).with_context(|| format!("cannot read the settings file {}", path.display())))
        .transpose()?;
    let name = path.as_ref().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let environment: Vec<(String, String)> =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    let mut settings = load_settings(text.as_deref().map(|text| (name.as_str(), text)), &environment)?;
    read_secret_files(&mut settings, |path| std::fs::read_to_string(path))?;
    stored_credentials(&mut settings)?;
    Ok(settings)
}

/// The App's credentials from the data folder, where the settings give none.
fn stored_credentials(settings: &mut Settings) -> Result<()> {
    let folder = PathBuf::from(&settings.data);
    let read = |name: &str| -> Result<Option<String>> {
        match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => Ok(Some(text.trim_end().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", folder.join(name).display())),
        }
    };
    let github = &mut settings.github;
    if github.app_id.is_none() {
        github.app_id = read(APP_ID)?.and_then(|text| text.trim().parse().ok());
    }
    if github.private_key.is_none() {
        github.private_key = read(PRIVATE_KEY)?.map(Secret::new);
    }
    if github.webhook_secret.is_none() {
        github.webhook_secret = read(WEBHOOK_SECRET)?.map(Secret::new);
    }
    Ok(())
}

/// Stores a new App's credentials in the data folder, readable by this user only.
///
/// # Errors
/// When the folder or a file cannot be written.
pub fn store_credentials(folder: &Path, app: &AppConversion, webhook_secret: &str) -> io::Result<()> {
    use secrecy::ExposeSecret as _;
    make_private_folder(folder)?;
    write_private(&folder.join(PRIVATE_KEY), app.pem.expose_secret())?;
    write_private(&folder.join(WEBHOOK_SECRET), webhook_secret)?;
    write_private(&folder.join(APP_ID), &app.id.to_string())
}

/// Makes the data folder, for this user only, if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }
    #[cfg(not(unix))]
    std::fs::create_dir_all(folder)
}

/// Writes a file with mode 0600, all or nothing.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().unwrap_or(Path::new("."));
    // A temporary file is made with mode 0600 and takes the place of the old one in one step.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Where GitHub is.
///
/// # Errors
/// An address that is none.
pub fn endpoints(settings: &Settings) -> Result<Endpoints> {
    Endpoints::new(&settings.github.api_url, &settings.github.web_url).map_err(anyhow::Error::msg)
}

/// The database's address: the configured one, or a file in the data folder.
#[must_use]
pub fn database_url(settings: &Settings) -> String {
    match &settings.store.url {
        Some(url) => url.expose().to_owned(),
        None => format!("sqlite://{}", Path::new(&settings.data).join("remediate.db").display()),
    }
}

/// Starts logging on standard error. `REMEDIATE_LOG` wins over the configured level.
pub fn start_logging(settings: &LogSettings) {
    use tracing_subscriber::EnvFilter;
    let level = std::env::var("REMEDIATE_LOG").unwrap_or_else(|_| settings.level.clone());
    let filter = EnvFilter::try_new(&level).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second call (in tests) leaves the first subscriber in place.
    let _ = match settings.format {
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
        LogFormat::Pretty => subscriber.try_init(),
    };
}

/// The asynchronous runtime of a subcommand.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the asynchronous runtime")
}
