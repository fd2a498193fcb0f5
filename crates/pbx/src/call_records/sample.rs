//! A record for tests.

use std::time::{Duration, UNIX_EPOCH};

use super::record::{AmaFlags, CallRecord, Disposition};

/// Alice called Bob on 2023-11-14 at 22:13:20 UTC, who answered after two seconds, and both talked for ten.
pub(crate) fn record() -> CallRecord {
    let start = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    CallRecord {
        account_code: "sales".into(),
        source: "100".into(),
        destination: "200".into(),
        context: "phones".into(),
        caller_id: "\"Alice\" <100>".into(),
        channel: "PJSIP/alice-00000001".into(),
        peer_channel: "PJSIP/bob-00000002".into(),
        application: "Dial".into(),
        arguments: "PJSIP/bob,20".into(),
        start,
        answer: Some(start + Duration::from_secs(2)),
        end: Some(start + Duration::from_secs(12)),
        disposition: Disposition::Answered,
        ama_flags: AmaFlags::Documentation,
        user_field: "a, \"b\"".into(),
        unique_id: "1700000000.1".into(),
        linked_id: "1700000000.1".into(),
        peer_account: "service".into(),
        sequence: 7,
        variables: vec![("customer".into(), "42".into())],
        whole_seconds: false,
    }
}
