//! Texts of others in a table calculation: none begins a formula there.

/// A text that never begins a formula, whatever a table calculation makes of it.
pub(in crate::web) fn guarded(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("{guard}{text}")
}
