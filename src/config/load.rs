//! From a TOML text and environment variables to checked settings.

use toml::{Table, Value};

use super::error::{nearest, reword};
use super::reference::{Setting, environment_name, settings_reference};
use super::{ConfigError, Secret, Settings};
use crate::model::LineColumn;

/// Variables with our prefix that are no settings.
const OTHER_VARIABLES: [&str; 3] = ["REMEDIATE_SETTINGS", "REMEDIATE_CONFIG", "REMEDIATE_LOG"];

/// The settings that follow from the file `(name, text)`, if there is one, and the environment variables.
///
/// # Errors
/// Syntax, unknown keys or variables, values of the wrong type, and settings that do not fit together.
pub fn load_settings(file: Option<(&str, &str)>, environment: &[(String, String)]) -> Result<Settings, ConfigError> {
    let (name, text) = file.unwrap_or(("settings", ""));
    toml::from_str::<Settings>(text).map_err(|error| toml_error(name, text, &error))?;
    let mut table: Table = toml::from_str(text).map_err(|error| toml_error(name, text, &error))?;
    overlay(&mut table, environment)?;
    let settings: Settings =
        table.try_into().map_err(|error: toml::de::Error| ConfigError::plain("environment", reword(error.message())))?;
    check(name, &settings)?;
    Ok(settings)
}

/// Replaces every `…_file` by the secret that `read` finds in it, then checks that nothing needed is missing.
///
/// # Errors
/// A file that cannot be read, or a secret that is still missing.
pub fn read_secret_files(settings: &mut Settings, read: impl Fn(&str) -> std::io::Result<String>) -> Result<(), ConfigError> {
    let fill = |secret: &mut Option<Secret>, file: &Option<String>, key: &str| match file {
        Some(path) if secret.is_none() => {
            let text = read(path)
                .map_err(|error| ConfigError::plain(path.as_str(), format!("cannot read this file, named by `{key}`: {error}")))?;
            *secret = Some(Secret::new(text.trim_end_matches(['\n', '\r'])));
            Ok(())
        }
        _ => Ok(()),
    };
    fill(&mut settings.github.private_key, &settings.github.private_key_file, "github.private_key_file")?;
    fill(&mut settings.github.webhook_secret, &settings.github.webhook_secret_file, "github.webhook_secret_file")?;
    fill(&mut settings.store.url, &settings.store.url_file, "store.url_file")?;
    let state = &mut settings.state;
    fill(&mut state.gcs_token, &state.gcs_token_file, "state.gcs_token_file")?;
    fill(&mut state.azure_token, &state.azure_token_file, "state.azure_token_file")?;
    fill(&mut state.terraform_cloud_token, &state.terraform_cloud_token_file, "state.terraform_cloud_token_file")?;
    fill(&mut state.http_password, &state.http_password_file, "state.http_password_file")?;
    fill(&mut settings.server.metrics_token, &settings.server.metrics_token_file, "server.metrics_token_file")?;
    for (name, source) in &mut settings.sources {
        fill(&mut source.token, &source.token_file, &format!("sources.{name}.token_file"))?;
        fill(&mut source.tell.secret, &source.tell.secret_file, &format!("sources.{name}.tell.secret_file"))?;
        if let Some(problem) = source.problem() {
            return Err(ConfigError::plain(format!("sources.{name}"), problem));
        }
    }
    Ok(())
}

fn toml_error(name: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let message = reword(error.message());
    match error.span() {
        Some(span) => ConfigError::at(name, text, LineColumn::of(text, span.start), message),
        None => ConfigError::plain(name, message),
    }
}

fn overlay(table: &mut Table, environment: &[(String, String)]) -> Result<(), ConfigError> {
    let settings = settings_reference();
    let known: Vec<(String, Vec<String>, &Setting)> = settings.iter().flat_map(|setting| variables(setting, table)).collect();
    for (name, text) in environment.iter().filter(|(name, _)| {
        name.starts_with("REMEDIATE_") && !name.starts_with("REMEDIATE_TEST_") && !OTHER_VARIABLES.contains(&name.as_str())
    }) {
        let Some((_, path, setting)) = known.iter().find(|(variable, ..)| variable == name) else {
            let meant = nearest(name, known.iter().map(|(variable, ..)| variable.as_str()));
            let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            return Err(ConfigError::plain(name, format!("no setting has this environment variable{hint}")));
        };
        insert(table, path, convert(name, setting, text)?);
    }
    Ok(())
}

/// The variables of a setting: one, or one for each section of its kind that the file names.
fn variables<'a>(setting: &'a Setting, table: &Table) -> Vec<(String, Vec<String>, &'a Setting)> {
    let Some(at) = setting.path.iter().position(|key| key == "NAME") else {
        return vec![(setting.environment.clone(), setting.path.clone(), setting)];
    };
    let mut sections = Some(table);
    for key in setting.path.iter().take(at) {
        sections = sections.and_then(|table| table.get(key)).and_then(Value::as_table);
    }
    let named = |section: &String| -> Vec<String> {
        setting.path.iter().map(|key| if key == "NAME" { section.clone() } else { key.clone() }).collect()
    };
    let names = sections.into_iter().flat_map(Table::keys);
    names.map(named).map(|path| (environment_name(&path), path, setting)).collect()
}

fn convert(name: &str, setting: &Setting, text: &str) -> Result<Value, ConfigError> {
    let wrong = |wanted: &str| ConfigError::plain(name, format!("must be {wanted}"));
    match setting.kind.as_str() {
        "integer" => text.trim().parse().map(Value::Integer).map_err(|_| wrong("a whole number")),
        "boolean" => text.trim().parse().map(Value::Boolean).map_err(|_| wrong("`true` or `false`")),
        "array" => Ok(Value::Array(text.split(',').map(|item| Value::String(item.trim().into())).collect())),
        "object" => Err(ConfigError::plain(name, "is a table and can only be set in the file")),
        _ if !setting.values.is_empty() && !setting.values.iter().any(|value| value == text) => {
            Err(wrong(&format!("one of {}", setting.values.join(", "))))
        }
        _ => Ok(Value::String(text.into())),
    }
}

fn insert(table: &mut Table, path: &[String], value: Value) {
    let Some((last, sections)) = path.split_last() else { return };
    let mut table = table;
    for section in sections {
        match table.entry(section.clone()).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(inner) => table = inner,
            _ => return,
        }
    }
    table.insert(last.clone(), value);
}

fn check(name: &str, settings: &Settings) -> Result<(), ConfigError> {
    let wrong = |message: String| Err(ConfigError::plain(name, message));
    if settings.server.listen.parse::<std::net::SocketAddr>().is_err() {
        return wrong(format!("server.listen = \"{}\" is not an address and port like 0.0.0.0:8080", settings.server.listen));
    }
    let urls = [
        ("github.api_url", Some(&settings.github.api_url)),
        ("github.web_url", Some(&settings.github.web_url)),
        ("server.public_url", settings.server.public_url.as_ref()),
    ];
    for (key, value) in urls {
        let Some(value) = value else { continue };
        if !url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            return wrong(format!("{key} = \"{value}\" is not an http or https address"));
        }
    }
    if settings.workers.count == 0 || settings.workers.attempts == 0 || settings.server.body_limit < 1024 {
        return wrong("workers.count and workers.attempts must be at least 1, server.body_limit at least 1024".into());
    }
    if let Some((key, problem)) = settings.state.problem() {
        return wrong(format!("state.{key}: {problem}"));
    }
    match settings.sources.keys().chain(settings.state.sources.keys()).find(|source| !valid_source_name(source)) {
        Some(source) => {
            wrong(format!("sources.{source}: a name may hold lower-case letters, digits and `-`, and is at most 40 characters long"))
        }
        None => Ok(()),
    }
}

fn valid_source_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{CommitPolicy, settings_page};

    fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        assert_eq!(load_settings(None, &[]).unwrap(), Settings::default());
    }

    #[test]
    fn the_environment_wins_over_the_file_for_every_kind_of_value() {
        let file = "data = \"a\"\n[workers]\ncount = 2\n[sources.security-hub]\nauth = \"sns\"\n";
        let variables = environment(&[
            ("REMEDIATE_DATA", "b"),
            ("REMEDIATE_WORKERS_COUNT", "7"),
            ("REMEDIATE_WORKERS_RECONCILE", "90s"),
            ("REMEDIATE_COMMIT_VIA", "api"),
            ("REMEDIATE_GITHUB_APP_ID", "12"),
            ("REMEDIATE_SOURCES_SECURITY_HUB_TOPICS", "arn:a, arn:b"),
            ("HOME", "/root"),
        ]);
        let settings = load_settings(Some(("remediate.toml", file)), &variables).unwrap();
        assert_eq!((settings.data.as_str(), settings.workers.count, settings.workers.reconcile.as_seconds()), ("b", 7, 90));
        assert_eq!((settings.commit.via, settings.github.app_id), (CommitPolicy::Api, Some(12)));
        assert_eq!(settings.sources["security-hub"].topics, ["arn:a", "arn:b"]);
    }

    #[test]
    fn misspelt_keys_and_variables_are_named_with_the_nearest_known_one() {
        let error = load_settings(Some(("remediate.toml", "[server]\nlisten_on = \"x\"\n")), &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"
        remediate.toml:2:1: unknown key `listen_on`; did you mean `listen`?
          |
        2 | listen_on = "x"
          | ^
        "#);
        let error = load_settings(None, &environment(&[("REMEDIATE_GITHUB_APPID", "1")])).unwrap_err();
        insta::assert_snapshot!(error, @"REMEDIATE_GITHUB_APPID: no setting has this environment variable; did you mean `REMEDIATE_GITHUB_APP_ID`?");
    }

    #[test]
    fn secrets_come_from_files_and_are_never_shown() {
        let text = "[github]\nwebhook_secret_file = \"/run/secrets/w\"\n[sources.wiz]\ntoken_file = \"/run/secrets/t\"\n";
        let mut settings = load_settings(Some(("remediate.toml", text)), &[]).unwrap();
        read_secret_files(&mut settings, |path| Ok(format!("content-of-{path}\n"))).unwrap();
        let secret = settings.github.webhook_secret.as_ref().unwrap();
        assert_eq!(secret.expose(), "content-of-/run/secrets/w");
        let shown = format!("{settings:?} {}", serde_json::to_string(&settings).unwrap());
        assert!(!shown.contains("content-of"), "{shown}");
    }

    #[test]
    fn a_source_without_its_secret_is_refused() {
        let mut settings = load_settings(Some(("remediate.toml", "[sources.wiz]\n")), &[]).unwrap();
        let error = read_secret_files(&mut settings, |_| Ok(String::new())).unwrap_err();
        assert_eq!(error.to_string(), "sources.wiz: needs `token` or `token_file`");
    }

    #[test]
    fn every_setting_is_documented() {
        for setting in settings_reference() {
            assert!(!setting.description.is_empty(), "{} has no description", setting.path.join("."));
        }
        assert!(settings_page().contains("| `server.listen` | `REMEDIATE_SERVER_LISTEN` | `\"127.0.0.1:8080\"` |"), "{}", settings_page());
    }
}
