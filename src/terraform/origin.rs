//! Where a value comes from: a chain of hops from the place that asks to the bytes that decide.

use std::collections::HashSet;
use std::sync::Arc;

use super::syntax::Site;

/// The way a value came. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Origin(Option<Arc<Hop>>);

/// One station on the way.
#[derive(Debug)]
pub struct Hop {
    /// The bytes of the expression at this station.
    pub site: Site,
    /// What happens there.
    pub role: Role,
    /// Where it comes from in turn. For a role that passes a value on, the first is the value's own way and the rest only
    /// influenced which value was taken (a condition, an index).
    pub from: Vec<Origin>,
    depth: u32,
}

/// Longest way that is kept.
const LONGEST: u32 = 400;

/// What a station does with the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The value is written here.
    Literal,
    /// The value is computed here from others (template, function, operator): the bytes are the whole expression.
    Computed {
        /// The function's name, `template` or `operator`.
        by: Arc<str>,
    },
    /// A reference such as `var.name` passes it on.
    Reference {
        /// What is referred to, as written without indexes.
        to: Arc<str>,
    },
    /// The `default` of a variable.
    VariableDefault {
        /// The variable.
        name: Arc<str>,
    },
    /// An entry of a variable file.
    VariableFile {
        /// The variable.
        name: Arc<str>,
    },
    /// Terragrunt's `inputs`.
    TerragruntInput {
        /// The variable.
        name: Arc<str>,
    },
    /// An argument of a module call.
    ModuleArgument {
        /// The call.
        call: Arc<str>,
        /// The variable.
        name: Arc<str>,
    },
    /// The default inside `optional(type, default)` of a variable's type.
    OptionalDefault {
        /// The attribute.
        name: Arc<str>,
    },
    /// A local value.
    Local {
        /// Its name.
        name: Arc<str>,
    },
    /// An output of a module.
    Output {
        /// Its name.
        name: Arc<str>,
    },
    /// An argument of a resource or data source.
    Argument {
        /// Its name.
        name: Arc<str>,
    },
    /// One branch of a conditional, or the first usable argument of `coalesce`, `try`, `lookup`.
    Choice,
    /// A variable that nothing gives a value to: the bytes are its block.
    NoValue {
        /// The variable.
        name: Arc<str>,
    },
    /// The way is too long to be followed.
    TooLong,
    /// A module call whose source cannot be read: the bytes are the block.
    Unreadable {
        /// The call.
        call: Arc<str>,
    },
}

impl Role {
    /// Whether the value is the same before and after, so that the decision lies further on.
    #[must_use]
    pub fn passes_on(&self) -> bool {
        !matches!(self, Self::Literal | Self::Computed { .. } | Self::NoValue { .. } | Self::Unreadable { .. } | Self::TooLong)
    }
}

impl Origin {
    /// A station with the ways that lead to it.
    #[must_use]
    pub fn hop(site: Site, role: Role, from: Vec<Origin>) -> Self {
        let depth = 1 + from.iter().filter_map(Self::first).map(|hop| hop.depth).max().unwrap_or(0);
        let (role, from, depth) = if depth > LONGEST { (Role::TooLong, Vec::new(), 1) } else { (role, from, depth) };
        Self(Some(Arc::new(Hop { site, role, from, depth })))
    }

    /// The first station; `None` when the value comes from nowhere in the code.
    #[must_use]
    pub fn first(&self) -> Option<&Hop> {
        self.0.as_deref()
    }

    /// The stations from the place that asks to the one that decides.
    #[must_use]
    pub fn trail(&self) -> Vec<&Hop> {
        let mut trail = Vec::new();
        let mut next = self.first();
        while let Some(hop) = next {
            trail.push(hop);
            next = if hop.role.passes_on() { hop.from.first().and_then(Self::first) } else { None };
        }
        trail
    }

    /// The station whose bytes decide the value: a literal, or the expression that computes it.
    #[must_use]
    pub fn decider(&self) -> Option<&Hop> {
        self.trail().pop()
    }

    /// The stations that a reader needs to see how the value came about: its own way and, where that ends in a computation, the
    /// ways of what went into it, in the order in which they are written. Each station once, at most `limit` of them. A literal
    /// that stands inside the computation is left out: whoever reads that has read it.
    #[must_use]
    pub fn explained(&self, limit: usize) -> Vec<&Hop> {
        let mut found: Vec<&Hop> = Vec::new();
        // What is still to be followed, the next one last, each with the computation it goes into.
        let mut rest: Vec<(&Origin, Option<&Hop>)> = vec![(self, None)];
        while let Some((origin, goes_into)) = rest.pop() {
            for hop in origin.trail() {
                let read = hop.role == Role::Literal && goes_into.is_some_and(|whole| whole.site.holds(&hop.site));
                if read || found.iter().any(|known| known.site == hop.site && known.role == hop.role) {
                    continue;
                }
                if found.len() == limit {
                    return found;
                }
                found.push(hop);
                if matches!(hop.role, Role::Computed { .. }) {
                    rest.extend(hop.from.iter().rev().map(|input| (input, Some(hop))));
                }
            }
        }
        found
    }

    /// All the stations that have a say, inputs of computations and conditions included; each once.
    #[must_use]
    pub fn everything(&self) -> Vec<&Hop> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut stack = vec![self];
        while let Some(origin) = stack.pop() {
            let Some(hop) = &origin.0 else { continue };
            if seen.insert(Arc::as_ptr(hop)) {
                found.push(&**hop);
                stack.extend(hop.from.iter().rev());
            }
        }
        found
    }
}
