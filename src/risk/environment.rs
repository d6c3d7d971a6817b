//! Production or not: read from what people write in tags, account names, folders and names.

use std::collections::BTreeMap;

/// Kinds of environment that matter for risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Serves customers.
    Production,
    /// Like production, without customers.
    Staging,
    /// Development, tests, sandboxes.
    Development,
}

impl Environment {
    /// The weight that counts for it.
    pub(super) const fn weight_name(self) -> &'static str {
        match self {
            Self::Production => "environment_production",
            Self::Staging => "environment_staging",
            Self::Development => "environment_development",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }
}

/// An environment and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentHint {
    /// Which.
    pub environment: Environment,
    /// In a sentence.
    pub reason: String,
}

/// Everything that may tell, most trustworthy first.
#[derive(Debug, Clone, Copy)]
pub struct Clues<'a> {
    /// The source's own word.
    pub stated: Option<&'a str>,
    /// Tags of the resource.
    pub tags: &'a BTreeMap<String, String>,
    /// Account name.
    pub account: Option<&'a str>,
    /// Organisational unit.
    pub organisational_unit: Option<&'a str>,
    /// File of the block.
    pub path: Option<&'a str>,
    /// Names of the resource.
    pub names: &'a [String],
}

/// Tag keys that name an environment, compared without case, dashes and underscores.
const TAG_KEYS: [&str; 7] = ["environment", "env", "stage", "tier", "environmentname", "envname", "deploymentenvironment"];

/// The environment by the first clue that tells one; `None` when nothing does.
#[must_use]
pub fn environment_of(clues: &Clues<'_>) -> Option<EnvironmentHint> {
    let hint = |environment: Environment, reason: String| EnvironmentHint {
        environment,
        reason: format!("it belongs to {}: {reason}", environment.word()),
    };
    if let Some((stated, environment)) = clues.stated.and_then(|text| Some((text, in_words(text)?))) {
        return Some(hint(environment, format!("the source says `{stated}`")));
    }
    for (key, value) in clues.tags {
        let plain: String = key.to_ascii_lowercase().replace(['-', '_', ' ', ':'], "");
        if TAG_KEYS.contains(&plain.as_str())
            && let Some(environment) = in_words(value)
        {
            return Some(hint(environment, format!("tag `{key}` is `{value}`")));
        }
    }
    let told = [
        ("the account is called", clues.account),
        ("the organisational unit is", clues.organisational_unit),
        ("the code is in", clues.path),
    ];
    for (what, text) in told {
        if let Some((text, environment)) = text.and_then(|text| Some((text, in_words(text)?))) {
            return Some(hint(environment, format!("{what} `{text}`")));
        }
    }
    clues.names.iter().find_map(|name| Some(hint(in_words(name)?, format!("the name is `{name}`"))))
}

/// The environment that a word of `text` names. Words are split at anything that is no letter or digit, so that `product` is not
/// `prod`. When words contradict each other (`nonprod`, `pre-prod`, `dev-prod-copy`) the less grave one holds.
fn in_words(text: &str) -> Option<Environment> {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let before_prod = words.windows(2).any(|pair| matches!(pair[0], "non" | "pre" | "not") && is_production(pair[1]));
    if words.iter().any(|word| is_development(word)) || words.windows(2).any(|pair| pair[0] == "non" && is_production(pair[1])) {
        Some(Environment::Development)
    } else if before_prod || words.iter().any(|word| is_staging(word)) {
        Some(Environment::Staging)
    } else if words.iter().any(|word| is_production(word)) {
        Some(Environment::Production)
    } else {
        None
    }
}

fn is_production(word: &str) -> bool {
    matches!(without_number(word), "prod" | "production" | "prd" | "live")
}

fn is_staging(word: &str) -> bool {
    matches!(without_number(word), "stage" | "staging" | "stg" | "preprod" | "preproduction" | "uat" | "acceptance")
}

fn is_development(word: &str) -> bool {
    matches!(
        without_number(word),
        "dev"
            | "develop"
            | "development"
            | "test"
            | "testing"
            | "tst"
            | "qa"
            | "sandbox"
            | "sbx"
            | "playground"
            | "nonprod"
            | "nonproduction"
            | "demo"
            | "lab"
            | "ephemeral"
    )
}

/// `prod2` → `prod`.
fn without_number(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_environment_and_parts_of_words_do_not() {
        for (text, expected) in [
            ("prod-customer-data", Some(Environment::Production)),
            ("envs/prod/main.tf", Some(Environment::Production)),
            ("acme_PRD01", Some(Environment::Production)),
            ("product-catalogue", None),
            ("devices", None),
            ("nonprod", Some(Environment::Development)),
            ("non-prod", Some(Environment::Development)),
            ("pre-prod", Some(Environment::Staging)),
            ("staging", Some(Environment::Staging)),
            ("latest", None),
            ("dev-copy-of-prod", Some(Environment::Development)),
        ] {
            assert_eq!(in_words(text), expected, "{text}");
        }
    }

    #[test]
    fn the_source_is_believed_before_a_name() {
        let tags = BTreeMap::from([("Environment".to_owned(), "staging".to_owned())]);
        let names = ["prod-x".to_owned()];
        let clues = Clues { stated: None, tags: &tags, account: None, organisational_unit: None, path: None, names: &names };
        assert_eq!(environment_of(&clues).unwrap().environment, Environment::Staging);
        let stated = environment_of(&Clues { stated: Some("production"), ..clues }).unwrap();
        assert_eq!(stated.reason, "it belongs to production: the source says `production`");
    }
}
