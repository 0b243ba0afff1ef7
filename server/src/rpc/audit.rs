//! The audit log: one line for each change that somebody asked for, whether or not it was made.

use crate::runtime::{Catalog, Version};

/// Writes the line: who asked, from where, for what, what came of it, and what was served before and after.
pub fn audit(
    who: &str,
    from: &str,
    action: &str,
    what: &str,
    outcome: &str,
    before: Option<&Version>,
    catalog: &Catalog,
) {
    let text = |version: Option<&Version>| version.map(ToString::to_string).unwrap_or_default();
    let after = catalog.current();
    tracing::info!(
        target: "broadside::audit",
        who,
        from,
        action,
        what,
        outcome,
        version_before = text(before),
        version_after = text(after.as_ref().map(|current| &current.version)),
        "audit"
    );
}
