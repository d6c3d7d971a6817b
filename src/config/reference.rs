//! The settings as a table: names, environment variables, defaults and meaning, all from the type definition.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Settings, SourceSettings, StateSource};

/// One setting, as the manual lists it and as the environment may give it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Path of keys (`server`, `listen`); `NAME` stands for the name of a source.
    pub path: Vec<String>,
    /// The environment variable that sets it.
    pub environment: String,
    /// The default, as JSON; null means none.
    pub default: Value,
    /// What it is.
    pub description: String,
    /// JSON type (`string`, `integer`, `boolean`, `array`, `object`).
    pub kind: String,
    /// Allowed values, if they are few.
    pub values: Vec<String>,
}

/// Every setting in the order of the definition.
#[must_use]
pub fn settings_reference() -> Vec<Setting> {
    let generator = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let schema = generator.into_root_schema_for::<Settings>().to_value();
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let mut settings = Vec::new();
    collect(&schema, &defaults, &mut Vec::new(), &mut settings);
    settings
}

/// The defaults of a section with a name of its own.
fn section_defaults(path: &[String]) -> Value {
    match path.first().map(String::as_str) {
        Some("state") => serde_json::to_value(StateSource::default()),
        _ => serde_json::to_value(SourceSettings::default()),
    }
    .unwrap_or_default()
}

fn collect(schema: &Value, default: &Value, path: &mut Vec<String>, settings: &mut Vec<Setting>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (key, property) in properties {
            path.push(key.clone());
            collect(property, default.get(key).unwrap_or(&Value::Null), path, settings);
            path.pop();
        }
    } else if let Some(each) = schema.get("additionalProperties").filter(|each| each.get("properties").is_some()) {
        path.push("NAME".into());
        collect(each, &section_defaults(path), path, settings);
        path.pop();
    } else {
        settings.push(Setting {
            environment: environment_name(path),
            path: path.clone(),
            default: default.clone(),
            description: text(schema.get("description")),
            kind: kind(schema),
            values: values(schema),
        });
    }
}

/// `server.listen` → `REMEDIATE_SERVER_LISTEN`.
pub(super) fn environment_name(path: &[String]) -> String {
    let joined = path.join("_");
    format!("REMEDIATE_{}", joined.to_uppercase().replace(['-', '.'], "_"))
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().replace('\n', " ")
}

fn kind(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => text(kinds.iter().find(|kind| kind.as_str() != Some("null"))),
        _ => "string".into(),
    }
}

fn values(schema: &Value) -> Vec<String> {
    let listed = |schema: &Value| -> Vec<String> {
        schema
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .chain(schema.get("const"))
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect()
    };
    let nested = ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let mut values = listed(schema);
    for schema in nested {
        values.extend(self::values(schema));
    }
    values
}

/// The manual page `docs/configuration.md`.
#[must_use]
pub fn settings_page() -> String {
    let mut page = String::from(PAGE_HEAD);
    for setting in settings_reference() {
        let mut meaning = setting.description.clone();
        if !setting.values.is_empty() {
            let _ = write!(meaning, " One of `{}`.", setting.values.join("`, `"));
        }
        let default = match &setting.default {
            Value::Null => String::new(),
            Value::String(text) => format!("`\"{text}\"`"),
            other => format!("`{other}`"),
        };
        let _ =
            writeln!(page, "| `{}` | `{}` | {default} | {} |", setting.path.join("."), setting.environment, meaning.replace('|', "\\|"));
    }
    page
}

const PAGE_HEAD: &str = "\
# Configuration

*This page is made by `remediate config table`; change the definition in `src/config/`, not the page.*

The server reads one TOML file: `--settings FILE`, else the file named by `REMEDIATE_SETTINGS`, else `remediate.toml` in the working
directory if there is one. Every setting can also be given by an environment variable, which wins over the file. Unknown keys and
unknown `REMEDIATE_…` variables are errors that name the nearest known one. `NAME` stands for the name you give a source or a state; in the
variable it is written in capitals with `_` for `-`.

Secrets may stand in the file, in a variable, or in a file of their own (`…_file`). They are never logged.

What the bot does in a repository is decided by `.github/remediate.yml`; see [policy.md](policy.md).

| key | environment variable | default | meaning |
| --- | --- | --- | --- |
";
