//! `remediate rules test`, and the part of `rules check` that runs examples.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use rayon::prelude::*;

use super::{Source, load};
use crate::patch::{LineEnding, MAIN, example_output, run_example, unexercised, unformatted};
use crate::rule::{Example, Expectation, Problem, Rule};

/// What the examples of a rule show: those that do not come out (LF and CRLF), those that `terraform fmt` would change, and
/// what no example exercises.
pub(super) fn example_problems(rule: &Rule) -> Vec<Problem> {
    let mut problems = failures(rule);
    for example in &rule.examples {
        for text in unformatted(example) {
            problems.push(problem(rule, example, format!("`terraform fmt` would change `{text}` of the example \"{}\"", example.name)));
        }
    }
    if problems.is_empty() {
        problems.extend(unexercised(rule).into_iter().map(|(what, place)| {
            let end = rule.source[place.range()].find('\n').map_or(place.end, |length| place.start + length);
            let place = crate::model::Span::new(place.start, end);
            Problem::new(&rule.path, &rule.source, Some(place), format!("no example shows {what}"))
                .help("Without it every example comes out just the same. Add an example that needs it, or take it away.")
        }));
    }
    problems
}

fn failures(rule: &Rule) -> Vec<Problem> {
    let mut problems = Vec::new();
    for example in &rule.examples {
        let result = run_example(rule, example, LineEnding::Lf)
            .and_then(|()| run_example(rule, example, LineEnding::CrLf).map_err(|message| format!("with CRLF line endings: {message}")));
        if let Err(message) = result {
            problems.push(problem(rule, example, format!("the example \"{}\" does not come out: {message}", example.name)));
        }
    }
    problems
}

fn problem(rule: &Rule, example: &Example, message: String) -> Problem {
    let end = rule.source[example.span.range()].find('\n').map_or(example.span.end, |length| example.span.start + length);
    Problem::new(&rule.path, &rule.source, Some(crate::model::Span::new(example.span.start, end)), message)
}

/// Runs the examples; with `accept` it first writes what comes out into the examples that expect a change.
pub(super) fn run(source: &Source, filter: Option<&str>, accept: bool) -> anyhow::Result<ExitCode> {
    if accept {
        accept_all(source, filter)?;
    }
    let loaded = load(source)?;
    if !loaded.problems.is_empty() {
        for problem in loaded.problems {
            eprintln!("{:?}", miette::Report::new(problem));
        }
        return Ok(ExitCode::from(2));
    }
    let rules: Vec<&Rule> = loaded.rules(filter).collect();
    let problems: Vec<Problem> = rules.par_iter().flat_map_iter(|rule| failures(rule)).collect();
    let examples: usize = rules.iter().map(|rule| rule.examples.len()).sum();
    for problem in &problems {
        eprintln!("{}: {problem}\n", problem.path);
    }
    println!("{} rules, {examples} examples, {} do not come out", rules.len(), problems.len());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn accept_all(source: &Source, filter: Option<&str>) -> anyhow::Result<()> {
    let Some(folder) = &source.rules else { bail!("--accept needs --rules DIR") };
    let loaded = load(source)?;
    for rule in loaded.rules(filter) {
        let mut text = rule.source.to_string();
        // From the last to the first, so that the places of the earlier ones stay true.
        for example in rule.examples.iter().rev() {
            format_before(&mut text, example);
            if !matches!(example.expectation, Expectation::After(_)) || run_example(rule, example, LineEnding::Lf).is_ok() {
                continue;
            }
            let Ok(files) = example_output(rule, example) else { continue };
            accept_one(&mut text, example, &files);
        }
        if text != *rule.source {
            let place = folder.join(&rule.path);
            std::fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))?;
            println!("{} written", place.display());
        }
    }
    Ok(())
}

/// Gives the `before` of an example the form that `terraform fmt` would give it.
fn format_before(text: &mut String, example: &Example) {
    let (start, end) = (example.span.start, example.span.end.min(text.len()));
    let block = &text[start..end];
    if crate::hcl::is_formatted(&example.before) {
        return;
    }
    if let Some((inside, indent)) = heredoc_of(block, "before") {
        let lines = indented(&crate::hcl::format(&example.before), &indent);
        text.replace_range(start + inside.start..start + inside.end, &lines);
    }
}

fn indented(text: &str, indent: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}  {line}\n") }).collect()
}

/// Replaces the `after` of an example, and of the files it names, with what came out.
fn accept_one(text: &mut String, example: &Example, files: &[(String, String)]) {
    let (start, end) = (example.span.start, example.span.end.min(text.len()));
    let mut block = text[start..end].to_owned();
    for (path, came) in files {
        let from = if path == MAIN {
            0
        } else if let Some(place) = block.find(&format!("file \"{path}\"")) {
            place
        } else {
            continue;
        };
        let to = if path == MAIN { block.find("\n    file \"").unwrap_or(block.len()) } else { block.len() };
        if let Some((inside, indent)) = heredoc_of(&block[from..to], "after") {
            block.replace_range(from + inside.start..from + inside.end, &indented(came, &indent));
        }
    }
    text.replace_range(start..end, &block);
}

/// The lines between the markers of the first `<name> = <<-…` in `text`, and the indentation of its closing marker.
fn heredoc_of(text: &str, name: &str) -> Option<(std::ops::Range<usize>, String)> {
    let mut offset = 0;
    let mut open: Option<(usize, String)> = None;
    for line in text.split_inclusive('\n') {
        match &open {
            None => {
                let marker = line.trim().strip_prefix(name).map(|rest| rest.trim_start()).and_then(|rest| rest.strip_prefix("= <<-"));
                if let Some(marker) = marker {
                    open = Some((offset + line.len(), marker.trim().to_owned()));
                }
            }
            Some((start, marker)) if line.trim() == marker => {
                let indent = line.len() - line.trim_start().len();
                return Some((*start..offset, line[..indent].to_owned()));
            }
            Some(_) => {}
        }
        offset += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_out_takes_the_place_of_the_after_only() {
        let before = "  example \"x\" {\n    before = <<-EOT\n      a = 1\n    EOT\n    after  = <<-EOT\n      ?\n    EOT\n  }";
        let (inside, indent) = heredoc_of(before, "after").expect("there is one");
        assert_eq!((&before[inside], indent.as_str()), ("      ?\n", "    "));
    }
}
