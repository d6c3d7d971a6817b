//! A stand-in for GitHub.
