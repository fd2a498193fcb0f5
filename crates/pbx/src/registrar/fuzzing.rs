//! What `fuzz/` hands its inputs to.

use super::journal;

/// Reads a file of the journal of registrations; what makes sense in it is written and read as the same.
///
/// # Panics
/// When it is not.
pub fn registrations_journal(data: &[u8]) {
    journal::fuzzing::lines(data);
}
