//! end-to-end.
