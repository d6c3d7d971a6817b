//! Where a finding of a folder is: at its position in code, else where the ladder of evidence finds its resource.

use std::collections::HashMap;

use crate::flow::identity_of;
use crate::locate::{Decision, Query, RepositoryIndex, RepositoryView, locate, locate_position, targets_in};
use crate::model::{Address, CodePosition, Finding, Refusal, RefusalKind, ResourceMode, Target, Workspace};
use crate::patch::Workbench;

/// Finds blocks in a folder; what it read for one finding serves the next.
pub(super) struct Finder<'b> {
    bench: &'b Workbench,
    listed: HashMap<String, Vec<Target>>,
    /// Made for the first finding that names a resource only.
    index: Option<RepositoryIndex>,
}

/// The path that a position names, as paths of a folder are written.
pub(super) fn named_path(position: &CodePosition) -> Option<&str> {
    Some(position.path.as_deref()?.trim_start_matches("./").trim_start_matches('/'))
}

impl<'b> Finder<'b> {
    pub(super) fn new(bench: &'b Workbench) -> Self {
        Self { bench, listed: HashMap::new(), index: None }
    }

    pub(super) fn files(&self) -> &'b Workspace {
        self.bench.files()
    }

    /// The block that decides about the finding.
    ///
    /// # Errors
    /// Why there is none, or which ones it may be.
    pub(super) fn target(&mut self, finding: &Finding) -> Result<Target, Refusal> {
        match &finding.code {
            Some(position) => match self.quick(position) {
                Some(found) => Ok(found),
                None => locate_position(self.files(), position, None),
            },
            None => self.by_resource(finding),
        }
    }

    fn by_resource(&mut self, finding: &Finding) -> Result<Target, Refusal> {
        let Some(identity) = identity_of(finding) else {
            return Err(Refusal::new(RefusalKind::NotLocated, "The finding names neither a resource nor a place in code.")
                .next("Give it a `resource_arn`, or a file and line."));
        };
        let workspace = self.files();
        let index = self.index.get_or_insert_with(|| RepositoryIndex::of_workspace(workspace));
        let query = Query {
            identity: Some(identity),
            tags: finding.resource.tags.clone(),
            environment: finding.context.environment.clone(),
            ..Query::default()
        };
        match locate(&query, &[RepositoryView { name: "", workspace, index }]).decision {
            Decision::Located(located) => Ok(located.target),
            Decision::Ask { refusal, .. } | Decision::NotFound { refusal } => Err(refusal),
        }
    }

    /// The common case: the path as given, and the only block of the finding's address there, or the one around its lines.
    fn quick(&mut self, position: &CodePosition) -> Option<Target> {
        let path = named_path(position)?;
        self.files().get(path)?;
        let address: Address = position.address.as_deref()?.parse().ok()?;
        let document = self.bench.document(path).ok()?;
        let listed = self.listed.entry(path.to_owned()).or_insert_with(|| targets_in(path, document.as_ref()));
        // Scanners name data sources without `data.`, as if they were resources.
        let named_as = |mode: ResourceMode| -> Vec<&Target> {
            let same = |target: &&Target| {
                target.address.mode == mode && target.address.kind == address.kind && target.address.name == address.name
            };
            listed.iter().filter(same).collect()
        };
        let mut named = named_as(address.mode);
        if named.is_empty() && address.mode == ResourceMode::Managed {
            named = named_as(ResourceMode::Data);
        }
        let found = match named.as_slice() {
            [only] => (*only).clone(),
            [] => return None,
            // Terraform takes an address once; where it stands twice, only lines tell which is meant, and lines that have moved do not.
            several => {
                let (first, last) = (position.start_line?, position.end_line.or(position.start_line)?);
                let line = |offset: usize| document.position(offset).line;
                let covers = |target: &&&Target| line(target.span.start) <= first && last <= line(target.span.end.saturating_sub(1));
                (*several.iter().find(covers)?).clone()
            }
        };
        let address = Address { mode: found.address.mode, ..address };
        Some(Target { address, ..found })
    }
}
