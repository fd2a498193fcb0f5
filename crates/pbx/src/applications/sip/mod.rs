//! What dialplans do with SIP itself: headers of the INVITEs that a channel makes, refusals by status, notices to phones.

pub(super) mod add_header;
pub(super) mod hangup;
pub(super) mod notify;
pub(super) mod remove_header;
