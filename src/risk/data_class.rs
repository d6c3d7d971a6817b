//! What kind of data a resource holds, as far as tags and names tell.

use std::collections::BTreeMap;

use crate::model::DataClass;

/// A data class and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataHint {
    /// Which.
    pub class: DataClass,
    /// In a sentence.
    pub reason: String,
}

/// Tag keys that speak of data, compared without case, dashes and underscores.
const TAG_KEYS: [&str; 10] = [
    "dataclassification",
    "dataclass",
    "classification",
    "sensitivity",
    "datasensitivity",
    "compliance",
    "datatype",
    "confidentiality",
    "containspii",
    "pii",
];

/// The classes that `tags` and `names` tell, tags first.
#[must_use]
pub fn data_classes_in(tags: &BTreeMap<String, String>, names: &[String]) -> Vec<DataHint> {
    let mut hints = Vec::new();
    for (key, value) in tags {
        let plain: String = key.to_ascii_lowercase().replace(['-', '_', ' ', ':'], "");
        if !TAG_KEYS.contains(&plain.as_str()) {
            continue;
        }
        let yes_tag = plain.ends_with("pii") && matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "1");
        let class = if yes_tag { Some(DataClass::Pii) } else { in_tag_value(value) };
        hints.extend(class.map(|class| DataHint { class, reason: format!("tag `{key}` is `{value}`, which means {}", words(class)) }));
    }
    for name in names {
        hints.extend(in_name(name).map(|class| DataHint { class, reason: format!("the name `{name}` speaks of {}", words(class)) }));
    }
    hints
}

fn in_tag_value(value: &str) -> Option<DataClass> {
    let classes = split(value).into_iter().filter_map(|word| match word.as_str() {
        "phi" | "hipaa" | "health" => Some(DataClass::Phi),
        "pci" | "cardholder" => Some(DataClass::Pci),
        "pii" | "gdpr" | "personal" => Some(DataClass::Pii),
        "secret" | "secrets" | "credentials" => Some(DataClass::Secrets),
        "confidential" | "restricted" | "sensitive" | "highlyconfidential" => Some(DataClass::Sensitive),
        _ => None,
    });
    classes.min_by_key(|class| super::gravity(*class))
}

/// A name is a weaker sign than a tag: only words that hardly mean anything else.
fn in_name(name: &str) -> Option<DataClass> {
    split(name).iter().find_map(|word| match word.as_str() {
        "phi" | "hipaa" | "patient" | "patients" => Some(DataClass::Phi),
        "pci" | "cardholder" => Some(DataClass::Pci),
        "pii" | "gdpr" => Some(DataClass::Pii),
        "customer" | "customers" => Some(DataClass::Sensitive),
        _ => None,
    })
}

fn split(text: &str) -> Vec<String> {
    text.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The class in words.
pub(super) const fn words(class: DataClass) -> &'static str {
    match class {
        DataClass::Pii => "personal data",
        DataClass::Pci => "card data",
        DataClass::Phi => "health data",
        DataClass::Secrets => "secrets",
        DataClass::Sensitive => "sensitive data",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_names_tell_the_class() {
        let tags =
            BTreeMap::from([("DataClassification".to_owned(), "Restricted / PHI".to_owned()), ("Owner".to_owned(), "pci-team".to_owned())]);
        let hints = data_classes_in(&tags, &["acme-pii-exports".to_owned(), "happiness".to_owned()]);
        let classes: Vec<DataClass> = hints.iter().map(|hint| hint.class).collect();
        assert_eq!(classes, [DataClass::Phi, DataClass::Pii]);
    }

    #[test]
    fn a_yes_tag_counts_and_a_no_tag_does_not() {
        let tag = |value: &str| data_classes_in(&BTreeMap::from([("contains-pii".to_owned(), value.to_owned())]), &[]);
        assert_eq!(tag("true").len(), 1);
        assert!(tag("false").is_empty());
    }
}
