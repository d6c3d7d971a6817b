//! A source's bytes to findings, as its settings say.

use crate::config::SourceSettings;
use crate::ingest::{self, Format, IngestError, Mapping};
use crate::model::Finding;

/// Reads `body` as the source's settings say and fills in their defaults.
///
/// # Errors
/// When the body is not of the source's format, or the settings name an unknown one.
pub fn parse_source(name: &str, source: &SourceSettings, body: &[u8]) -> Result<Vec<Finding>, IngestError> {
    let mut findings = match source.kind.as_str() {
        "auto" => ingest::parse(ingest::detect(body)?, body, name)?,
        "template" => ingest::parse_mapped(body, name, &mapping(source)?)?,
        kind => {
            let format = Format::ALL.into_iter().find(|format| format.name() == kind);
            let format = format.ok_or_else(|| IngestError::Nothing(format!("sources.{name}.kind = \"{kind}\" is no known format")))?;
            ingest::parse(format, body, name)?
        }
    };
    for finding in &mut findings {
        name.clone_into(&mut finding.source);
        if finding.context.environment.is_none() {
            finding.context.environment.clone_from(&source.default_environment);
        }
    }
    Ok(findings)
}

/// The mapping as it is configured; words are a list, or a text with commas.
fn mapping(source: &SourceSettings) -> Result<Mapping, IngestError> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(words) => words.iter().filter_map(|word| word.as_str()).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    };
    let fields = source.mapping.iter().map(|(key, value)| (key.clone(), text(value))).collect();
    Mapping::from_fields(&fields)
        .map_err(|problems| IngestError::Nothing(format!("the source's `mapping` is wrong: {}", problems.join("; "))))
}

/// What is wrong with the settings of a source, beyond what its section alone tells: an unknown `kind`, or a wrong `mapping`.
#[must_use]
pub fn source_problem(source: &SourceSettings) -> Option<String> {
    match source.kind.as_str() {
        "auto" => None,
        "template" => mapping(source).err().map(|error| error.to_string()),
        kind if Format::ALL.into_iter().any(|format| format.name() == kind) => None,
        kind => {
            let known = Format::ALL.map(Format::name).join(", ");
            Some(format!("kind = \"{kind}\" is no known format; known are auto, template, {known}"))
        }
    }
}

/// What the event of a report's delivery begins with; `owner/name` follows.
pub const REPORT_EVENT: &str = "report:";

/// Reads a scanner's report about the repository `full_name`: positions without a repository are in that one. What the report says has
/// passed closes what an earlier one reported.
///
/// # Errors
/// When the body is no known report.
pub fn parse_report(full_name: &str, body: &[u8]) -> Result<Vec<Finding>, IngestError> {
    let format = ingest::detect(body)?;
    let mut findings = ingest::parse(format, body, format.name())?;
    if format == Format::Checkov {
        findings.extend(ingest::parse_checkov_passed(body)?);
    }
    for finding in &mut findings {
        if let Some(code) = &mut finding.code {
            code.repository = Some(full_name.to_owned());
        }
        // The same check on the same resource of two repositories is two findings.
        finding.id = format!("{full_name}:{}", finding.id);
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceSettings {
        crate::config::load_settings(Some(("remediate.toml", text)), &[]).unwrap().sources.remove("homegrown").unwrap()
    }

    #[test]
    fn a_mapping_is_read_as_the_manual_writes_it() {
        let manual = include_str!("../../docs/sources/template.md");
        let toml = manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let source = source(toml);
        assert_eq!(source_problem(&source), None);
        let alert = include_bytes!("../../testdata/findings/template/alert.json");
        let finding = parse_source("homegrown", &source, alert).unwrap().remove(0);
        assert_eq!((finding.source.as_str(), finding.resource.raw_id.as_deref()), ("homegrown", Some("arn:aws:s3:::prod-invoices")));
        let gone = include_bytes!("../../testdata/findings/template/resolved.json");
        assert!(matches!(parse_source("homegrown", &source, gone).unwrap()[0].state, crate::model::FindingState::Resolved { .. }));
    }

    #[test]
    fn a_wrong_kind_or_mapping_is_told_before_anything_comes_in() {
        let wrong = |text: &str| source_problem(&source(&format!("[sources.homegrown]\ntoken = \"x\"\n{text}"))).unwrap();
        assert!(wrong("kind = \"wizz\"\n").contains("known are auto, template, own"));
        assert!(
            wrong("kind = \"template\"\n[sources.homegrown.mapping]\nid = \"/id\"\nseverty = \"/s\"\n").contains("did you mean `severity`")
        );
    }
}
