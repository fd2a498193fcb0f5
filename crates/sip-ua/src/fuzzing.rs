//! Bodies of fuzz targets; `fuzz/` hands them its inputs.

use crate::event_package::Presence;

/// Reads a published presence; what can be read is written and read again without a loss.
///
/// # Panics
/// When it is not: that is the finding.
pub fn presence(data: &[u8]) {
    let Ok(read) = Presence::parse(data) else { return };
    let again = Presence::parse(&read.write().bytes);
    // What was read within the bounds may exceed them once it is escaped and indented.
    let Ok(again) = again else { return };
    assert_eq!(again.is_open(), read.is_open(), "open is open");
    assert_eq!(again.tuples.len(), read.tuples.len(), "no tuple is lost");
    assert_eq!(again.activities, read.activities, "no activity is lost");
}
