//! `remediate rules new`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::rule::nearest;
use crate::rule::schema::{Member, Shape, ValueKind, shape, type_names};

/// Writes `<rules>/<id>.hcl` with everything a rule needs, to be filled in.
pub(super) fn run(id: &str, resource: &str, set: Option<&str>, rules: &Path) -> anyhow::Result<ExitCode> {
    let sound = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if id.split('/').count() < 3 || !id.split('/').all(sound) {
        bail!("`{id}` is not an id: write provider/service/name in small letters, digits and hyphens, such as aws/s3/versioning");
    }
    let Some(shape) = shape(resource) else {
        let near = nearest(resource, type_names());
        bail!(
            "no vendored provider has the type `{resource}`{}",
            near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
        );
    };
    let (path, value) = set.and_then(|set| set.split_once('=')).map_or(("PATH", "VALUE"), |(path, value)| (path.trim(), value.trim()));
    let value = literal(shape, path, value)?;
    let place = rules.join(format!("{id}.hcl"));
    if place.exists() {
        bail!("{} is there already", place.display());
    }
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    std::fs::write(&place, text(id, resource, path, &value, shape)).with_context(|| format!("cannot write {}", place.display()))?;
    println!("{} written. Fill it in, then run:", place.display());
    println!("  remediate rules test --rules {} --accept {id}    (writes what comes out into the examples: review it)", rules.display());
    println!("  remediate rules check --rules {} {id}", rules.display());
    Ok(ExitCode::SUCCESS)
}

/// The value as HCL: text is put in quotes where the argument takes text.
fn literal(shape: &Shape, path: &str, value: &str) -> anyhow::Result<String> {
    if path == "PATH" {
        return Ok(value.to_owned());
    }
    match shape.member(path) {
        Ok(Member::Argument(argument)) if argument.kind == ValueKind::String && !value.starts_with('"') => Ok(format!("\"{value}\"")),
        Ok(_) => Ok(value.to_owned()),
        Err(unknown) => {
            let near = nearest(&unknown.step, unknown.known.iter().copied());
            bail!("`{}` is not in the schema{}", unknown.step, near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")))
        }
    }
}

/// The arguments the provider demands, as an example would write them.
fn required_lines(shape: &Shape) -> String {
    let mut lines = String::new();
    let names: Vec<&str> = shape.required().filter(|name| shape.arguments.contains_key(*name)).collect();
    let width = names.iter().map(|name| name.len()).max().unwrap_or(0);
    for name in names {
        lines.push_str(&format!("  {name:<width$} = var.{name}\n"));
    }
    lines
}

fn nested(path: &str, value: &str) -> String {
    let mut lines = String::new();
    let steps: Vec<&str> = path.split('.').collect();
    let Some((last, blocks)) = steps.split_last() else { return lines };
    let pad = |depth: usize| "  ".repeat(1 + depth);
    for (depth, block) in blocks.iter().enumerate() {
        lines.push_str(&format!("{}{} {{\n", pad(depth), block.trim_end_matches("[*]")));
    }
    lines.push_str(&format!("{}{last} = {value}\n", pad(blocks.len())));
    for depth in (0..blocks.len()).rev() {
        lines.push_str(&format!("{}}}\n", pad(depth)));
    }
    lines
}

/// A resource with this body as `terraform fmt` writes it, indented for an example.
fn block(resource: &str, body: &str) -> String {
    let text = crate::hcl::format(&format!("resource \"{resource}\" \"main\" {{\n{body}}}\n"));
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("      {line}\n") }).collect()
}

fn text(id: &str, resource: &str, path: &str, value: &str, shape: &Shape) -> String {
    let required = required_lines(shape);
    let gap = if path.contains('.') && !required.is_empty() { "\n" } else { "" };
    let plain = block(resource, &required);
    let right = block(resource, &format!("{required}{gap}{}", nested(path, value)));
    format!(
        r#"rule "{id}" {{
  title    = "TITLE: what to do, as an order, without a full stop"
  severity = "medium"
  status   = "preview"
  since    = "{version}"

  rationale = <<-EOT
    WHY: what can happen without it, in two or three sentences of your own.
  EOT

  references = [
    "https://registry.terraform.io/providers/hashicorp/{provider}/latest/docs/resources/{page}",
  ]

  aliases {{
    checkov = []
  }}

  target {{
    resource = "{resource}"
  }}

  set "{path}" {{
    value = {value}
  }}

  applicability {{
    level = "review"
    note  = "EFFECT: what the next apply changes for people who use the resource."
  }}

  example "not mentioned" {{
    before = <<-EOT
{plain}    EOT
    after  = <<-EOT
      ?
    EOT
  }}

  example "already right" {{
    before    = <<-EOT
{right}    EOT
    unchanged = true
  }}
}}
"#,
        version = env!("CARGO_PKG_VERSION"),
        provider = resource.split_once('_').map_or(resource, |(provider, _)| provider),
        page = resource.split_once('_').map_or(resource, |(_, page)| page),
    )
}
