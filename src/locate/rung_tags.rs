//! Provenance tags: what a tagger wrote into the cloud about the code.

use super::block::{place_of, targets_in};
use super::ladder::{Found, Rungs};
use super::position::resolve_path;
use crate::hcl::Document;
use crate::model::{Evidence, ResourceMode, Rung};

impl Rungs<'_> {
    fn tag(&self, usual: &str) -> Option<&str> {
        let keys = std::iter::once(usual)
            .chain(self.query.tag_keys.iter().map(String::as_str).filter(|key| key.contains(usual.rsplit('_').next().unwrap_or(usual))));
        keys.into_iter().find_map(|key| self.query.tags.get(key)).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Blocks that the resource's tags point at.
    pub(super) fn by_tags(&self) -> (Vec<Found>, String) {
        let (trace, file) = (self.tag("yor_trace").or_else(|| self.tag("trace")), self.tag("git_file"));
        if trace.is_none() && file.is_none() {
            return (Vec::new(), String::new());
        }
        let found = trace.map(|trace| self.by_trace(trace)).unwrap_or_default();
        if !found.is_empty() {
            let note = format!("the tag yor_trace = {} stands on {} block(s)", trace.unwrap_or_default(), found.len());
            return (found, note);
        }
        let Some(file) = file else { return (found, "no block has the tag's trace id".into()) };
        let found = self.by_file(file);
        let note = format!("the tag git_file = {file} leads to {} block(s) of its type", found.len());
        (found, note)
    }

    fn repository_tag(&self) -> Option<String> {
        let name = self.tag("git_repo")?;
        Some(match self.tag("git_org") {
            Some(organisation) if !name.contains('/') => format!("{organisation}/{name}"),
            _ => name.to_owned(),
        })
    }

    fn by_trace(&self, trace: &str) -> Vec<Found> {
        let mut found = Vec::new();
        for (at, view) in self.repositories.iter().enumerate() {
            for (path, kind, name) in view.index.names().traces(trace) {
                if !self.types().is_empty() && !self.wanted(kind) {
                    continue;
                }
                let Some(text) = view.workspace.get(path) else { continue };
                let Ok(document) = Document::parse_file(path, text) else { continue };
                let target =
                    targets_in(path, &document).into_iter().find(|target| target.address.kind == kind && target.address.name == name);
                if let Some(mut target) = target {
                    let note = format!("the cloud resource and the block carry the same yor_trace {trace}");
                    target.evidence.push(Evidence { rung: Rung::Provenance, note, places: vec![place_of(text, &target)] });
                    found.push(Found { repository: at, target });
                }
            }
        }
        found
    }

    fn by_file(&self, file: &str) -> Vec<Found> {
        let repository = self.repository_tag();
        let named = self.tag("yor_name");
        let mut found = Vec::new();
        for (at, view) in self.repositories.iter().enumerate() {
            // Taggers write the bare name as often as the full one.
            let fits = repository.as_deref().is_none_or(|name| {
                Self::repository_fits(view, Some(name))
                    || view.name.rsplit('/').next().is_some_and(|last| !name.contains('/') && last.eq_ignore_ascii_case(name))
            });
            let Some(path) = fits.then(|| resolve_path(view.workspace, file).ok()).flatten() else { continue };
            let Some(text) = view.workspace.get(&path) else { continue };
            let Ok(document) = Document::parse_file(&path, text) else { continue };
            for mut target in targets_in(&path, &document) {
                let fits = target.address.mode == ResourceMode::Managed && self.wanted(&target.address.kind);
                if !fits || named.is_some_and(|named| named != target.address.name) {
                    continue;
                }
                let note = format!("the tag git_file = {file} names this file");
                target.evidence.push(Evidence { rung: Rung::Provenance, note, places: vec![place_of(text, &target)] });
                found.push(Found { repository: at, target });
            }
        }
        found
    }
}
