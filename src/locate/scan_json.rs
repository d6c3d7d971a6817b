//! JSON syntax to facts.

use super::facts::{BackendFact, Fact, FileFacts, ImportFact, ResourceFact};
use super::scan::{call_of, naming_arguments, provenance, provider_of};
use super::scan_value::value;
use crate::hcl::{JsonKind, JsonMember, JsonValue, parse_json, tokens};

/// Reads `.tf.json` and `.tfvars.json`.
pub(super) fn scan_json(text: &str) -> FileFacts {
    let mut facts = FileFacts::default();
    let Ok(root) = parse_json(text) else { return facts };
    for member in members(&root) {
        match member.key.as_str() {
            "resource" => {
                each_labelled(&member.value, 2, &mut Vec::new(), &mut |labels, body| facts.resources.extend(resource(labels, body)))
            }
            "module" => each_labelled(&member.value, 1, &mut Vec::new(), &mut |labels, body| {
                let attributes = members(body).iter().map(|member| (member.key.as_str().into(), fact(&member.value))).collect();
                facts.calls.push(call_of(labels.first().map_or("", |label| label.as_str()), span(body), attributes));
            }),
            "variable" => each_labelled(&member.value, 1, &mut Vec::new(), &mut |labels, body| {
                let default = body.member("default").map(|default| fact(&default.value));
                facts.variables.push((labels.first().cloned().unwrap_or_default().into(), default));
            }),
            "locals" => each_labelled(&member.value, 0, &mut Vec::new(), &mut |_, body| {
                facts.locals.extend(members(body).iter().map(|member| (member.key.as_str().into(), fact(&member.value))));
            }),
            "terraform" => each_labelled(&member.value, 0, &mut Vec::new(), &mut |_, body| settings(body, &mut facts)),
            "provider" => each_labelled(&member.value, 1, &mut Vec::new(), &mut |labels, body| {
                facts.root_sign = true;
                let attributes = members(body).iter().map(|member| (member.key.clone(), fact(&member.value)));
                facts.providers.push(provider_of(labels.first().map_or("", |label| label.as_str()), attributes));
            }),
            "import" => each_labelled(&member.value, 0, &mut Vec::new(), &mut |_, body| {
                let text = |name: &str| body.member(name).and_then(|member| fact(&member.value).as_literal().map(Box::from));
                facts.imports.extend(text("to").zip(text("id")).map(|(to, id)| ImportFact { to, id }));
            }),
            "output" | "data" | "check" | "moved" | "removed" | "//" => {}
            name => facts.values.push((name.into(), fact(&member.value))),
        }
    }
    facts
}

fn members(value: &JsonValue) -> &[JsonMember] {
    if let JsonKind::Object(members) = &value.kind { members } else { &[] }
}

fn each_labelled(value: &JsonValue, count: usize, labels: &mut Vec<String>, found: &mut dyn FnMut(&[String], &JsonValue)) {
    match &value.kind {
        JsonKind::Array(items) => items.iter().for_each(|item| each_labelled(item, count, labels, found)),
        JsonKind::Object(members) if labels.len() < count => {
            for member in members {
                labels.push(member.key.clone());
                each_labelled(&member.value, count, labels, found);
                labels.pop();
            }
        }
        JsonKind::Object(_) => found(labels, value),
        _ => {}
    }
}

fn span(value: &JsonValue) -> (u32, u32) {
    (u32::try_from(value.span.start).unwrap_or(u32::MAX), u32::try_from(value.span.end).unwrap_or(u32::MAX))
}

/// Strings are templates, as Terraform reads them.
fn fact(json: &JsonValue) -> Fact {
    match &json.kind {
        JsonKind::Object(members) => Fact::Map(members.iter().map(|member| (member.key.as_str().into(), fact(&member.value))).collect()),
        JsonKind::Array(items) => Fact::List(items.iter().map(fact).collect()),
        _ => match json.to_value() {
            serde_json::Value::String(text) if text.contains("${") || text.contains("%{") => template(&text),
            serde_json::Value::String(text) => Fact::literal(&text),
            serde_json::Value::Number(number) => Fact::literal(&number.to_string()),
            serde_json::Value::Bool(flag) => Fact::literal(if flag { "true" } else { "false" }),
            _ => Fact::Unknown,
        },
    }
}

fn template(text: &str) -> Fact {
    let quoted = format!("\"{}\"", text.replace('\n', " "));
    let fact = value(&quoted, &tokens(&quoted));
    // `"${var.x}"` is the value itself, not a text around it.
    match &fact {
        Fact::Text(parts) => match parts.as_ref() {
            [super::facts::TextPart::Reference(names)] => Fact::Reference(names.clone()),
            _ => fact,
        },
        _ => fact,
    }
}

fn resource(labels: &[String], body: &JsonValue) -> Option<ResourceFact> {
    let [kind, name] = labels else { return None };
    let (naming, prefix) = naming_arguments(kind);
    let value = |argument: Option<&str>| argument.and_then(|name| body.member(name)).map(|member| fact(&member.value));
    let called = value(naming);
    let is_prefix = called.is_none() && prefix.is_some_and(|name| body.member(name).is_some());
    Some(ResourceFact {
        kind: kind.as_str().into(),
        name: name.as_str().into(),
        span: span(body),
        called: called.or_else(|| value(prefix)),
        prefix: is_prefix,
        for_each: value(Some("for_each")),
        provider: body.member("provider").and_then(|member| fact(&member.value).as_literal().map(Box::from)),
        region: value(Some("region")).or_else(|| value(Some("location"))),
        account: value(Some("project")),
        tags: body.member("tags").map(|member| provenance(&fact(&member.value))).unwrap_or_default(),
    })
}

fn settings(body: &JsonValue, facts: &mut FileFacts) {
    let Some(backend) = body.member("backend") else { return };
    each_labelled(&backend.value, 1, &mut Vec::new(), &mut |labels, inner| {
        let literal = |member: &JsonMember| Some((member.key.as_str().into(), fact(&member.value).as_literal()?.into()));
        let arguments = members(inner).iter().filter_map(literal).collect();
        facts.backend = Some(BackendFact { kind: labels.first().cloned().unwrap_or_default().into(), arguments });
        facts.root_sign = true;
    });
}
