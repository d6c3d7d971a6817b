//! Terraform's language as text: parse to find, splice to change, align what changed.
//!
//! `hcl-edit` is used as a reader only. What it printed back differed from the original in too many files, so every change
//! is a byte edit on the original text ([`splice()`]), followed by the alignment that `terraform fmt` would give the lines
//! that the edit touched ([`apply`]).

mod align;
mod block_body;
mod collection;
mod document;
mod escapes;
mod expression;
mod format;
mod insert;
mod json;
mod json_document;
mod json_twin;
mod lexer;
mod literal;
mod lookup;
mod reparse;
mod splice;

pub use align::apply;
pub use block_body::BlockBody;
pub use collection::{add_elements, add_entry, remove_elements, remove_entry};
pub use document::{Attribute, Block, Body, Document, Label, MAX_BYTES, MAX_KEYS, Syntax, SyntaxError};
pub use escapes::{Unquoted, opens_template, requote, template_end, template_parts};
pub use expression::{ObjectEntry, Reference, expression_span, object_entries, only_interpolation, references, traversal_names};
pub use format::{format, is_formatted};
pub use insert::{
    append_block, body_indent, indent_of_line, insert_after_block, insert_argument, insert_block, line_ending, reindent, remove_item,
};
pub use json::{JsonKind, JsonMember, JsonValue, parse_json};
pub use json_document::UNREADABLE;
pub use lexer::{Comment, Token, TokenKind, comments, tokens, tokens_into};
pub use literal::{Literal, literal, quote, render, render_key};
pub use lookup::{Found, Step, parse_path};
pub use splice::{SpliceError, changed_edits, splice};
