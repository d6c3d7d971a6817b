//! Rules: what they are, how they are loaded and checked, and the catalogue with its index of scanner ids.

mod catalogue;
mod check;
mod conditions;
mod conflicts;
mod definition;
mod left_out;
mod load;
mod load_example;
mod load_operation;
mod pages;
mod phrases;
mod problem;
mod reader;
pub mod schema;

pub use catalogue::{Catalogue, built_in_files};
pub use check::{check_catalogue, check_rule};
pub use conditions::FUNCTIONS;
pub use definition::*;
pub use left_out::{LeftOut, parse_left_out};
pub use load::{SCHEMES, load};
pub use pages::{page, pages};
pub use phrases::{applicability_phrase, end_phrase, severity_word, status_word};
pub use problem::{Problem, nearest};
