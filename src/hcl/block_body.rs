//! The body of a block, read when somebody looks into it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::model::Span;

use super::document::{Body, parse_block_at};

/// A block's [`Body`]. After a fix most blocks of a file have only moved: they are read again where they stand now, but not before
/// somebody asks, for most fixes look into few blocks.
#[derive(Debug, Clone)]
pub struct BlockBody {
    read: OnceLock<Arc<Body>>,
    /// The text, and the whole block's bytes in it.
    unread: Option<(Arc<str>, Span)>,
}

impl BlockBody {
    /// The body of the block at `span` of `text`, which was read before at another place.
    pub(super) const fn moved(text: Arc<str>, span: Span) -> Self {
        Self { read: OnceLock::new(), unread: Some((text, span)) }
    }
}

impl From<Body> for BlockBody {
    fn from(body: Body) -> Self {
        Self { read: OnceLock::from(Arc::new(body)), unread: None }
    }
}

impl Deref for BlockBody {
    type Target = Body;

    fn deref(&self) -> &Body {
        self.read.get_or_init(|| {
            let (text, span) = self.unread.as_ref().map_or_else(|| ("".into(), Span::at(0)), |(text, span)| (Arc::clone(text), *span));
            let read = parse_block_at(&text, span).and_then(|block| block.body.read.into_inner());
            // The same bytes were read before, so there is a block; without one there would be nothing to look into.
            read.unwrap_or_else(|| Arc::new(Body { span, attributes: Vec::new(), blocks: Vec::new() }))
        })
    }
}
