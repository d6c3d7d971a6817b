//! Files of a workspace, each parsed once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use super::json_configuration;
use super::native::{Converter, Offsets};
use super::syntax::{Attribute, Body, ExpressionKind, SourceFile, Syntax, SyntaxProblem};
use super::{json, module::Module};
use crate::model::{LineColumn, Span, Workspace};

/// Largest file that is parsed: the parser's tree takes some forty times this while it reads.
const LARGEST_FILE: usize = 2 << 20;

/// Most assignments in one file: object literals are read in quadratic time.
const MOST_ASSIGNMENTS: usize = 20_000;

/// Values by path, each made once even when several threads ask.
type Cells<T> = RwLock<HashMap<Arc<str>, Arc<OnceLock<Arc<T>>>>>;

/// The files of a workspace and the modules they make up, each read at most once.
///
/// Share one among the [`Configuration`](super::Configuration)s of a workspace. It can be used from several threads.
#[derive(Debug)]
pub struct Sources<'w> {
    workspace: &'w Workspace,
    files: Cells<SourceFile>,
    modules: Cells<Module>,
}

impl<'w> Sources<'w> {
    /// Nothing is parsed yet.
    #[must_use]
    pub fn new(workspace: &'w Workspace) -> Self {
        Self { workspace, files: RwLock::default(), modules: RwLock::default() }
    }

    /// The workspace the files come from.
    #[must_use]
    pub fn workspace(&self) -> &'w Workspace {
        self.workspace
    }

    /// The parsed file at `path`; `None` if the workspace has none. A file that cannot be read has a `problem`.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<Arc<SourceFile>> {
        let text = self.workspace.get(path)?;
        let slot = slot(&self.files, path);
        Some(slot.get_or_init(|| Arc::new(parse_file(path, text))).clone())
    }

    /// The module in directory `dir`: its files put together, override files applied.
    #[must_use]
    pub fn module(&self, dir: &str) -> Arc<Module> {
        let slot = slot(&self.modules, dir);
        slot.get_or_init(|| Arc::new(Module::load(self, dir))).clone()
    }
}

/// The cell of `key`, made if missing. A poisoned lock still holds a valid map.
fn slot<T>(map: &Cells<T>, key: &str) -> Arc<OnceLock<Arc<T>>> {
    if let Some(found) = map.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(key) {
        return found.clone();
    }
    map.write().unwrap_or_else(std::sync::PoisonError::into_inner).entry(Arc::from(key)).or_default().clone()
}

/// Parses one file by its name: configuration, variable file or any other HCL file.
#[must_use]
pub fn parse_file(path: &str, text: &str) -> SourceFile {
    let path: Arc<str> = Arc::from(path);
    let syntax = if path.ends_with(".json") { Syntax::Json } else { Syntax::Native };
    let result = match syntax {
        _ if text.len() > LARGEST_FILE => Err((0, format!("the file is larger than {LARGEST_FILE} bytes"))),
        Syntax::Json => parse_json(&path, text),
        Syntax::Native => parse_native(&path, text),
    };
    match result {
        Ok(body) => SourceFile { path, syntax, body, problem: None },
        Err((offset, message)) => {
            let line = LineColumn::of(text, offset).line;
            let problem = Some(SyntaxProblem { path: path.clone(), line, message });
            SourceFile { path, syntax, body: Body::default(), problem }
        }
    }
}

fn parse_native(path: &Arc<str>, text: &str) -> Result<Body, (usize, String)> {
    if text.bytes().filter(|byte| matches!(byte, b'=' | b':')).count() > MOST_ASSIGNMENTS {
        return Err((0, format!("the file has more than {MOST_ASSIGNMENTS} assignments")));
    }
    let (shift, rest) = text.strip_prefix('\u{feff}').map_or((0, text), |rest| (text.len() - rest.len(), rest));
    let body: hcl_edit::structure::Body = rest.parse().map_err(|error: hcl_edit::parser::Error| {
        let offset = shift + error.location().offset();
        (offset, error.message().to_string())
    })?;
    let converter = Converter { file: path.clone(), offsets: Offsets::Shift(shift) };
    Ok(converter.body(&body, Span::new(0, text.len())))
}

fn parse_json(path: &Arc<str>, text: &str) -> Result<Body, (usize, String)> {
    let variables = path.ends_with(".tfvars.json");
    let value = json::parse(path, text, !variables).map_err(|error| (error.offset, error.message.to_owned()))?;
    if !variables {
        return Ok(json_configuration::body(path, &value));
    }
    let ExpressionKind::Object(items) = value.kind else {
        return Err((0, "a variable file in JSON must be an object".to_owned()));
    };
    let attributes = items
        .into_vec()
        .into_iter()
        .map(|item| Attribute {
            name: Arc::from(item.key.as_literal().unwrap_or_default()),
            name_span: item.key.span,
            span: item.span(),
            value: item.value,
            file: path.clone(),
        })
        .collect();
    Ok(Body { attributes, blocks: Vec::new() })
}
