//! Terragrunt units, read only: which module they apply and which inputs they pass.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::Configuration;
use super::directory;
use super::evaluate::Evaluator;
use super::function::{Answer, Arguments};
use super::module::{Module, ModuleSource};
use super::origin::{Origin, Role};
use super::scope::Scope;
use super::source::parse_file;
use super::syntax::{Block, Site, SourceFile};
use super::value::{Entry, Traced, Value, Why};
use crate::model::Workspace;

/// Most files that one unit may draw in.
const MOST_FILES: usize = 16;

/// A `terragrunt.hcl` with what it includes.
#[derive(Debug, Clone)]
pub struct TerragruntUnit {
    /// Its path in the workspace.
    pub path: String,
    /// Where the module comes from; absent when it is the unit's own directory.
    pub source: Option<ModuleSource>,
    /// The values passed to the module's variables.
    pub inputs: BTreeMap<Arc<str>, Traced>,
    /// `remote_state`: the backend's name and its settings.
    pub remote_state: Option<(String, Traced)>,
    /// The file and those it includes.
    pub files: Vec<String>,
}

/// What the functions of Terragrunt need to know.
#[derive(Debug, Clone)]
pub(super) struct Context {
    /// Directory of the unit that is read in the end.
    dir: String,
    /// Directory of the included file that is read at the moment.
    include_dir: Option<String>,
    /// Files on the way here.
    files: Vec<String>,
    /// What `include.name` gives.
    pub includes: Value,
}

/// Reads the unit at `path`; `None` when the workspace has no such file.
#[must_use]
pub fn read(workspace: &Workspace, path: &str) -> Option<TerragruntUnit> {
    let dir = directory::directory_of(path).to_owned();
    let context = Context { dir: dir.clone(), include_dir: None, files: vec![path.to_owned()], includes: Value::Null };
    let reading = Reading::of(workspace, path, context)?;
    let source = reading.source.map(|source| match source.value.as_str() {
        Some(text) => unit_source(&dir, text),
        None => ModuleSource::Unknown,
    });
    Some(TerragruntUnit { path: path.to_owned(), source, inputs: reading.inputs, remote_state: reading.remote_state, files: reading.files })
}

/// Paths that Terragrunt's functions give begin with `/` at the workspace's root.
fn unit_source(dir: &str, text: &str) -> ModuleSource {
    if text.starts_with('/') {
        return directory::resolve("", text).map_or(ModuleSource::Unknown, |dir| ModuleSource::Local(Arc::from(dir)));
    }
    if let Some(address) = text.strip_prefix("tfr:///") {
        let address = address.split('?').next().unwrap_or(address);
        return directory::module_source(dir, address);
    }
    directory::module_source(dir, text)
}

/// What one file says, includes merged in.
#[derive(Default)]
struct Reading {
    locals: BTreeMap<Arc<str>, Entry>,
    inputs: BTreeMap<Arc<str>, Traced>,
    source: Option<Traced>,
    remote_state: Option<(String, Traced)>,
    files: Vec<String>,
}

impl Reading {
    fn of(workspace: &Workspace, path: &str, context: Context) -> Option<Self> {
        let file = parse_file(path, workspace.get(path)?);
        let mut reading = Self { files: vec![path.to_owned()], ..Self::default() };
        let includes = reading.includes(workspace, &file, &context);
        let configuration = configuration(workspace, &file, Context { includes, ..context });
        let evaluator = Evaluator::new(&configuration);
        let scope = evaluator.root_scope(path);
        reading.own(&evaluator, &scope, &file);
        Some(reading)
    }

    /// Reads what the file includes; gives the object behind `include`.
    fn includes(&mut self, workspace: &Workspace, file: &SourceFile, context: &Context) -> Value {
        let mut named = BTreeMap::new();
        for block in file.body.blocks_of("include") {
            let configuration = configuration(workspace, file, context.clone());
            let evaluator = Evaluator::new(&configuration);
            let path = block.attribute("path").map(|path| evaluator.value(&evaluator.root_scope(&file.path), &path.value).value);
            let Some(path) =
                path.as_ref().and_then(Value::as_str).and_then(|path| workspace_path(directory::directory_of(&file.path), path))
            else {
                continue;
            };
            if context.files.contains(&path) || context.files.len() >= MOST_FILES {
                continue;
            }
            let mut files = context.files.clone();
            files.push(path.clone());
            let include_dir = Some(directory::directory_of(&path).to_owned());
            let Some(included) = Self::of(workspace, &path, Context { include_dir, files, ..context.clone() }) else { continue };
            named.insert(Arc::from(block.label(0)), entry(included.as_object()));
            self.files.extend(included.files);
            self.inputs.extend(included.inputs);
            self.source = included.source.or(self.source.take());
            self.remote_state = included.remote_state.or(self.remote_state.take());
        }
        Value::object(named)
    }

    fn own(&mut self, evaluator: &Evaluator<'_>, scope: &Scope, file: &SourceFile) {
        for block in file.body.blocks_of("locals") {
            for attribute in &block.body.attributes {
                let value = evaluator.value(scope, &attribute.value);
                self.locals.insert(attribute.name.clone(), Entry { key: Origin::default(), value });
            }
        }
        if let Some(inputs) = file.body.attribute("inputs") {
            let value = evaluator.value(scope, &inputs.value);
            self.pass(&value, &Site { file: file.path.clone(), span: inputs.value.span });
        }
        let attribute = |block: &Block, name: &str| block.attribute(name).map(|attribute| evaluator.value(scope, &attribute.value));
        if let Some(source) = file.body.blocks_of("terraform").find_map(|block| attribute(block, "source")) {
            self.source = Some(source);
        }
        for block in file.body.blocks_of("remote_state") {
            let backend = attribute(block, "backend").and_then(|backend| backend.value.as_str().map(str::to_owned));
            if let (Some(backend), Some(settings)) = (backend, attribute(block, "config")) {
                self.remote_state = Some((backend, settings));
            }
        }
    }

    fn pass(&mut self, inputs: &Traced, site: &Site) {
        let Value::Object(object) = &inputs.value else { return };
        for (name, entry) in &object.entries {
            let role = Role::TerragruntInput { name: name.clone() };
            let origin = Origin::hop(site.clone(), role, vec![entry.value.origin.clone()]);
            self.inputs.insert(name.clone(), Traced { value: entry.value.value.clone(), origin });
        }
    }

    fn as_object(&self) -> Value {
        let inputs = self.inputs.iter().map(|(name, value)| (name.clone(), Entry { key: Origin::default(), value: value.clone() }));
        let members = [("locals", Value::object(self.locals.clone())), ("inputs", Value::object(inputs.collect()))];
        Value::object(members.into_iter().map(|(name, value)| (Arc::from(name), entry(value))).collect())
    }
}

fn entry(value: Value) -> Entry {
    Entry { key: Origin::default(), value: Traced::bare(value) }
}

/// A configuration whose only definitions are the file's locals.
fn configuration<'w>(workspace: &'w Workspace, file: &SourceFile, context: Context) -> Configuration<'w> {
    let locals = file.body.blocks_of("locals").flat_map(|block| &block.body.attributes);
    let module = Module {
        dir: Arc::from(directory::directory_of(&file.path)),
        locals: locals.map(|attribute| (attribute.name.clone(), attribute.clone())).collect(),
        ..Module::default()
    };
    Configuration::of_terragrunt(workspace, module, context)
}

/// A path that begins with `/` starts at the workspace's root, any other at `dir`.
fn workspace_path(dir: &str, path: &str) -> Option<String> {
    directory::resolve(if path.starts_with('/') { "" } else { dir }, path)
}

/// The function `name`, if it is one of Terragrunt's.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "find_in_parent_folders" => find_in_parent_folders,
        "get_terragrunt_dir" | "get_original_terragrunt_dir" | "get_working_dir" => |arguments| Ok(rooted(&context(arguments)?.dir).into()),
        "get_parent_terragrunt_dir" => |arguments| {
            let context = context(arguments)?;
            Ok(rooted(context.include_dir.as_ref().unwrap_or(&context.dir)).into())
        },
        "get_repo_root" => |arguments| context(arguments).map(|_| Value::string("").into()),
        "get_path_from_repo_root" => |arguments| Ok(Value::string(context(arguments)?.dir.as_str()).into()),
        "get_path_to_repo_root" => |arguments| Ok(Value::string(directory::relative(&context(arguments)?.dir, "")).into()),
        "path_relative_to_include" => |arguments| {
            let context = context(arguments)?;
            Ok(Value::string(directory::relative(context.include_dir.as_ref().unwrap_or(&context.dir), &context.dir)).into())
        },
        "path_relative_from_include" => |arguments| {
            let context = context(arguments)?;
            Ok(Value::string(directory::relative(&context.dir, context.include_dir.as_ref().unwrap_or(&context.dir))).into())
        },
        "read_terragrunt_config" => read_terragrunt_config,
        // The environment is not known; a default is what most runs use, but not surely.
        "get_env" | "run_cmd" | "get_aws_account_id" | "get_aws_caller_identity_arn" | "get_platform" | "sops_decrypt_file" => {
            |_| Err(Value::unknown(Why::Impure(Arc::from("a Terragrunt function"))))
        }
        _ => return None,
    })
}

fn context<'a>(arguments: &Arguments<'a>) -> Result<&'a Context, Value> {
    arguments.evaluator.configuration().terragrunt().ok_or_else(|| Value::invalid("a function of Terragrunt in Terraform code"))
}

fn rooted(dir: &str) -> Value {
    Value::string(if dir.is_empty() { String::new() } else { format!("/{dir}") })
}

fn find_in_parent_folders(arguments: &Arguments<'_>) -> Answer {
    let context = context(arguments)?;
    let name = if arguments.all.is_empty() { Arc::from("terragrunt.hcl") } else { arguments.text(0)? };
    let workspace = arguments.evaluator.configuration().workspace();
    let mut dir = context.dir.as_str();
    while !dir.is_empty() {
        dir = directory::directory_of(dir);
        let path = if dir.is_empty() { name.to_string() } else { format!("{dir}/{name}") };
        if workspace.get(&path).is_some() || workspace.below(&path).next().is_some() {
            return Ok(Value::string(format!("/{path}")).into());
        }
    }
    match arguments.all.get(1) {
        Some(fallback) => Ok(fallback.value.clone().into()),
        None => Err(Value::unknown(Why::File(name))),
    }
}

fn read_terragrunt_config(arguments: &Arguments<'_>) -> Answer {
    let context = context(arguments)?;
    let written = arguments.text(0)?;
    let workspace = arguments.evaluator.configuration().workspace();
    let missing = || Value::unknown(Why::File(written.clone()));
    let path = workspace_path(directory::directory_of(&arguments.scope.file), &written).ok_or_else(missing)?;
    if context.files.contains(&path) || context.files.len() >= MOST_FILES {
        return Err(Value::unknown(Why::Cycle(written)));
    }
    arguments.spend(1000)?;
    let mut files = context.files.clone();
    files.push(path.clone());
    let dir = directory::directory_of(&path).to_owned();
    let inner = Context { dir, include_dir: None, files, includes: Value::Null };
    match Reading::of(workspace, &path, inner) {
        Some(reading) => Ok(reading.as_object().into()),
        None => arguments.all.get(1).map(|fallback| fallback.value.clone().into()).ok_or_else(missing),
    }
}
