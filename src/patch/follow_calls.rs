//! Following values through functions.

use hcl_edit::expr::Expression;

use crate::model::Span;

use super::follow::Walk;
use super::follow::term_of;
use super::leaf::{Decided, Leaf, Site, Step};

impl Walk<'_> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn call(
        &mut self,
        site: &Site,
        call: &hcl_edit::expr::FuncCall,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let arguments: Vec<&Expression> = call.args.iter().collect();
        match (call.name.name.as_str(), arguments.as_slice()) {
            ("tobool" | "tostring" | "tonumber" | "tolist" | "toset" | "tomap" | "sensitive" | "nonsensitive" | "one", [inner]) => {
                let mut steps = rest.to_vec();
                if call.name.name.as_str() == "one" {
                    steps.insert(0, Step::Index(0));
                }
                self.expression(site, inner, None, &steps, constant, depth, leaves);
            }
            ("try" | "coalesce", [first, others @ ..]) => {
                let from = leaves.len();
                self.expression(site, first, None, rest, constant, depth, leaves);
                let decides = |leaf: &Leaf| {
                    !matches!(leaf.decided, Decided::Absent(_) | Decided::Given(_) | Decided::Unknown(_))
                        && leaf.term().is_null() == Some(false)
                };
                if !leaves[from..].iter().all(decides) {
                    leaves.truncate_where(from, |leaf| {
                        decides(leaf)
                            || matches!(leaf.decided, Decided::Given(_) | Decided::Unknown(_)) && call.name.name.as_str() == "coalesce"
                    });
                    for other in others {
                        self.expression(site, other, None, rest, constant, depth, leaves);
                    }
                }
            }
            ("lookup", [map, key, others @ ..]) => {
                let key = term_of(self.bench, site, key, None);
                let step = key.text().map_or(Step::Any, |name| Step::Name(name.to_owned()));
                let mut steps = vec![step];
                steps.extend_from_slice(rest);
                let from = leaves.len();
                self.expression(site, map, None, &steps, constant, depth, leaves);
                let absent = leaves[from..].iter().any(|leaf| matches!(leaf.decided, Decided::Absent(_)));
                if let (Some(default), true) = (others.first(), absent || leaves.len() == from) {
                    leaves.truncate_where(from, |leaf| !matches!(leaf.decided, Decided::Absent(_)));
                    self.expression(site, default, None, rest, constant, depth, leaves);
                }
            }
            ("merge", objects) if !rest.is_empty() => self.merge(site, objects, span, rest, constant, depth, leaves),
            ("element", [list, _]) => {
                let mut steps = vec![Step::Any];
                steps.extend_from_slice(rest);
                self.expression(site, list, None, &steps, constant, depth, leaves);
            }
            _ => {
                let whole = Expression::FuncCall(Box::new(call.clone()));
                let value = self.computed(site, &whole);
                leaves.push(self.whole(site, None, value, span, rest));
            }
        }
    }

    /// The last object of a `merge` that has the entry decides.
    #[allow(clippy::too_many_arguments)]
    fn merge(
        &mut self,
        site: &Site,
        objects: &[&Expression],
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        if matches!(rest.first(), Some(Step::Any)) {
            // Any element: those of every object.
            for object in objects {
                self.expression(site, object, None, rest, constant, depth, leaves);
            }
            return;
        }
        let mut absent = None;
        for object in objects.iter().rev() {
            let mut found = Vec::new();
            self.expression(site, object, None, rest, constant, depth, &mut found);
            let missing = found.iter().all(|leaf| matches!(leaf.decided, Decided::Absent(_)));
            if !missing {
                leaves.extend(found);
                return;
            }
            absent = found.into_iter().next().or(absent);
        }
        leaves.push(absent.unwrap_or_else(|| self.unknown(site, span, "a merge of nothing")));
    }
}

/// Keeping only some of the leaves that were added last.
trait TruncateWhere {
    fn truncate_where(&mut self, from: usize, keep: impl Fn(&Leaf) -> bool);
}

impl TruncateWhere for Vec<Leaf> {
    fn truncate_where(&mut self, from: usize, keep: impl Fn(&Leaf) -> bool) {
        let added = self.split_off(from.min(self.len()));
        self.extend(added.into_iter().filter(|leaf| keep(leaf)));
    }
}
