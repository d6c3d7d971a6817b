//! What `remediate fix` prints.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::fix::Format;
use super::fix_plan::{Answer, FixReport, Line};
use crate::model::{Applicability, LineColumn};

/// The report in a format; `diff` adds the changes, `commit` is the one that was made.
pub(super) fn render(report: &FixReport, format: Format, diff: bool, commit: Option<&str>) -> String {
    match format {
        Format::Text => text(report, diff, commit, std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()),
        Format::Json => format!("{:#}\n", as_json(report, diff, commit)),
        Format::Sarif => format!("{:#}\n", sarif(report)),
    }
}

struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn text(report: &FixReport, diff: bool, commit: Option<&str>, colour: bool) -> String {
    let paint = Paint(colour);
    let mut out = String::new();
    if diff {
        for (path, file) in &report.files {
            unified(&mut out, &paint, path, file.before.as_deref().unwrap_or_default(), &file.after);
        }
    }
    for line in &report.lines {
        text_line(&mut out, &paint, line);
    }
    let _ = writeln!(
        out,
        "{} fixed, {} refused, {} findings, {} files changed",
        report.fixed(),
        report.refused(),
        report.lines.len(),
        report.files.len()
    );
    if let Some(commit) = commit {
        let _ = writeln!(out, "committed as {commit}");
    }
    out
}

/// Control characters of untrusted text do not reach the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn text_line(out: &mut String, paint: &Paint, line: &Line) {
    let rule = line.rules.first().cloned().or_else(|| line.finding.rules.first().map(|rule| rule.id.clone())).unwrap_or_default();
    let place = match (&line.place, &line.finding.code) {
        (Some((address, path)), _) => format!("{address} ({path})"),
        (None, Some(code)) => format!("{} ({})", code.address.clone().unwrap_or_default(), code.path.clone().unwrap_or_default()),
        _ => line.finding.id.clone(),
    };
    let ids: Vec<&str> = line.finding.rules.iter().take(1).map(|rule| rule.id.as_str()).collect();
    let head = clean(&format!("{} {rule} {place}", ids.join(" ")));
    match &line.answer {
        Answer::Fixed(change) => {
            let level = change.applicability.map(level).unwrap_or_default();
            let _ = writeln!(out, "{} {head} [{level}]", paint.with("32", "fixed  "));
            for what in &change.summary {
                let _ = writeln!(out, "        {}", clean(what));
            }
            for note in change.effects.iter().map(|effect| &effect.note).chain(&change.notes) {
                let _ = writeln!(out, "        {} {}", paint.with("33", "note:"), clean(note));
            }
            if change.reach.instances.len() > 1 {
                let _ = writeln!(out, "        reaches {}", clean(&change.reach.instances.join(", ")));
            }
        }
        Answer::Holds => {
            let _ = writeln!(out, "{} {head}", paint.with("36", "holds  "));
        }
        Answer::Skipped(reason) => {
            let _ = writeln!(out, "{} {head}: {}", paint.with("2", "skipped"), clean(reason));
        }
        Answer::Refused(refusal) => {
            let _ = writeln!(out, "{} {head}\n        {}", paint.with("31", "refused"), clean(&refusal.message));
            if let Some(next) = &refusal.next {
                let _ = writeln!(out, "        next: {}", clean(next));
            }
            for place in &refusal.places {
                let _ = match place.path.as_str() {
                    "" => writeln!(out, "        - {}", clean(&place.note)),
                    path => writeln!(out, "        at {}:{} {}", clean(path), place.line, clean(&place.note)),
                };
            }
        }
    }
}

const fn level(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "safe",
        Applicability::Review => "review",
        Applicability::Disruptive => "disruptive",
    }
}

/// A unified diff with three lines of context.
fn unified(out: &mut String, paint: &Paint, path: &str, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    let _ = writeln!(out, "{}\n{}", paint.with("1", &format!("--- a/{path}")), paint.with("1", &format!("+++ b/{path}")));
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ = writeln!(out, "{}", paint.with("36", hunk.header().to_string().trim_end()));
        for change in hunk.iter_changes() {
            let (sign, code) = match change.tag() {
                ChangeTag::Delete => ('-', "31"),
                ChangeTag::Insert => ('+', "32"),
                ChangeTag::Equal => (' ', "0"),
            };
            let value = change.value();
            let line = format!("{sign}{}", value.trim_end_matches(['\n', '\r']));
            let _ = writeln!(out, "{}", if change.tag() == ChangeTag::Equal { line } else { paint.with(code, &line) });
            if !value.ends_with('\n') {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
}

fn as_json(report: &FixReport, diff: bool, commit: Option<&str>) -> Value {
    let findings: Vec<Value> = report.lines.iter().map(json_line).collect();
    let files: Vec<Value> = report
        .files
        .iter()
        .map(|(path, file)| {
            let mut shown = String::new();
            if diff {
                unified(&mut shown, &Paint(false), path, file.before.as_deref().unwrap_or_default(), &file.after);
            }
            json!({ "path": path, "edits": file.edits, "diff": shown })
        })
        .collect();
    json!({
        "findings": findings,
        "files": files,
        "fixed": report.fixed(),
        "refused": report.refused(),
        "commit": commit,
    })
}

fn json_line(line: &Line) -> Value {
    let mut value = json!({
        "id": line.finding.id,
        "source": line.finding.source,
        "scanner_rules": line.finding.rules,
        "rules": line.rules,
        "address": line.place.as_ref().map(|(address, _)| address),
        "path": line.place.as_ref().map(|(_, path)| path),
    });
    let details = match &line.answer {
        Answer::Fixed(change) => json!({
            "status": "fixed", "summary": change.summary, "applicability": change.applicability, "notes": change.notes,
            "effects": change.effects, "runbook": change.runbook, "reach": change.reach, "files": change.files,
        }),
        Answer::Holds => json!({ "status": "holds" }),
        Answer::Skipped(reason) => json!({ "status": "skipped", "message": reason }),
        Answer::Refused(refusal) => {
            json!({ "status": "refused", "kind": refusal.kind, "message": refusal.message, "next": refusal.next, "places": refusal.places })
        }
    };
    if let (Some(value), Value::Object(details)) = (value.as_object_mut(), details) {
        value.extend(details);
    }
    value
}

/// SARIF 2.1.0: one result a finding; the edits of a file are the fix of the first result that changes it.
fn sarif(report: &FixReport) -> Value {
    let mut given: Vec<&str> = Vec::new();
    let results: Vec<Value> = report
        .lines
        .iter()
        .map(|line| {
            let (level, message) = match &line.answer {
                Answer::Fixed(change) => ("note", change.summary.join("; ")),
                Answer::Holds => ("none", "The end already holds.".to_owned()),
                Answer::Skipped(reason) => ("none", reason.clone()),
                Answer::Refused(refusal) => ("warning", refusal.message.clone()),
            };
            let rule = line.rules.first().cloned().or_else(|| line.finding.rules.first().map(|rule| rule.id.clone())).unwrap_or_else(|| "unknown".to_owned());
            let path = line.place.as_ref().map(|(_, path)| path.clone()).or_else(|| line.finding.code.as_ref().and_then(|code| code.path.clone()));
            let mut result = json!({ "ruleId": rule, "level": level, "message": { "text": message } });
            if let Some(path) = path {
                let start = line.finding.code.as_ref().and_then(|code| code.start_line).unwrap_or(1);
                result["locations"] = json!([{ "physicalLocation": { "artifactLocation": { "uri": path.trim_start_matches('/') }, "region": { "startLine": start } } }]);
            }
            if let Answer::Fixed(change) = &line.answer {
                let changes: Vec<Value> = change.files.iter().filter(|path| !given.contains(&path.as_str())).filter_map(|path| replacements(report, path)).collect();
                given.extend(change.files.iter().map(String::as_str));
                if !changes.is_empty() {
                    result["fixes"] = json!([{ "description": { "text": change.summary.join("; ") }, "artifactChanges": changes }]);
                }
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": { "name": "remediate", "version": env!("CARGO_PKG_VERSION") } }, "results": results }],
    })
}

fn replacements(report: &FixReport, path: &str) -> Option<Value> {
    let file = report.files.get(path)?;
    let before = file.before.as_deref().unwrap_or_default();
    let edits: Vec<Value> = file
        .edits
        .iter()
        .map(|edit| {
            let (start, end) = (LineColumn::of(before, edit.span.start), LineColumn::of(before, edit.span.end));
            json!({
                "deletedRegion": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
                "insertedContent": { "text": edit.text },
            })
        })
        .collect();
    Some(json!({ "artifactLocation": { "uri": path }, "replacements": edits }))
}
