//! One directory of configuration files, put together as Terraform does it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::directory;
use super::source::Sources;
use super::syntax::{Attribute, Block, Expression, Site, SourceFile, SyntaxProblem};
use crate::model::{Address, ResourceMode};

/// What one directory defines, override files applied.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// The directory in the workspace (`""` is the root).
    pub dir: Arc<str>,
    /// Its files, in the order Terraform reads them, override files last.
    pub files: Vec<Arc<SourceFile>>,
    /// `resource` and `data` blocks, in order of file and place.
    pub resources: Vec<Resource>,
    /// `module` blocks by name.
    pub calls: BTreeMap<Arc<str>, ModuleCall>,
    /// `variable` blocks by name.
    pub variables: BTreeMap<Arc<str>, Block>,
    /// Local values by name.
    pub locals: BTreeMap<Arc<str>, Attribute>,
    /// `output` blocks by name.
    pub outputs: BTreeMap<Arc<str>, Block>,
    /// `provider` blocks.
    pub providers: Vec<Block>,
    /// `terraform` blocks.
    pub settings: Vec<Block>,
    /// `moved` blocks.
    pub moved: Vec<Moved>,
    /// `import` blocks.
    pub imports: Vec<Import>,
    /// `removed` blocks.
    pub removed: Vec<Removed>,
    /// Files that could not be read.
    pub problems: Vec<SyntaxProblem>,
}

/// A `resource` or `data` block.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Managed or data.
    pub mode: ResourceMode,
    /// The block; arguments from override files are merged in.
    pub block: Block,
}

impl Resource {
    /// Its type.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.block.label(0)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.block.label(1)
    }

    /// `type.name` or `data.type.name`.
    #[must_use]
    pub fn address(&self) -> Address {
        Address { mode: self.mode, ..Address::managed(self.kind(), self.name()) }
    }
}

/// A `module` block.
#[derive(Debug, Clone)]
pub struct ModuleCall {
    /// The block.
    pub block: Block,
    /// Where its module comes from.
    pub source: ModuleSource,
    /// The `version` argument, as written.
    pub version: Option<Arc<str>>,
}

impl ModuleCall {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.block.label(0)
    }
}

/// Where a called module comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleSource {
    /// A directory of the workspace.
    Local(Arc<str>),
    /// A relative path that leads out of the workspace.
    Outside(Arc<str>),
    /// A registry, with the address (`terraform-aws-modules/vpc/aws`) and the folder after `//`.
    Registry {
        /// `namespace/name/provider`, with a host in front if written.
        address: Arc<str>,
        /// Folder inside the module.
        folder: Arc<str>,
    },
    /// Anything else that is fetched: git, http, s3, …
    Remote(Arc<str>),
    /// Missing, or not a literal.
    Unknown,
}

impl ModuleSource {
    /// The source as it is written, for messages.
    #[must_use]
    pub fn text(&self) -> Arc<str> {
        match self {
            Self::Local(text) | Self::Outside(text) | Self::Remote(text) => text.clone(),
            Self::Registry { address, folder } if folder.is_empty() => address.clone(),
            Self::Registry { address, folder } => Arc::from(format!("{address}//{folder}")),
            Self::Unknown => Arc::from("an unknown source"),
        }
    }
}

/// `moved { from = …, to = … }`.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The old address.
    pub from: Address,
    /// The new address.
    pub to: Address,
    /// Where it says so.
    pub site: Site,
}

/// `import { to = …, id = … }`.
#[derive(Debug, Clone)]
pub struct Import {
    /// The address it is imported to; keys that are expressions are left out.
    pub to: Address,
    /// The id, an expression of the root module.
    pub id: Option<Expression>,
    /// Where it says so.
    pub site: Site,
}

/// `removed { from = … }`.
#[derive(Debug, Clone)]
pub struct Removed {
    /// The address that Terraform forgets.
    pub from: Address,
    /// Where it says so.
    pub site: Site,
}

impl Module {
    /// Reads directory `dir`.
    pub(super) fn load(sources: &Sources<'_>, dir: &str) -> Self {
        let mut module = Self { dir: Arc::from(dir), ..Self::default() };
        let names = directory::configuration_files(sources.workspace(), dir);
        for path in names.primary.iter().chain(&names.overrides) {
            let Some(file) = sources.file(path) else { continue };
            module.problems.extend(file.problem.clone());
            module.files.push(file);
        }
        let (primary, overrides) = module.files.split_at(names.primary.len().min(module.files.len()));
        let (primary, overrides) = (primary.to_vec(), overrides.to_vec());
        for file in &primary {
            module.add(file);
        }
        for file in &overrides {
            super::overrides::apply(&mut module, file);
        }
        module
    }

    fn add(&mut self, file: &SourceFile) {
        for block in &file.body.blocks {
            match &*block.kind {
                "resource" => self.resources.push(Resource { mode: ResourceMode::Managed, block: block.clone() }),
                "data" => self.resources.push(Resource { mode: ResourceMode::Data, block: block.clone() }),
                "module" => {
                    self.calls.insert(Arc::from(block.label(0)), directory::module_call(&self.dir, block.clone()));
                }
                "variable" => drop(self.variables.insert(Arc::from(block.label(0)), block.clone())),
                "output" => drop(self.outputs.insert(Arc::from(block.label(0)), block.clone())),
                "locals" => {
                    self.locals.extend(block.body.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.clone())));
                }
                "provider" => self.providers.push(block.clone()),
                "terraform" => self.settings.push(block.clone()),
                "moved" => self.moved.extend(moved(block)),
                "import" => self.imports.extend(import(block)),
                "removed" => self.removed.extend(address_of(block, "from").map(|from| Removed { from, site: block.site() })),
                _ => {}
            }
        }
    }

    /// The resource or data block `mode kind.name`.
    #[must_use]
    pub fn resource(&self, mode: ResourceMode, kind: &str, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.mode == mode && resource.kind() == kind && resource.name() == name)
    }

    /// The resource that a file's bytes belong to.
    #[must_use]
    pub fn resource_at(&self, path: &str, offset: usize) -> Option<&Resource> {
        self.resources.iter().find(|resource| &*resource.block.file == path && resource.block.span.contains(offset))
    }

    /// Where state is kept: the `backend` or `cloud` block.
    #[must_use]
    pub fn backend(&self) -> Option<&Block> {
        self.settings.iter().flat_map(|block| &block.body.blocks).rfind(|block| matches!(&*block.kind, "backend" | "cloud"))
    }

    /// Whether nothing is defined here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// An address written as a bare expression; keys that are not literal are left out.
fn address_of(block: &Block, argument: &str) -> Option<Address> {
    address_text(&block.attribute(argument)?.value)?.parse().ok()
}

fn address_text(expression: &Expression) -> Option<String> {
    use super::syntax::{ExpressionKind, StepKind};
    let ExpressionKind::Access(access) = &expression.kind else { return expression.as_reference() };
    let mut text = access.target.as_reference()?;
    for step in &access.steps {
        match &step.kind {
            StepKind::Attribute(name) => text.push_str(&format!(".{name}")),
            StepKind::Index(index) => match &index.kind {
                ExpressionKind::String(key) => text.push_str(&crate::model::InstanceKey::Key(key.to_string()).to_string()),
                ExpressionKind::Number(number) => text.push_str(&format!("[{number}]")),
                _ => {}
            },
            _ => return None,
        }
    }
    Some(text)
}

fn moved(block: &Block) -> Option<Moved> {
    let pair = (address_of(block, "from"), address_of(block, "to"));
    let (Some(from), Some(to)) = pair else { return None };
    Some(Moved { from, to, site: block.site() })
}

fn import(block: &Block) -> Option<Import> {
    let id = block.attribute("id").map(|attribute| attribute.value.clone());
    Some(Import { to: address_of(block, "to")?, id, site: block.site() })
}
