//! Who owns a file: CODEOWNERS, with GitHub's semantics to the letter.
//!
//! Facts: <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>.
//! Files are looked for in `.github/`, then the root, then `docs/`; the first one counts. The last matching line decides,
//! also when it names nobody. Paths are case-sensitive. A line with a mistake is skipped as a whole, and reported.
//! `!`, `[ ]` and a `#` escaped at the start do not work, and neither do the sections other hosts have.

mod codeowners;
mod line;
mod pattern;
mod routing;

pub use codeowners::{CodeOwners, Decision, LARGEST_FILE, LOCATIONS};
pub use line::{Owner, Problem};
pub use routing::{Witnesses, route};
