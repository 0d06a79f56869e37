//! Findings in the formats of code scanners, test reports and workflow runs.

pub mod github;
pub mod junit;
pub mod place;
pub mod sarif;
