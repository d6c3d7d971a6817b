//! Functions over paths and files of the workspace.

use std::sync::Arc;

use super::directory;
use super::function::{Answer, Arguments};
use super::native::{Converter, Offsets};
use super::value::{Piece, Traced, Value, Why};
use crate::model::Span;

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "file" => |arguments| Ok(Value::string(read(arguments)?.1).into()),
        "fileexists" => |arguments| read(arguments).map(|_| Value::Bool(true).into()),
        "filebase64" => |arguments| Ok(Value::string(super::functions_encoding::to_base64(read(arguments)?.1.as_bytes())).into()),
        "templatefile" => templatefile,
        "fileset" => fileset,
        "basename" => basename,
        "dirname" => |arguments| {
            let path = arguments.text(0)?;
            Ok(Value::string(path.trim_end_matches('/').rsplit_once('/').map_or(".", |(dir, _)| dir)).into())
        },
        "abspath" => abspath,
        "pathexpand" => |arguments| match &*arguments.text(0)? {
            path if path.starts_with('~') => Err(Value::unknown(Why::Impure(Arc::from("pathexpand")))),
            path => Ok(Value::string(path).into()),
        },
        _ => return None,
    })
}

/// A path of the configuration as a path of the workspace. Terraform runs in the root module's directory.
fn workspace_path(arguments: &Arguments<'_>, path: &str) -> Result<String, Value> {
    let outside = || Value::unknown(Why::File(Arc::from(path)));
    let configuration = arguments.evaluator.configuration();
    // The paths that Terragrunt's functions give begin with `/` at the workspace's root.
    if path.starts_with('~') || (path.starts_with('/') && configuration.terragrunt().is_none()) {
        return Err(outside());
    }
    let base = if path.starts_with('/') { "" } else { configuration.root_dir() };
    directory::resolve(base, path).ok_or_else(outside)
}

/// Path and text of the file that the first argument names; a file that is not there is unknown: it may be generated.
fn read(arguments: &Arguments<'_>) -> Result<(Arc<str>, Arc<str>), Value> {
    let path = workspace_path(arguments, &arguments.text(0)?)?;
    let text = arguments.evaluator.configuration().workspace().shared(&path);
    let text = text.ok_or_else(|| Value::unknown(Why::File(Arc::from(path.as_str()))))?;
    arguments.spend(text.len() / 16)?;
    Ok((Arc::from(path), text))
}

fn templatefile(arguments: &Arguments<'_>) -> Answer {
    let (path, text) = read(arguments)?;
    let variables = arguments.object(1)?;
    let invalid = || Value::invalid(format!("`{path}` is not a valid template"));
    let template: hcl_edit::template::Template = text.parse().map_err(|_| invalid())?;
    let span = Span::new(0, text.len());
    let kind = Converter { file: path.clone(), offsets: Offsets::Shift(0) }.template(&template, span);
    let mut scope = super::scope::Scope::new(arguments.scope.instance, path.clone());
    for (name, entry) in &variables.entries {
        scope = scope.with(name.clone(), entry.value.clone());
    }
    let value = arguments.evaluator.eval(&scope, &super::syntax::Expression { kind, span });
    Ok(value.value.into())
}

fn fileset(arguments: &Arguments<'_>) -> Answer {
    let (dir, pattern) = (workspace_path(arguments, &arguments.text(0)?)?, arguments.text(1)?);
    let matcher = globset::GlobBuilder::new(&pattern)
        .literal_separator(true)
        .build()
        .map_err(|_| Value::invalid("not a file pattern"))?
        .compile_matcher();
    let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
    let mut found = Vec::new();
    for (path, _) in arguments.evaluator.configuration().workspace().iter() {
        let Some(name) = path.strip_prefix(&prefix) else { continue };
        arguments.spend(1)?;
        if matcher.is_match(name) {
            found.push(Traced::bare(Value::string(name)));
        }
    }
    // Which files there are beside those that were read is not known.
    Ok(Value::build_list(found, true, Some(Arc::new(Why::File(pattern)))).into())
}

fn basename(arguments: &Arguments<'_>) -> Answer {
    let pieces = arguments.pieces(0)?;
    if let Some(Piece::Text(end)) = pieces.last()
        && let Some((_, name)) = end.trim_end_matches('/').rsplit_once('/')
    {
        return Ok(Value::string(name).into());
    }
    let path = arguments.text(0)?;
    Ok(Value::string(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()).into())
}

/// The working copy's own place is not known; what lies below it is.
fn abspath(arguments: &Arguments<'_>) -> Answer {
    let path = arguments.text(0)?;
    if path.starts_with('/') {
        return Ok(Value::string(path).into());
    }
    let below = workspace_path(arguments, &path)?;
    let hole = Piece::Hole(Arc::new(Why::Impure(Arc::from("abspath"))));
    let mut pieces = vec![hole];
    if !below.is_empty() {
        pieces.push(Piece::Text(Arc::from(format!("/{below}"))));
    }
    Ok(Value::from_pieces(pieces).into())
}
