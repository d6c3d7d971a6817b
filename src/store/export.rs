//! The audit record as a file: JSON (an array with an event on each line) or CSV, and back, so that it can be checked anywhere.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::model::AuditEvent;

use super::chain::{ChainCheck, ChainWalk, time};

/// The columns of the CSV export, in order.
pub const CSV_HEADER: &str = "sequence,at,actor,action,finding,remediation,details,previous,hash";

/// What is wrong with an exported file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ExportBreak {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// An event as one line of JSON.
#[must_use]
pub fn json_line(event: &AuditEvent) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

/// An event as one line of CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe.
#[must_use]
pub fn csv_line(event: &AuditEvent) -> String {
    let details = event.details.to_string();
    let (sequence, at) = (event.sequence.to_string(), time(event.at));
    let cells = [
        sequence.as_str(),
        &at,
        &event.actor,
        &event.action,
        event.finding.as_deref().unwrap_or_default(),
        event.remediation.as_deref().unwrap_or_default(),
        &details,
        &event.previous,
        &event.hash,
    ];
    cells.map(cell).join(",")
}

fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { "'" } else { "" };
    let mut cell = String::with_capacity(text.len() + 2);
    let _ = write!(cell, "\"{guard}{}\"", text.replace('"', "\"\""));
    cell
}

/// Checks an exported file, JSON or CSV (told by its first character), from its first event.
///
/// # Errors
/// The first line that cannot be read or does not fit the chain.
pub fn check_export(text: &str) -> Result<ChainCheck, ExportBreak> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['[', '{']) { check_json(text) } else { check_csv(text) }
}

fn check_json(text: &str) -> Result<ChainCheck, ExportBreak> {
    let mut walk = ChainWalk::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim().trim_end_matches(',');
        if line.is_empty() || line == "[" || line == "]" || line == "[]" {
            continue;
        }
        let event: AuditEvent = serde_json::from_str(line).map_err(|error| ExportBreak {
            line: number,
            reason: format!("is not an event as `remediate audit export` writes it, one on a line: {error}"),
        })?;
        walk.step(&event).map_err(|broken| ExportBreak { line: number, reason: broken.to_string() })?;
    }
    Ok(walk.finish())
}

fn check_csv(text: &str) -> Result<ChainCheck, ExportBreak> {
    let mut walk = ChainWalk::default();
    let mut lines = (1..).zip(text.lines());
    match lines.next() {
        Some((_, header)) if header.trim_end() == CSV_HEADER => {}
        _ => return Err(ExportBreak { line: 1, reason: format!("expected a JSON array, or CSV with the header {CSV_HEADER}") }),
    }
    for (line, text) in lines.filter(|(_, text)| !text.is_empty()) {
        let event = parse_csv_line(text).map_err(|reason| ExportBreak { line, reason })?;
        walk.step(&event).map_err(|broken| ExportBreak { line, reason: broken.to_string() })?;
    }
    Ok(walk.finish())
}

fn parse_csv_line(line: &str) -> Result<AuditEvent, String> {
    let cells = csv_cells(line)?;
    let [sequence, at, actor, action, finding, remediation, details, previous, hash] = cells.as_slice() else {
        return Err(format!("has {} cells instead of 9", cells.len()));
    };
    let optional = |text: &String| (!text.is_empty()).then(|| text.clone());
    Ok(AuditEvent {
        sequence: sequence.parse().map_err(|_| format!("`{sequence}` is not a sequence number"))?,
        at: at.parse::<DateTime<Utc>>().map_err(|_| format!("`{at}` is not a time"))?,
        actor: actor.clone(),
        action: action.clone(),
        finding: optional(finding),
        remediation: optional(remediation),
        details: serde_json::from_str(details).map_err(|error| format!("the details are not JSON: {error}"))?,
        previous: previous.clone(),
        hash: hash.clone(),
    })
}

fn csv_cells(line: &str) -> Result<Vec<String>, String> {
    let mut cells = Vec::new();
    let mut rest = line.trim_end_matches('\r');
    loop {
        let (cell, after) = if let Some(quoted) = rest.strip_prefix('"') { quoted_cell(quoted)? } else { plain_cell(rest) };
        cells.push(cell.strip_prefix('\'').map(ToOwned::to_owned).unwrap_or(cell));
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(cells),
            None => return Err("has text after a closing quote".into()),
        }
    }
}

fn quoted_cell(text: &str) -> Result<(String, &str), String> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let Some((part, after)) = rest.split_once('"') else { return Err("has a quote that is not closed".into()) };
        cell.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Ok((cell, after)),
        }
    }
}

fn plain_cell(text: &str) -> (String, &str) {
    let end = text.find(',').unwrap_or(text.len());
    let (cell, rest) = text.split_at(end);
    (cell.to_owned(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{GENESIS, seal};

    fn events(count: i64) -> Vec<AuditEvent> {
        let mut previous = GENESIS.to_owned();
        (1..=count)
            .map(|sequence| {
                let mut event = AuditEvent {
                    sequence: 0,
                    at: DateTime::from_timestamp(1_790_000_000, 5).unwrap(),
                    actor: "=github:ann".into(),
                    action: "finding.received".into(),
                    finding: (sequence % 2 == 0).then(|| "f1".into()),
                    remediation: None,
                    details: serde_json::json!({ "text": "a \"quoted\", line\nand \u{2028} more" }),
                    previous: String::new(),
                    hash: String::new(),
                };
                seal(&mut event, sequence, &previous);
                previous.clone_from(&event.hash);
                event
            })
            .collect()
    }

    fn json(events: &[AuditEvent]) -> String {
        format!("[\n{}\n]\n", events.iter().map(json_line).collect::<Vec<_>>().join(",\n"))
    }

    fn csv(events: &[AuditEvent]) -> String {
        let lines: Vec<_> = events.iter().map(csv_line).collect();
        format!("{CSV_HEADER}\n{}\n", lines.join("\n"))
    }

    #[test]
    fn both_exports_can_be_checked() {
        let events = events(5);
        let whole = ChainCheck { events: 5, head: events[4].hash.clone() };
        assert_eq!(check_export(&json(&events)), Ok(whole.clone()));
        assert_eq!(check_export(&csv(&events)), Ok(whole.clone()));
        assert_eq!(check_export(&csv(&events).replace('\n', "\r\n")), Ok(whole));
        assert!(csv(&events).contains("\"'=github:ann\""), "a spreadsheet must not run it");
        let again: Vec<AuditEvent> = serde_json::from_str(&json(&events)).unwrap();
        assert_eq!(again, events, "it is plain JSON for every other reader");
        assert_eq!(check_export("[\n]\n").unwrap().events, 0);
    }

    #[test]
    fn the_first_broken_line_is_named() {
        let events = events(5);
        let broken = |text: String| check_export(&text).unwrap_err();
        // The third event stands on line 4: after the bracket, or after the header.
        for text in [json(&events), csv(&events)] {
            let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
            lines[3] = lines[3].replace("finding.received", "finding.resolved");
            assert_eq!(broken(lines.join("\n")).line, 4);
            lines[3] = "garbage".into();
            assert_eq!(broken(lines.join("\n")).line, 4);
            lines.remove(3);
            let gone = broken(lines.join("\n"));
            assert_eq!(gone.line, 4);
            assert!(gone.reason.contains("missing"), "{gone}");
        }
        assert_eq!(broken("hello".into()).line, 1);
        assert_eq!(broken(String::new()).line, 1);
        assert!(broken(format!("{CSV_HEADER}\n\"a\"b,c")).reason.contains("after a closing quote"));
        assert!(broken(format!("{CSV_HEADER}\n\"a")).reason.contains("not closed"));
        assert!(broken(format!("{CSV_HEADER}\na,b")).reason.contains("2 cells"));
    }
}
