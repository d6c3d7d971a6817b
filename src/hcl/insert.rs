//! Where new arguments and blocks go, and how things are taken out, in the habits of the file at hand.

use crate::model::{Edit, Span};

use super::document::{Attribute, Block, Body, Document};
use super::lexer::{TokenKind, comments, tokens};

/// Arguments that Terraform itself reads: others go after them, in a paragraph of their own.
const META: [&str; 6] = ["count", "for_each", "provider", "depends_on", "source", "version"];
/// Arguments and blocks that habitually stand at the end.
const LAST: [&str; 7] = ["tags", "tags_all", "labels", "depends_on", "lifecycle", "timeouts", "provisioner"];

/// The line break that the text uses.
#[must_use]
pub fn line_ending(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

/// Spaces and tabs at the beginning of the line that holds `offset`.
#[must_use]
pub fn indent_of_line(text: &str, offset: usize) -> &str {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..).unwrap_or_default().trim_start_matches('\u{feff}');
    let length = line.len() - line.trim_start_matches([' ', '\t']).len();
    &line[..length]
}

/// One level of indentation: a tab in files that indent with tabs, else two spaces.
fn unit(text: &str) -> &'static str {
    let first = text.lines().find_map(|line| line.chars().next().filter(|c| matches!(c, ' ' | '\t')));
    if first == Some('\t') { "\t" } else { "  " }
}

/// Gives every line of `text` after the first the indentation `indent` (before its own) and the line break `ending`.
/// Blank lines stay empty; lines of a heredoc with a fixed margin (`<<EOT`) are not moved.
#[must_use]
pub fn reindent(text: &str, indent: &str, ending: &str) -> String {
    let fixed = fixed_ranges(text);
    let mut result = String::with_capacity(text.len());
    let mut offset = 0;
    for (number, line) in text.split('\n').enumerate() {
        let content = line.strip_suffix('\r').unwrap_or(line);
        if number > 0 {
            result.push_str(ending);
            if !content.is_empty() && !fixed.iter().any(|range| range.contains(offset)) {
                result.push_str(indent);
            }
        }
        result.push_str(content);
        offset += line.len() + 1;
    }
    result
}

/// The bodies and end lines of heredocs without `-`.
fn fixed_ranges(text: &str) -> Vec<Span> {
    let mut ranges = Vec::new();
    let mut open: Option<usize> = None;
    for token in tokens(text) {
        match token.kind {
            TokenKind::OpenHeredoc if !text[token.span.range()].starts_with("<<-") => open = Some(token.span.end),
            TokenKind::CloseHeredoc => ranges.extend(open.take().map(|start| Span::new(start, token.span.end))),
            _ => {}
        }
    }
    ranges
}

/// Whether a body stands on one line (`{}`, `{ a = 1 }`).
fn on_one_line(document: &Document, body: &Body) -> bool {
    !is_top_level(document, body) && !document.slice(body.span).contains('\n')
}

fn is_top_level(document: &Document, body: &Body) -> bool {
    body.span == Span::new(0, document.text().len())
}

/// Indentation of the arguments of a body.
#[must_use]
pub fn body_indent(document: &Document, body: &Body) -> String {
    let text = document.text();
    if is_top_level(document, body) {
        return String::new();
    }
    let first = body.attributes.iter().map(|attribute| attribute.span.start).chain(body.blocks.iter().map(|block| block.span.start)).min();
    match first {
        Some(first) if !on_one_line(document, body) => indent_of_line(text, first).to_owned(),
        _ => format!("{}{}", indent_of_line(text, body.span.start), unit(text)),
    }
}

/// The end of the line that holds `offset`, comments that go on behind it included, before its line break.
fn end_of_line(text: &str, offset: usize) -> usize {
    let mut at = offset;
    loop {
        let rest = &text[at..];
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        match rest[spaces..].strip_prefix("/*").and_then(|inner| inner.find("*/")) {
            Some(end) => at += spaces + end + 4,
            None => break,
        }
    }
    let line = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[at..line].ends_with('\r') { line - 1 } else { line }
}

/// Whether the line after `offset`'s line is there and holds something other than the end of the body.
fn crowded_after(text: &str, line_end: usize, body: &Body) -> bool {
    let rest = &text[line_end..body.span.end.max(line_end)];
    let Some(next) = rest.split('\n').nth(1) else { return false };
    !next.trim().is_empty()
}

fn single_line(document: &Document, attribute: &Attribute) -> bool {
    !document.slice(attribute.span).contains('\n')
}

/// The argument after which a new one goes: the last one-line argument before the nested blocks that is neither Terraform's
/// own nor habitually last; failing that, the last of any kind before them.
fn anchor<'a>(document: &Document, body: &'a Body) -> Option<&'a Attribute> {
    let first_block = body.blocks.first().map_or(usize::MAX, |block| block.span.start);
    let before = || body.attributes.iter().filter(move |attribute| attribute.span.start < first_block);
    before()
        .rfind(|attribute| {
            single_line(document, attribute) && !META.contains(&attribute.name.as_str()) && !LAST.contains(&attribute.name.as_str())
        })
        .or_else(|| before().rfind(|attribute| !META.contains(&attribute.name.as_str()) && !LAST.contains(&attribute.name.as_str())))
        .or_else(|| before().rfind(|attribute| META.contains(&attribute.name.as_str())))
        .or_else(|| before().next_back())
}

/// Adds `name = value` to a body. Lines of `value` after the first are indented relative to the new line.
#[must_use]
pub fn insert_argument(document: &Document, body: &Body, name: &str, value: &str) -> Vec<Edit> {
    let text = document.text();
    let ending = line_ending(text);
    let indent = body_indent(document, body);
    let line = format!("{indent}{name} = {}", reindent(value, &indent, ending));
    if on_one_line(document, body) {
        return vec![open_up(document, body, &indent, &line)];
    }
    let Some(anchor) = anchor(document, body) else {
        if is_top_level(document, body) {
            return vec![append(document, &line)];
        }
        let line_end = end_of_line(text, body.span.start);
        let gap = if body.blocks.is_empty() || !crowded_after(text, line_end, body) { "" } else { ending };
        return vec![Edit { span: Span::at(line_end), text: format!("{ending}{line}{gap}") }];
    };
    let line_end = end_of_line(text, anchor.span.end);
    let apart =
        META.contains(&anchor.name.as_str()) || !single_line(document, anchor) || value.contains('\n') && !single_line(document, anchor);
    let gap = if apart { ending } else { "" };
    let after = if apart && crowded_after(text, line_end, body) { ending } else { "" };
    vec![Edit { span: Span::at(line_end), text: format!("{ending}{gap}{line}{after}") }]
}

/// Turns `{ a = 1 }` into several lines with `line` at the end.
fn open_up(document: &Document, body: &Body, indent: &str, line: &str) -> Edit {
    let text = document.text();
    let ending = line_ending(text);
    let held = document.slice(body.span).trim();
    let held = if held.is_empty() { String::new() } else { format!("{indent}{held}{ending}") };
    let closing = indent_of_line(text, body.span.start);
    Edit { span: body.span, text: format!("{ending}{held}{line}{ending}{closing}") }
}

/// Adds text at the end of a file, keeping a missing final line break missing.
fn append(document: &Document, text: &str) -> Edit {
    let whole = document.text();
    let ending = line_ending(whole);
    if whole.trim_start_matches('\u{feff}').is_empty() {
        return Edit { span: Span::at(whole.len()), text: format!("{text}{ending}") };
    }
    let at = whole.trim_end_matches(['\n', '\r', ' ', '\t']).len();
    Edit { span: Span::at(at), text: format!("{ending}{text}") }
}

/// The end of the last argument that stands on the lines right below `anchor`: a block does not tear arguments apart.
fn end_of_paragraph(document: &Document, body: &Body, anchor: &Attribute) -> usize {
    let text = document.text();
    let mut end = anchor.span.end;
    for attribute in body.attributes.iter().filter(|attribute| attribute.span.start > anchor.span.start) {
        let between = text.get(end_of_line(text, end)..attribute.span.start).unwrap_or_default();
        if between.matches('\n').count() != 1 {
            break;
        }
        end = attribute.span.end;
    }
    end
}

/// Adds a nested block (its text without indentation, lines broken by `\n`) to a body: after its last sibling of the same kind,
/// else after the last nested block that is not habitually last, else after the arguments.
#[must_use]
pub fn insert_block(document: &Document, body: &Body, block: &str) -> Edit {
    let text = document.text();
    let ending = line_ending(text);
    let indent = body_indent(document, body);
    let lines = format!("{indent}{}", reindent(block, &indent, ending));
    if on_one_line(document, body) {
        let lines = if body.is_empty() { lines } else { format!("{ending}{lines}") };
        return open_up(document, body, &indent, &lines);
    }
    let kind = block.split([' ', '{']).next().unwrap_or_default();
    let sibling = body.blocks_of(kind).last().or_else(|| body.blocks.iter().rfind(|block| !LAST.contains(&block.kind.as_str())));
    let after =
        sibling.map(|block| block.span.end).or_else(|| anchor(document, body).map(|anchor| end_of_paragraph(document, body, anchor)));
    let at = end_of_line(text, after.unwrap_or(body.span.start));
    let before = if after.is_some() { ending } else { "" };
    let behind = if crowded_after(text, at, body) { ending } else { "" };
    Edit { span: Span::at(at), text: format!("{ending}{before}{lines}{behind}") }
}

/// Adds a top-level block after another one, blank lines around it.
#[must_use]
pub fn insert_after_block(document: &Document, after: &Block, block: &str) -> Edit {
    let text = document.text();
    let ending = line_ending(text);
    let at = end_of_line(text, after.span.end);
    let behind = if crowded_after(text, at, document.body()) { ending } else { "" };
    Edit { span: Span::at(at), text: format!("{ending}{ending}{}{behind}", reindent(block, "", ending)) }
}

/// Adds a top-level block at the end of a file.
#[must_use]
pub fn append_block(document: &Document, block: &str) -> Edit {
    let ending = line_ending(document.text());
    let text = reindent(block, "", ending);
    if document.text().trim().is_empty() { append(document, &text) } else { append(document, &format!("{ending}{text}")) }
}

/// Takes an argument or block out with its line. Comments on its lines stay, on lines of their own; of two blank lines that
/// would meet, one goes.
#[must_use]
pub fn remove_item(document: &Document, item: Span) -> Edit {
    let text = document.text();
    let ending = line_ending(text);
    let indent = indent_of_line(text, item.start).to_owned();
    let start = text[..item.start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = end_of_line(text, item.end);
    let alone = text[start..item.start].trim_start_matches('\u{feff}').trim().is_empty();
    if !alone || text[item.end..line_end].trim_start().starts_with('}') {
        // Something else stands on the line (`{ a = 1 }`): only the item goes.
        let blank = text[item.end..].len() - text[item.end..].trim_start_matches([' ', '\t']).len();
        return Edit { span: Span::new(item.start, item.end + blank), text: String::new() };
    }
    let kept: String = comments(text)
        .into_iter()
        .filter(|comment| Span::new(start, line_end).covers(comment.span))
        .map(|comment| format!("{indent}{}{ending}", comment.text))
        .collect();
    let mut end = text[line_end..].find('\n').map_or(text.len(), |at| line_end + at + 1);
    if kept.is_empty() {
        let blank_before = start == 0
            || text[..start].trim_end_matches([' ', '\t', '\r', '\n']).len() + ending.len() < start
            || text[..start].trim_end().ends_with('{');
        let rest = &text[end..];
        let next_blank = rest.find('\n').is_some_and(|at| rest[..at].trim().is_empty());
        if blank_before && next_blank {
            end += rest.find('\n').map_or(0, |at| at + 1);
        }
    }
    let start = if kept.is_empty() && closes_after_blank(text, start, end) { text[..start].trim_end().len() + ending.len() } else { start };
    Edit { span: Span::new(start, end), text: kept }
}

/// Whether a blank line would be left right before the closing brace.
fn closes_after_blank(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].trim_end();
    text[end..].trim_start().starts_with('}') && text[before.len()..start].matches('\n').count() > 1 && !before.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::align::apply;
    use super::super::format::is_formatted;
    use super::*;
    use proptest::prelude::*;

    fn inserted(text: &str, name: &str, value: &str) -> String {
        let document = Document::parse(text).unwrap();
        apply(text, &insert_argument(&document, &document.body().blocks[0].body, name, value)).unwrap()
    }

    fn with_block(text: &str, block: &str) -> String {
        let document = Document::parse(text).unwrap();
        apply(text, &[insert_block(&document, &document.body().blocks[0].body, block)]).unwrap()
    }

    #[test]
    fn arguments_go_where_a_person_would_put_them() {
        assert_eq!(inserted("r \"a\" {}\n", "x", "1"), "r \"a\" {\n  x = 1\n}\n");
        assert_eq!(inserted("r \"a\" { y = 2 }", "x", "1"), "r \"a\" {\n  y = 2\n  x = 1\n}");
        assert_eq!(
            inserted("r {\r\n\ta = 1 # c\r\n\r\n\ttags = t\r\n}\r\n", "x", "1"),
            "r {\r\n\ta = 1 # c\r\n\tx = 1\r\n\r\n\ttags = t\r\n}\r\n"
        );
        assert_eq!(inserted("r {\n  count = 1\n}\n", "x", "1"), "r {\n  count = 1\n\n  x = 1\n}\n");
        assert_eq!(inserted("r {\n  b {\n  }\n}\n", "x", "1"), "r {\n  x = 1\n\n  b {\n  }\n}\n");
        assert_eq!(
            inserted("r {\n  m = {\n    a = 1\n  }\n  b {}\n}\n", "x", "1"),
            "r {\n  m = {\n    a = 1\n  }\n\n  x = 1\n\n  b {}\n}\n"
        );
        assert_eq!(inserted("r {\n  # only words\n}\n", "x", "{\n  k = 1\n}"), "r {\n  x = {\n    k = 1\n  }\n  # only words\n}\n");
    }

    #[test]
    fn blocks_go_after_their_like() {
        assert_eq!(
            with_block("r {\n  a = 1\n  tags = {\n    b = 1\n  }\n}\n", "m {\n  x = 1\n}"),
            "r {\n  a = 1\n  tags = {\n    b = 1\n  }\n\n  m {\n    x = 1\n  }\n}\n"
        );
        assert_eq!(
            with_block("r {\n  m {\n  }\n  lifecycle {\n  }\n}\n", "n {\n}"),
            "r {\n  m {\n  }\n\n  n {\n  }\n\n  lifecycle {\n  }\n}\n"
        );
        assert_eq!(with_block("r {}\n", "n {\n}"), "r {\n  n {\n  }\n}\n");
        assert_eq!(with_block("r {\n  abc  = 1\n  tags = t\n}\n", "n {\n}"), "r {\n  abc  = 1\n  tags = t\n\n  n {\n  }\n}\n");
    }

    #[test]
    fn what_is_removed_leaves_its_comment() {
        let text = "r {\n  a = 1\n\n  acl = \"x\" # legacy\n\n  b {\n    c = 1\n  }\n}\n";
        let document = Document::parse(text).unwrap();
        let body = &document.body().blocks[0].body;
        let removed = |span| splice_one(text, remove_item(&document, span));
        assert_eq!(removed(body.attribute("acl").unwrap().span), "r {\n  a = 1\n\n  # legacy\n\n  b {\n    c = 1\n  }\n}\n");
        assert_eq!(removed(body.blocks[0].span), "r {\n  a = 1\n\n  acl = \"x\" # legacy\n}\n");
        assert_eq!(removed(body.attribute("a").unwrap().span), "r {\n  acl = \"x\" # legacy\n\n  b {\n    c = 1\n  }\n}\n");
    }

    fn splice_one(text: &str, edit: Edit) -> String {
        super::super::splice::splice(text, &[edit]).unwrap()
    }

    proptest! {
        #[test]
        fn clean_stays_clean_and_parses(lines in proptest::collection::vec("(a = 1|tags = \\{\n x = 1\n\\}|b \\{\n y = 2 # c\n\\}|# note||count = 2)", 0..6)) {
            let mut seen = std::collections::BTreeSet::new();
            let body: String = lines.into_iter().filter(|line| line.is_empty() || line.starts_with(['#', 'b']) || seen.insert(line.clone())).map(|line| line + "\n").collect();
            let text = super::super::format::format(&format!("r \"x\" {{\n{body}}}\n"));
            for after in [inserted(&text, "longer_name", "[1]"), with_block(&text, "n {\n  x = 1\n}")] {
                prop_assert!(is_formatted(&after), "{after}");
                prop_assert!(Document::parse(after).is_ok());
            }
        }
    }
}
