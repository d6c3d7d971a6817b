//! From the text of a rule file to a [`Rule`].

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

use super::problem::Problem;
use super::reader::{Reader, span_of};
use super::{
    ApplicabilitySpec, EffectSpec, LowerSpec, ModuleSpec, Param, ParamType, ReachedBy, ReachedFrom, RefusalSpec, Rule, Status, TargetSpec,
};
use crate::model::{Applicability, EffectKind, Severity, Span};

/// Scanner schemes that `aliases` may name.
pub const SCHEMES: &[&str] = &[
    "checkov",
    "trivy",
    "tfsec",
    "kics",
    "terrascan",
    "snyk",
    "security_hub",
    "prowler",
    "wiz",
    "orca",
    "prisma",
    "defender",
    "scc",
    "cis_aws",
    "cis_azure",
    "cis_gcp",
];

const APPLICABILITIES: &[(&str, Applicability)] =
    &[("safe", Applicability::Safe), ("review", Applicability::Review), ("disruptive", Applicability::Disruptive)];

const EFFECTS: &[(&str, EffectKind)] = &[
    ("replacement", EffectKind::Replacement),
    ("downtime", EffectKind::Downtime),
    ("data_loss", EffectKind::DataLoss),
    ("cost", EffectKind::Cost),
    ("behaviour", EffectKind::Behaviour),
];

/// Where the examples of a rule begin: they stand last.
const FIRST_EXAMPLE: &str = "\n  example \"";

/// Reads one rule file.
///
/// `path` is the path below the rules folder (`aws/s3/public-access-block.hcl`); the rule's id must be that path without `.hcl`.
///
/// # Errors
/// Every mistake found, with its place. Nothing is loaded from a file with a mistake.
pub fn load(path: &str, text: &str) -> Result<Rule, Vec<Problem>> {
    let source = with_plain_lines(text);
    let body = hcl_edit::parser::parse_body(&source);
    read(path, source, body)
}

/// Reads a rule file as far as its first example: what a run needs that tests nothing, and a third of the text. The rule has no
/// examples; all else is as [`load`] gives it.
///
/// # Errors
/// As [`load`].
pub(super) fn load_without_examples(path: &str, text: &str) -> Result<Rule, Vec<Problem>> {
    let source = with_plain_lines(text);
    let Some(end) = source.find(FIRST_EXAMPLE) else { return load(path, text) };
    let body = hcl_edit::parser::parse_body(&format!("{}\n}}\n", &source[..end]));
    // A text that does not end where it seems to is read as a whole.
    if body.is_err() { load(path, text) } else { read(path, source, body) }
}

fn with_plain_lines(text: &str) -> Arc<str> {
    if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() }
}

fn read(path: &str, source: Arc<str>, body: Result<Body, hcl_edit::parser::Error>) -> Result<Rule, Vec<Problem>> {
    let mut reader = Reader::new(path, Arc::clone(&source));
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            let offset = error.location().offset().min(source.len());
            let problem = reader.problem(Some(Span::at(offset)), "this is not valid HCL").label(error.message().to_owned());
            return Err(vec![problem]);
        }
    };
    let rule = rule_file(&mut reader, &body);
    match rule {
        Some(rule) if reader.problems.is_empty() => Ok(rule),
        _ => Err(reader.problems),
    }
}

fn rule_file(reader: &mut Reader, body: &Body) -> Option<Rule> {
    reader.only(body, "a rule file", &[], &["rule"]);
    let mut blocks = body.get_blocks("rule");
    let Some(block) = blocks.next() else {
        let problem = reader.problem(None, "the file holds no `rule` block").help("Write `rule \"provider/service/name\" { … }`.");
        reader.report(problem);
        return None;
    };
    if let Some(second) = blocks.next() {
        let problem = reader.problem(span_of(&second.ident), "one file holds one rule").label("a second rule");
        reader.report(problem);
    }
    Some(rule(reader, block))
}

fn rule(reader: &mut Reader, block: &Block) -> Rule {
    let body = &block.body;
    let place = span_of(&block.ident);
    reader.only(
        body,
        "a rule",
        &["title", "severity", "status", "since", "rationale", "references"],
        &[
            "aliases",
            "target",
            "param",
            "set",
            "block",
            "remove",
            "companion",
            "narrow",
            "statement",
            "module",
            "applicability",
            "refuse",
            "example",
        ],
    );
    let id = identifier(reader, block);
    let what = "a rule";
    Rule {
        id,
        path: reader.path.clone(),
        source: Arc::clone(&reader.source),
        title: reader.required_text(body, "title", what, place),
        severity: severity(reader, body),
        status: reader
            .choice(body, "status", &[("preview", Status::Preview), ("stable", Status::Stable), ("deprecated", Status::Deprecated)])
            .unwrap_or(Status::Preview),
        since: reader.required_text(body, "since", what, place),
        rationale: reader.required_text(body, "rationale", what, place).trim_end().to_owned(),
        references: reader.texts_named(body, "references"),
        aliases: aliases(reader, body),
        target: target(reader, body, place),
        params: body.get_blocks("param").map(|block| param(reader, block)).collect(),
        operations: super::load_operation::operations(reader, body),
        modules: body.get_blocks("module").map(|block| module(reader, block)).collect(),
        applicability: applicability(reader, body, place),
        refusals: refusals(reader, body),
        examples: body.get_blocks("example").map(|block| super::load_example::example(reader, block)).collect(),
    }
}

fn identifier(reader: &mut Reader, block: &Block) -> String {
    let id = reader.label(block, "its id");
    let wanted = reader.path.strip_suffix(".hcl").unwrap_or(&reader.path).to_owned();
    if id != wanted {
        let place = block.labels.first().and_then(span_of);
        let problem = reader
            .problem(place, "a rule's id is its path below the rules folder")
            .label(format!("expected \"{wanted}\""))
            .help("Rename the file or the rule.");
        reader.report(problem);
    }
    id
}

fn severity(reader: &mut Reader, body: &Body) -> Severity {
    let choices = [
        ("informational", Severity::Informational),
        ("low", Severity::Low),
        ("medium", Severity::Medium),
        ("high", Severity::High),
        ("critical", Severity::Critical),
    ];
    if !body.has_attribute("severity") {
        let problem = reader.problem(None, "a rule has no `severity`").help("Write `severity = \"medium\"`, say.");
        reader.report(problem);
    }
    reader.choice(body, "severity", &choices).unwrap_or(Severity::Medium)
}

fn aliases(reader: &mut Reader, body: &Body) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for block in body.get_blocks("aliases") {
        reader.no_labels(block);
        reader.only(&block.body, "`aliases`", SCHEMES, &[]);
        for attribute in block.body.attributes() {
            found.insert(attribute.key.as_str().to_owned(), reader.texts(attribute));
        }
    }
    found
}

fn target(reader: &mut Reader, body: &Body, place: Option<Span>) -> TargetSpec {
    let empty = Body::new();
    let block = body.get_blocks("target").next();
    if block.is_none() {
        let problem = reader.problem(place, "a rule has no `target`").help("Write `target { resource = \"aws_…\" }`.");
        reader.report(problem);
    }
    let target = block.map_or(&empty, |block| &block.body);
    reader.only(target, "`target`", &["resource", "when", "provider_version"], &["reached_from"]);
    let resources = reader.texts_named(target, "resource");
    if block.is_some() && resources.is_empty() {
        let problem = reader.problem(block.and_then(|block| span_of(&block.ident)), "`target` names no `resource`");
        reader.report(problem);
    }
    let reached_from = target
        .get_blocks("reached_from")
        .map(|block| {
            reader.only(&block.body, "`reached_from`", &["argument", "by"], &[]);
            let link = match reader.text(&block.body, "by") {
                Some(by) => ReachedBy::TargetArgument(by),
                None => ReachedBy::Argument(reader.required_text(&block.body, "argument", "`reached_from`", span_of(&block.ident))),
            };
            ReachedFrom { resource: reader.label(block, "a resource type"), link }
        })
        .collect();
    TargetSpec {
        resources,
        when: reader.expression_named(target, "when"),
        provider_version: reader.text(target, "provider_version"),
        reached_from,
    }
}

fn param(reader: &mut Reader, block: &Block) -> Param {
    let body = &block.body;
    let place = span_of(&block.ident);
    reader.only(body, "`param`", &["type", "default", "required", "description"], &[]);
    let kinds = [
        ("expression", ParamType::Expression),
        ("string", ParamType::String),
        ("number", ParamType::Number),
        ("bool", ParamType::Bool),
        ("cidr_list", ParamType::CidrList),
        ("string_list", ParamType::StringList),
        ("duration", ParamType::Duration),
    ];
    if !body.has_attribute("type") {
        let problem = reader.problem(place, "`param` has no `type`");
        reader.report(problem);
    }
    let default = reader.expression_named(body, "default").filter(|default| !matches!(*default.expression, Expression::Null(_)));
    let required = reader.boolean(body, "required").unwrap_or(false);
    if required && default.is_some() {
        let problem = reader.problem(default.as_ref().map(|default| default.span), "a required parameter has no default");
        reader.report(problem);
    }
    Param {
        name: reader.label(block, "its name"),
        kind: reader.choice(body, "type", &kinds).unwrap_or(ParamType::Expression),
        default,
        required,
        description: reader.required_text(body, "description", "`param`", place),
    }
}

fn module(reader: &mut Reader, block: &Block) -> ModuleSpec {
    reader.only(&block.body, "`module`", &["version"], &["set", "block", "remove", "narrow", "statement", "refuse"]);
    ModuleSpec {
        source: reader.label(block, "the module's source"),
        version: reader.text(&block.body, "version"),
        operations: super::load_operation::operations(reader, &block.body),
        refusals: refusals(reader, &block.body),
    }
}

fn applicability(reader: &mut Reader, body: &Body, place: Option<Span>) -> ApplicabilitySpec {
    let empty = Body::new();
    let block = body.get_blocks("applicability").next();
    if block.is_none() {
        let problem = reader
            .problem(place, "a rule has no `applicability`")
            .help("Write `applicability { level = \"safe\" }`, or `review`, or `disruptive`.");
        reader.report(problem);
    }
    let body = block.map_or(&empty, |block| &block.body);
    let place = block.and_then(|block| span_of(&block.ident));
    reader.only(
        body,
        "`applicability`",
        &["level", "note", "runbook", "replacement", "downtime", "data_loss", "cost", "behaviour"],
        &["effect", "lower"],
    );
    if block.is_some() && !body.has_attribute("level") {
        let problem = reader.problem(place, "`applicability` has no `level`");
        reader.report(problem);
    }
    ApplicabilitySpec {
        level: reader.choice(body, "level", APPLICABILITIES).unwrap_or(Applicability::Review),
        note: reader.text(body, "note").map(|note| note.trim_end().to_owned()),
        effects: effects(reader, body),
        runbook: reader.text(body, "runbook"),
        lower: body.get_blocks("lower").filter_map(|block| lower(reader, block)).collect(),
    }
}

fn effects(reader: &mut Reader, body: &Body) -> Vec<EffectSpec> {
    let mut found = Vec::new();
    for (word, kind) in EFFECTS {
        let Some(attribute) = body.get_attribute(word) else { continue };
        let note = match &attribute.value {
            Expression::Bool(flag) if *flag.value() => effect_sentence(*kind).to_owned(),
            Expression::Bool(_) => continue,
            text => reader.text_of(text, word).unwrap_or_default(),
        };
        found.push(EffectSpec { kind: *kind, argument: None, note, source: None });
    }
    for block in body.get_blocks("effect") {
        reader.only(&block.body, "`effect`", &["argument", "note", "source"], &[]);
        let word = reader.label(block, "its kind");
        let place = block.labels.first().and_then(span_of);
        let Some(kind) = reader.choose(&word, place, "effect", EFFECTS) else { continue };
        found.push(EffectSpec {
            kind,
            argument: reader.text(&block.body, "argument"),
            note: reader.required_text(&block.body, "note", "`effect`", span_of(&block.ident)),
            source: reader.text(&block.body, "source"),
        });
    }
    found
}

/// What an effect means when the rule says no more than `true`.
fn effect_sentence(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Replacement => "Terraform destroys the resource and creates it anew.",
        EffectKind::Downtime => "The service is interrupted during the apply.",
        EffectKind::DataLoss => "Data that only this resource holds is lost.",
        EffectKind::Cost => "The change costs money.",
        EffectKind::Behaviour => "Clients may see other behaviour.",
    }
}

fn lower(reader: &mut Reader, block: &Block) -> Option<LowerSpec> {
    reader.only(&block.body, "`lower`", &["when", "note"], &[]);
    let word = reader.label(block, "the stricter level");
    let level = reader.choose(&word, block.labels.first().and_then(span_of), "lower", APPLICABILITIES)?;
    let place = span_of(&block.ident);
    let when = reader.required_expression(&block.body, "when", "`lower`", place)?;
    Some(LowerSpec { level, when, note: reader.required_text(&block.body, "note", "`lower`", place) })
}

fn refusals(reader: &mut Reader, body: &Body) -> Vec<RefusalSpec> {
    let blocks: Vec<&Block> = body.get_blocks("refuse").collect();
    blocks
        .into_iter()
        .filter_map(|block| {
            reader.no_labels(block);
            reader.only(&block.body, "`refuse`", &["when", "note"], &[]);
            let place = span_of(&block.ident);
            let when = reader.required_expression(&block.body, "when", "`refuse`", place)?;
            Some(RefusalSpec { when, note: reader.required_text(&block.body, "note", "`refuse`", place) })
        })
        .collect()
}
