//! Policies as JSON text: in a heredoc, in quotes, or in a file beside the configuration.

use serde_json::Value;

use crate::hcl::{self, JsonKind, JsonValue, TokenKind, parse_json};
use crate::model::{Edit, Span};

use super::quoted_text::QuotedText;
use super::term::Term;

/// JSON text with the places of its values in the file around it.
pub(super) struct PolicyText {
    pub root: JsonValue,
    /// The file's whole text.
    text: String,
    /// Interpolations in the JSON, as places in the file.
    holes: Vec<Span>,
    /// The string that the JSON stands in.
    quoted: Option<QuotedText>,
}

/// The content of the heredoc at `span`.
pub(super) fn heredoc_content(text: &str, span: Span) -> Option<Span> {
    let tokens = hcl::tokens(text.get(span.range())?);
    let open = tokens.first().filter(|token| token.kind == TokenKind::OpenHeredoc)?;
    let close = tokens.iter().rfind(|token| token.kind == TokenKind::CloseHeredoc)?;
    Some(Span::new(span.start + open.span.end, span.start + close.span.start))
}

impl PolicyText {
    /// Parses the JSON at `content` of `text`; interpolations count as text that is not known.
    pub(super) fn read(text: &str, content: Span) -> Option<Self> {
        let inner = text.get(content.range())?;
        let (masked, holes) = mask(inner)?;
        let mut root = parse_json(&masked).or_else(|_| parse_json(&without_last_commas(&masked))).ok()?;
        shift(&mut root, content.start);
        let holes = holes.into_iter().map(|hole| Span::new(hole.start + content.start, hole.end + content.start)).collect();
        Some(Self { root, text: text.to_owned(), holes, quoted: None })
    }

    /// Parses the JSON in the quoted string at `span` of `text`.
    pub(super) fn read_quoted(text: &str, span: Span) -> Option<Self> {
        let (quoted, whole) = QuotedText::read(text, span)?;
        let read = Self::read(&whole, quoted.content)?;
        Some(Self { quoted: Some(quoted), ..read })
    }

    /// An edit of the JSON as one of the file.
    fn outward(&self, edit: Edit) -> Edit {
        match &self.quoted {
            Some(quoted) => quoted.outward(&edit),
            None => edit,
        }
    }

    /// The statements, and the list they stand in when they stand in one.
    pub(super) fn statements(&self) -> Option<(Vec<&JsonValue>, Option<&JsonValue>)> {
        let value = &self.root.member("Statement")?.value;
        match &value.kind {
            JsonKind::Array(items) => Some((items.iter().collect(), Some(value))),
            JsonKind::Object(_) => Some((vec![value], None)),
            _ => None,
        }
    }

    /// A value for conditions; text with interpolations is code.
    pub(super) fn term(&self, value: &JsonValue) -> Term {
        match &value.kind {
            JsonKind::Array(items) => Term::list(items.iter().map(|item| self.term(item)).collect()),
            JsonKind::Object(members) => {
                Term::object(members.iter().map(|member| (member.key.clone(), self.term(&member.value))).collect())
            }
            JsonKind::String(_) if self.holes.iter().any(|hole| value.span.covers(*hole)) => {
                let raw = self.text.get(value.span.range()).unwrap_or_default();
                // A text that is one interpolation is what that gives.
                let inside = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
                let alone = self.holes.iter().any(|hole| self.text.get(hole.range()) == Some(inside));
                let code = inside.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|_| alone);
                Term::Code(code.unwrap_or(raw).to_owned())
            }
            _ => Term::Known(value.to_value()),
        }
    }

    /// Gives a member of an object another value, or adds it.
    pub(super) fn set_member(&self, object: &JsonValue, name: &str, value: &Value) -> Edit {
        self.outward(self.member_edit(object, name, value))
    }

    /// Adds an element at the end of a list.
    pub(super) fn add_element(&self, list: &JsonValue, value: &Value) -> Edit {
        self.outward(self.element_edit(list, value))
    }

    /// Adds to an object whose members are objects what it lacks of another such one: to the conditions of a statement.
    pub(super) fn set_conditions(&self, held: &JsonValue, wanted: &Value) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (test, variables) in wanted.as_object().into_iter().flatten() {
            match (held.member(test).filter(|test| matches!(test.value.kind, JsonKind::Object(_))), variables.as_object()) {
                (Some(test), Some(variables)) => {
                    let wrong = |name: &str, value: &Value| {
                        test.value.member(name).is_none_or(|held| self.term(&held.value).known() != Some(value))
                    };
                    let wrong = variables.iter().filter(|(name, value)| wrong(name, value));
                    edits.extend(wrong.map(|(name, value)| self.set_member(&test.value, name, value)));
                }
                _ => edits.push(self.set_member(held, test, variables)),
            }
        }
        edits
    }

    fn member_edit(&self, object: &JsonValue, name: &str, value: &Value) -> Edit {
        if let Some(member) = object.member(name) {
            let indent = hcl::indent_of_line(&self.text, member.key_span.start);
            return Edit { span: member.value.span, text: self.written(value, indent, self.is_spread(&member.value)) };
        }
        let JsonKind::Object(members) = &object.kind else { return Edit { span: Span::at(object.span.end), text: String::new() } };
        let ending = hcl::line_ending(&self.text);
        let space = self.space();
        match members.last() {
            Some(last) if self.is_spread(object) => {
                let indent = hcl::indent_of_line(&self.text, last.key_span.start).to_owned();
                Edit {
                    span: Span::at(last.value.span.end),
                    text: format!(",{ending}{indent}{}: {}", Value::from(name), self.written(value, &indent, true)),
                }
            }
            Some(last) => Edit {
                span: Span::at(last.value.span.end),
                text: format!(",{space}{}:{space}{}", Value::from(name), self.written(value, "", false)),
            },
            None => Edit { span: object.span, text: format!("{{{}:{space}{}}}", Value::from(name), self.written(value, "", false)) },
        }
    }

    fn element_edit(&self, list: &JsonValue, value: &Value) -> Edit {
        let ending = hcl::line_ending(&self.text);
        let space = self.space();
        match &list.kind {
            JsonKind::Array(items) => match items.last() {
                Some(last) if self.is_spread(list) => {
                    let indent = hcl::indent_of_line(&self.text, last.span.start).to_owned();
                    Edit { span: Span::at(last.span.end), text: format!(",{ending}{indent}{}", self.written(value, &indent, true)) }
                }
                Some(last) => Edit { span: Span::at(last.span.end), text: format!(",{space}{}", self.written(value, "", false)) },
                None => Edit {
                    span: list.span,
                    text: format!("[{}]", self.written(value, hcl::indent_of_line(&self.text, list.span.start), true)),
                },
            },
            // A single statement becomes a list of two.
            _ => {
                let indent = hcl::indent_of_line(&self.text, list.span.start).to_owned();
                let held = self.text.get(list.span.range()).unwrap_or_default();
                Edit { span: list.span, text: format!("[{held},{space}{}]", self.written(value, &indent, self.is_spread(list))) }
            }
        }
    }

    /// Takes an element out of a list.
    pub(super) fn remove_element(&self, list: &JsonValue, index: usize) -> Option<Edit> {
        let JsonKind::Array(items) = &list.kind else { return None };
        let item = items.get(index)?;
        let span = match (items.get(index + 1), index.checked_sub(1).and_then(|before| items.get(before))) {
            (Some(next), _) => Span::new(item.span.start, next.span.start),
            (None, Some(before)) => Span::new(before.span.end, item.span.end),
            (None, None) => return None,
        };
        Some(self.outward(Edit { span, text: String::new() }))
    }

    fn is_spread(&self, value: &JsonValue) -> bool {
        self.text.get(value.span.range()).is_some_and(|text| text.contains('\n'))
    }

    fn written(&self, value: &Value, indent: &str, spread: bool) -> String {
        if spread { pretty(value, indent, self.unit(), hcl::line_ending(&self.text)) } else { on_one_line(value, self.space()) }
    }

    /// What stands behind `:` and `,` on one line.
    fn space(&self) -> &'static str {
        fn first(value: &JsonValue) -> Option<&hcl::JsonMember> {
            match &value.kind {
                JsonKind::Object(members) => members.first(),
                JsonKind::Array(items) => items.first().and_then(first),
                _ => None,
            }
        }
        let compact = first(&self.root).is_some_and(|member| member.value.span.start == member.key_span.end + 1);
        if compact && !self.is_spread(&self.root) { "" } else { " " }
    }

    /// One level of indentation in the policy.
    fn unit(&self) -> &'static str {
        let JsonKind::Object(members) = &self.root.kind else { return "  " };
        let inner = members.first().map_or("", |member| hcl::indent_of_line(&self.text, member.key_span.start));
        let outer = hcl::indent_of_line(&self.text, self.root.span.start);
        match inner.len().saturating_sub(outer.len()) {
            4 => "    ",
            1 if inner.ends_with('\t') => "\t",
            _ => "  ",
        }
    }
}

/// JSON on one line with `space` behind `:` and `,`; templates in strings stay as they are.
fn on_one_line(value: &Value, space: &str) -> String {
    let comma = format!(",{space}");
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(|item| on_one_line(item, space)).collect::<Vec<_>>().join(&comma)),
        Value::Object(map) => {
            let member = |(key, value): (&String, &Value)| format!("{}:{space}{}", Value::from(key.as_str()), on_one_line(value, space));
            format!("{{{}}}", map.iter().map(member).collect::<Vec<_>>().join(&comma))
        }
        Value::String(text) => {
            let escaped = |part: &str| {
                let quoted = Value::from(part).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            };
            let parts = hcl::template_parts(text).into_iter();
            format!("\"{}\"", parts.map(|(template, part)| if template { part.to_owned() } else { escaped(part) }).collect::<String>())
        }
        other => other.to_string(),
    }
}

/// JSON over several lines.
fn pretty(value: &Value, indent: &str, unit: &str, ending: &str) -> String {
    let inner = format!("{indent}{unit}");
    match value {
        Value::Object(map) if !map.is_empty() => {
            let lines: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{inner}{}: {}", Value::from(key.as_str()), pretty(value, &inner, unit, ending)))
                .collect();
            format!("{{{ending}{}{ending}{indent}}}", lines.join(&format!(",{ending}")))
        }
        Value::Array(items) if items.len() > 1 || items.iter().any(Value::is_object) => {
            let lines: Vec<String> = items.iter().map(|item| format!("{inner}{}", pretty(item, &inner, unit, ending))).collect();
            format!("[{ending}{}{ending}{indent}]", lines.join(&format!(",{ending}")))
        }
        other => on_one_line(other, " "),
    }
}

fn shift(value: &mut JsonValue, by: usize) {
    let moved = |span: Span| Span::new(span.start + by, span.end + by);
    value.span = moved(value.span);
    match &mut value.kind {
        JsonKind::Array(items) => items.iter_mut().for_each(|item| shift(item, by)),
        JsonKind::Object(members) => {
            for member in members {
                member.key_span = moved(member.key_span);
                shift(&mut member.value, by);
            }
        }
        _ => {}
    }
}

/// The text with each `${…}` replaced by as many bytes of a JSON string; `None` when it holds directives or an open template.
fn mask(text: &str) -> Option<(String, Vec<Span>)> {
    let bytes = text.as_bytes();
    let mut masked = Vec::with_capacity(bytes.len());
    let mut holes = Vec::new();
    let mut in_string = false;
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(next)) if in_string => {
                masked.extend([b'\\', *next]);
                at += 2;
            }
            (b'"', _) => {
                in_string = !in_string;
                masked.push(b'"');
                at += 1;
            }
            (b'%', Some(b'{')) => return None,
            (b'$', _) if hcl::opens_template(bytes, at) => {
                let end = hcl::template_end(bytes, at)?;
                holes.push(Span::new(at, end));
                if in_string {
                    masked.extend(std::iter::repeat_n(b'x', end - at));
                } else {
                    masked.push(b'"');
                    masked.extend(std::iter::repeat_n(b'x', end - at - 2));
                    masked.push(b'"');
                }
                at = end;
            }
            (byte, _) => {
                masked.push(byte);
                at += 1;
            }
        }
    }
    Some((String::from_utf8(masked).ok()?, holes))
}

/// The same text with a space in the place of each comma that nothing follows: a slip that people make, and that scanners read over.
fn without_last_commas(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (mut quoted, mut comma, mut at) = (false, None, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quoted => at += 1,
            b'"' => {
                quoted = !quoted;
                comma = None;
            }
            _ if quoted => {}
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_too_many_is_read_over_and_stays() {
        let text = "{\"Statement\": [{\"Action\": [\"a,]\", ], \"Effect\": \"Allow\"}]}";
        let policy = PolicyText::read(text, Span::new(0, text.len())).unwrap();
        let (statements, _) = policy.statements().unwrap();
        let set = hcl::splice(text, &[policy.set_member(statements[0], "Effect", &"Deny".into())]).unwrap();
        assert_eq!(set, text.replace("Allow", "Deny"));
    }

    #[test]
    fn interpolations_are_holes_and_edits_keep_the_layout() {
        let text = "{\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Resource\": \"${aws_s3_bucket.b[\"x\"].arn}/*\"\n    }\n  ]\n}\n";
        let policy = PolicyText::read(text, Span::new(0, text.len())).unwrap();
        let (statements, list) = policy.statements().unwrap();
        assert_eq!(policy.term(statements[0]).member("Resource"), Term::Code("\"${aws_s3_bucket.b[\"x\"].arn}/*\"".into()));
        let set = hcl::splice(text, &[policy.set_member(statements[0], "Effect", &"Deny".into())]).unwrap();
        assert!(set.contains("\"Effect\": \"Deny\",\n"));
        let added = hcl::splice(text, &[policy.set_member(statements[0], "Condition", &serde_json::json!({"Bool": {"a": "b"}}))]).unwrap();
        assert!(
            added.contains("/*\",\n      \"Condition\": {\n        \"Bool\": {\n          \"a\": \"b\"\n        }\n      }\n    }\n"),
            "{added}"
        );
        let more = hcl::splice(text, &[policy.add_element(list.unwrap(), &serde_json::json!({"Sid": "x"}))]).unwrap();
        assert!(more.contains("    },\n    {\n      \"Sid\": \"x\"\n    }\n  ]\n"), "{more}");
    }
}
