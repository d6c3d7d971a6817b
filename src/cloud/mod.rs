//! Clouds, asked from outside: SNS signatures, OIDC tokens, AWS tags and accounts.
//!
//! Everything is optional. Without any cloud access the product works from what findings and code tell.

mod aws_request;
mod directory;
mod oidc;
mod security_hub;
mod sns;

pub use aws_request::{AwsCaller, AwsError};
pub use directory::{Account, AwsDirectory};
pub use oidc::{Claims, OidcError, OidcIssuer, OidcVerifier};
pub use security_hub::{WorkflowStatus, update_finding};
pub use sns::{SnsError, SnsVerifier};

#[cfg(test)]
mod tests;
