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

fn mapping(source: &SourceSettings) -> Result<Mapping, IngestError> {
    let fields = source.mapping.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    serde_json::from_value(serde_json::Value::Object(fields))
        .map_err(|error| IngestError::Nothing(format!("the source's `mapping` is wrong: {error}")))
}

/// What the event of a report's delivery begins with; `owner/name` follows.
pub const REPORT_EVENT: &str = "report:";

/// Reads a scanner's report about the repository `full_name`: positions without a repository are in that one.
///
/// # Errors
/// When the body is no known report.
pub fn parse_report(full_name: &str, body: &[u8]) -> Result<Vec<Finding>, IngestError> {
    let mut findings = ingest::parse_any(body)?;
    for finding in &mut findings {
        if let Some(code) = &mut finding.code {
            code.repository = Some(full_name.to_owned());
        }
        // The same check on the same resource of two repositories is two findings.
        finding.id = format!("{full_name}:{}", finding.id);
    }
    Ok(findings)
}
