//! Which records are made: what `[general]` of `cdr.conf` says of it.

/// Which records are made, and what counts as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRules {
    /// `enable`: records are made at all.
    pub enabled: bool,
    /// `unanswered`: of calls that nobody answered and that called nobody, too.
    pub unanswered: bool,
    /// `congestion`: a call that found no free line is told apart from one that failed.
    pub congestion: bool,
    /// `endbeforehexten`: what runs in `h` is no part of any record.
    pub end_before_h: bool,
    /// `initiatedseconds`: a second that was begun is billed as a whole.
    pub whole_seconds: bool,
    /// `channeldefaultenabled`: channels have records unless they are told otherwise; else if they are told so
    /// (`CDR_PROP(disable)=0`).
    pub on_by_default: bool,
    /// `ignorestatechanges`: who talks to whom changes nothing.
    pub ignore_bridges: bool,
    /// `ignoredialchanges`: who calls whom changes nothing.
    pub ignore_dials: bool,
    /// `canceldispositionenabled`: a caller who gives up is told apart from one whom nobody answered.
    pub cancel: bool,
}

impl Default for RecordRules {
    fn default() -> Self {
        Self {
            enabled: true,
            unanswered: false,
            congestion: false,
            end_before_h: true,
            whole_seconds: false,
            on_by_default: true,
            ignore_bridges: false,
            ignore_dials: false,
            cancel: false,
        }
    }
}
