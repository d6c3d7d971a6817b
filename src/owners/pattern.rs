//! A CODEOWNERS pattern as globs.

use globset::{Glob, GlobBuilder};

/// The globs that together match what `pattern` matches, or why GitHub does not take it.
pub(super) fn globs(pattern: &str) -> Result<Vec<Glob>, String> {
    refuse(pattern)?;
    expand(pattern).iter().map(|glob| build(glob)).collect()
}

fn refuse(pattern: &str) -> Result<(), String> {
    let message = if pattern.starts_with('[') || pattern.starts_with("^[") {
        "`[ ]` does not work in GitHub's CODEOWNERS, neither as a range of characters nor as a section"
    } else if pattern.contains('[') || pattern.contains(']') {
        "`[ ]` does not work in GitHub's CODEOWNERS"
    } else if pattern.starts_with('!') {
        "`!` does not work in CODEOWNERS: give the files to somebody else, or to nobody, in a later line"
    } else if pattern.starts_with("\\#") {
        "a `#` at the start cannot be escaped in CODEOWNERS"
    } else if pattern.contains("***") {
        "three asterisks in a row are no pattern"
    } else if pattern.ends_with('\\') && !pattern.ends_with("\\\\") {
        "the pattern ends with a backslash"
    } else {
        return Ok(());
    };
    Err(message.to_owned())
}

/// Glob texts for a pattern:
/// - one segment (`*.tf`, `apps/`) matches at every depth, more than one (`docs/x`) from the root;
/// - a slash at the end means everything below;
/// - otherwise a directory of that name counts with everything below, too, except when the last segment is a lone `*`:
///   `docs/*` matches the files in `docs` and no deeper ones.
fn expand(pattern: &str) -> Vec<String> {
    let everything_below = pattern.ends_with('/');
    let anchored = pattern.trim_end_matches('/').contains('/');
    let path = pattern.trim_matches('/');
    if path.is_empty() {
        return Vec::new();
    }
    let segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(segment).collect();
    let joined = segments.join("/");
    let from_root = if anchored || joined == "**" { joined } else { format!("**/{joined}") };
    let last = segments.last().map_or("", String::as_str);
    match last {
        _ if everything_below => vec![format!("{from_root}/**")],
        "*" | "**" => vec![from_root],
        _ => vec![format!("{from_root}/**"), from_root],
    }
}

/// A segment in globset's language: braces are plain characters here, and `a**b` means `a*b`.
fn segment(text: &str) -> String {
    if text == "**" {
        return text.to_owned();
    }
    let mut glob = String::with_capacity(text.len());
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '{' | '}' if !escaped => glob.extend(['\\', character]),
            '*' if !escaped && glob.ends_with('*') && !glob.ends_with("\\*") => {}
            _ => glob.push(character),
        }
        escaped = character == '\\' && !escaped;
    }
    glob
}

fn build(glob: &str) -> Result<Glob, String> {
    GlobBuilder::new(glob)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| format!("the pattern cannot be read: {}", error.kind()))
}
