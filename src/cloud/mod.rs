//! Clouds, asked from outside: SNS signatures, OIDC tokens, AWS tags and accounts, Terraform state.
//!
//! Everything is optional. Without any cloud access the product works from what findings and code tell.

mod aws_request;
mod directory;
mod oidc;
mod security_hub;
mod sns;
mod state;

pub use aws_request::{AwsAccess, AwsCaller, AwsError};
pub use directory::{Account, AwsDirectory};
pub use oidc::{Claims, OidcError, OidcIssuer, OidcVerifier};
pub use security_hub::{HubFinding, WorkflowStatus, update_finding};
pub use sns::{SnsError, SnsVerifier};
pub use state::{StateAccess, StateFetchError, StateReader, StateSource};

#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;
