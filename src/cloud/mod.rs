//! Clouds, asked from outside: SNS signatures, OIDC tokens, AWS tags and accounts, Terraform state.
//!
//! Everything is optional. Without any cloud access the product works from what findings and code tell.

#[cfg(feature = "aws")]
mod aws_identity;
#[cfg(not(feature = "aws"))]
#[path = "aws_nobody.rs"]
mod aws_identity;
mod aws_request;
mod directory;
mod oidc;
mod security_hub;
mod sns;
mod state;

pub use aws_identity::AwsIdentity;
pub use aws_request::{AwsAccess, AwsCaller, AwsError};
pub use directory::{Account, AwsDirectory};
pub use oidc::{Claims, OidcError, OidcIssuer, OidcVerifier};
pub use security_hub::{HubFinding, WorkflowStatus, update_finding};
pub use sns::{SnsError, SnsVerifier};
pub use state::{StateAccess, StateFetchError, StateReader, StateSource};

#[cfg(all(test, feature = "aws"))]
mod state_tests;
#[cfg(all(test, feature = "aws"))]
mod tests;
