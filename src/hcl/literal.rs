//! Values that are written out, and how a value is written.

use hcl_edit::expr::{Expression, ObjectKey, UnaryOperator};
use serde_json::{Map, Value};

/// A value without references or calls. Objects compare without regard to order.
pub type Literal = Value;

/// The value of an expression that needs no evaluation: `null`, booleans, numbers, plain strings and heredocs, and lists
/// and objects of these. Quoted templates that are only text count; anything with a reference, operator or call gives `None`.
#[must_use]
pub fn literal(expression: &Expression) -> Option<Literal> {
    Some(match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => Value::Bool(*value.value()),
        Expression::Number(number) => number_value(number.value())?,
        Expression::String(text) => Value::String(text.as_str().to_owned()),
        Expression::Array(items) => Value::Array(items.iter().map(literal).collect::<Option<_>>()?),
        Expression::Object(object) => {
            let mut map = Map::new();
            for (key, value) in object {
                map.insert(key_text(key)?, literal(value.expr())?);
            }
            Value::Object(map)
        }
        Expression::Parenthesis(inner) => literal(inner.inner())?,
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => negated(&literal(&operation.expr)?)?,
        Expression::StringTemplate(template) => {
            let parts: Option<Vec<&str>> = template.iter().map(|element| element.as_literal().map(|text| text.value().as_str())).collect();
            Value::String(parts?.concat())
        }
        Expression::HeredocTemplate(heredoc) => Value::String(heredoc_text(heredoc)?),
        _ => return None,
    })
}

/// The text of a heredoc without templates, its indentation taken away for `<<-`.
fn heredoc_text(heredoc: &hcl_edit::template::HeredocTemplate) -> Option<String> {
    let mut heredoc = heredoc.clone();
    heredoc.dedent();
    let parts: Option<Vec<&str>> = heredoc.template.iter().map(|element| element.as_literal().map(|text| text.value().as_str())).collect();
    Some(parts?.concat())
}

fn number_value(number: &hcl_edit::Number) -> Option<Value> {
    if let Some(whole) = number.as_i64() {
        return Some(Value::from(whole));
    }
    serde_json::Number::from_f64(number.as_f64()?).map(Value::Number)
}

fn negated(value: &Value) -> Option<Value> {
    match value.as_i64() {
        Some(whole) => Some(Value::from(whole.checked_neg()?)),
        None => serde_json::Number::from_f64(-value.as_f64()?).map(Value::Number),
    }
}

/// The text of an object key that is a name, a string or a number.
pub(super) fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(expression) => match literal(expression)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            _ => None,
        },
    }
}

/// A string as a quoted HCL literal; templates are escaped.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => quoted.extend([c, c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value as HCL text. Objects go over several lines, indented by `indent` (the indentation of the line it starts on) and
/// two spaces a level; lists stay on one line unless they hold objects.
#[must_use]
pub fn render(value: &Literal, indent: &str, line_ending: &str) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Array(items) if items.iter().any(|item| matches!(item, Value::Object(map) if !map.is_empty())) => {
            let inner = format!("{indent}  ");
            let lines: String = items.iter().map(|item| format!("{inner}{},{line_ending}", render(item, &inner, line_ending))).collect();
            format!("[{line_ending}{lines}{indent}]")
        }
        Value::Array(items) => format!("[{}]", items.iter().map(|item| render(item, indent, line_ending)).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        // One plain member fits on a line, and a value of one line leaves the alignment of its neighbours as it is.
        Value::Object(map) if map.len() == 1 && !map.values().any(|item| render(item, "", "\n").contains('\n')) => {
            let members: String =
                map.iter().map(|(key, item)| format!("{} = {}", render_key(key), render(item, indent, line_ending))).collect();
            format!("{{ {members} }}")
        }
        Value::Object(map) => {
            let inner = format!("{indent}  ");
            let lines: String = map
                .iter()
                .map(|(key, item)| format!("{inner}{} = {}{line_ending}", render_key(key), render(item, &inner, line_ending)))
                .collect();
            format!("{{{line_ending}{lines}{indent}}}")
        }
        other => other.to_string(),
    }
}

/// A key of an object: bare where it can be.
#[must_use]
pub fn render_key(key: &str) -> String {
    let mut chars = key.chars();
    let bare = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { quote(key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value_of(text: &str) -> Option<Literal> {
        literal(&text.parse().unwrap())
    }

    #[test]
    fn literals_are_told_from_expressions() {
        assert_eq!(
            value_of("[true, -2, \"x\", null, { a = 1.5, \"b c\" = [] }]"),
            Some(serde_json::json!([true, -2, "x", null, {"a": 1.5, "b c": []}]))
        );
        assert_eq!(value_of("\"a-${var.x}\""), None);
        assert_eq!(value_of("var.x"), None);
        assert_eq!(value_of("<<-E\n    a\n      b\n    E"), Some("a\n  b\n".into()));
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(text in "[a-z\"\\\\${%\n\t é]{0,20}") {
            prop_assert_eq!(value_of(&quote(&text)), Some(Value::String(text)));
        }
    }
}
