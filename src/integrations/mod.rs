//! Telling those who asked: what became of a finding, in each source's own way.
//!
//! Nothing here says "fixed" when it is only merged: a source learns that a pull request is open, then that the fix was merged and
//! holds in the code. Whether the cloud is clean is the source's own next scan to say; where it can be asked for one, it is.

mod callback;
mod google;
mod orca;
mod prisma;
mod scc;
mod wiz;

pub use callback::{CALLBACK_SIGNATURE_HEADER, tell_callback};
pub use google::GoogleIdentity;
pub use orca::tell_orca;
pub use prisma::{PrismaAccess, tell_prisma};
pub use scc::{SCC_API, tell_scc};
pub use wiz::{WizAccess, tell_wiz};

/// Why a source could not be told; the job that tells is tried again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TellError {
    /// The call did not arrive or was not understood; worth another try.
    #[error("{source_name} could not be told: {message}")]
    Call {
        /// Name of the source.
        source_name: String,
        /// What happened, without secrets.
        message: String,
    },
    /// The source said no; trying again will not help.
    #[error("{source_name} refused what it was told: {message}")]
    Refused {
        /// Name of the source.
        source_name: String,
        /// The source's word.
        message: String,
    },
}

impl TellError {
    /// From an HTTP failure; URLs are left out because they may hold a token.
    fn call(source_name: &str, error: reqwest::Error) -> Self {
        Self::Call { source_name: source_name.to_owned(), message: error.without_url().to_string() }
    }

    /// A no that another try will not change.
    fn refused(source_name: &str, message: impl Into<String>) -> Self {
        Self::Refused { source_name: source_name.to_owned(), message: message.into() }
    }

    /// From a status that is no success: 4xx other than 408 and 429 are final.
    fn status(source_name: &str, status: reqwest::StatusCode) -> Self {
        let source_name = source_name.to_owned();
        let message = format!("HTTP {status}");
        let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        if passing { Self::Call { source_name, message } } else { Self::Refused { source_name, message } }
    }
}

/// Sends `request`; a JSON answer, null where there is none.
async fn answer(source: &str, request: reqwest::RequestBuilder) -> Result<serde_json::Value, TellError> {
    let response = request.timeout(TIMEOUT).send().await.map_err(|error| TellError::call(source, error))?;
    if !response.status().is_success() {
        return Err(TellError::status(source, response.status()));
    }
    let bytes = response.bytes().await.map_err(|error| TellError::call(source, error))?;
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

/// `base` with these segments after its path: pushed one by one, so that none can leave its place.
fn path<S: AsRef<str>>(source: &str, base: &url::Url, segments: &[S]) -> Result<url::Url, TellError> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| TellError::refused(source, "the configured URL cannot carry a path"))?
        .pop_if_empty()
        .extend(segments.iter().map(AsRef::as_ref));
    Ok(url)
}

/// How long one call may take.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(20);

#[cfg(test)]
mod tests;
