//! Rules: what they are, how they are loaded and checked, and the catalogue with its index of scanner ids.

mod definition;

pub use definition::*;
