//! States as the documents of event packages.

use std::sync::Arc;

use call_control::ExtensionState;
use sip_parser::escape_user;
use sip_ua::event_package::{
    Activity, DialogInfo, DialogProgress, MessageSummary, Party, Presence, RegistrationInfo, Tuple,
    WatchedDialog,
};
use sip_ua::user_agent::Document;

use super::hint::HintState;
use super::mailbox::MailboxCounts;
use super::value::PresenceState;

/// Whom a document is about.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// The extension.
    pub(super) extension: String,
    /// Its URI, as the watcher wrote it.
    pub(super) uri: String,
    /// Host and port in it.
    pub(super) host: String,
    /// `notify_early_inuse_ringing` of the watcher.
    pub(super) early_inuse_ringing: bool,
}

/// `dialog` (RFC 4235).
pub(super) fn dialog(subject: &Subject, told: &HintState) -> Document {
    let progress = match told.state {
        ExtensionState::Idle | ExtensionState::Unavailable => DialogProgress::Terminated,
        ExtensionState::Ringing => DialogProgress::Early,
        ExtensionState::InUseRinging if subject.early_inuse_ringing => DialogProgress::Early,
        _ => DialogProgress::Confirmed,
    };
    let rings = progress == DialogProgress::Early;
    let ringing = told.ringing.as_ref().filter(|_| rings);
    let party = |uri: String, display: &str| Party { uri, display: display.to_owned(), on_hold: false };
    let on_hold = told.state == ExtensionState::Hold;
    let local = Party { uri: subject.uri.clone(), display: String::new(), on_hold };
    let remote = ringing.map(|call| {
        let number = if call.caller.number.is_empty() { "anonymous" } else { &call.caller.number };
        party(format!("sip:{}@{}", escape_user(number), subject.host), &call.caller.name)
    });
    let dialog = WatchedDialog {
        id: subject.extension.clone(),
        progress,
        is_recipient: rings.then_some(true),
        call_id: None,
        local: (rings || on_hold).then_some(local),
        remote,
    };
    let info = Arc::new(DialogInfo { entity: subject.uri.clone(), dialogs: vec![dialog] });
    Document::Versioned(Arc::new(move |version| info.write(version)))
}

/// `presence` (RFC 3863, RFC 4480), in the form of a media type.
pub(super) fn presence(subject: &Subject, told: &HintState, content_type: &str) -> Document {
    let (open, note, activity) = match told.state {
        ExtensionState::Idle => (true, "Ready", None),
        ExtensionState::Ringing | ExtensionState::InUseRinging => (true, "Ringing", None),
        ExtensionState::InUse | ExtensionState::Busy => (true, "On the phone", Some(Activity::OnThePhone)),
        ExtensionState::Hold => (true, "On hold", Some(Activity::OnThePhone)),
        ExtensionState::Unavailable => (false, "Unavailable", None),
    };
    let said = match told.presence.state {
        PresenceState::Away => Some(Activity::Away),
        PresenceState::ExtendedAway => Some(Activity::Other("permanent-absence".to_owned())),
        PresenceState::DoNotDisturb => Some(Activity::Busy),
        _ => None,
    };
    let tuple = Tuple {
        id: subject.extension.clone(),
        is_open: open && told.presence.state != PresenceState::Unavailable,
        contact: Some(subject.uri.clone()),
        note: Some(note.to_owned()),
    };
    let message = &told.presence.message;
    let presence = Presence {
        entity: subject.uri.clone(),
        tuples: vec![tuple],
        activities: activity.into_iter().chain(said).collect(),
        note: (!message.is_empty()).then(|| message.clone()),
    };
    Document::Fixed(presence.write_as(content_type))
}

/// `message-summary` (RFC 3842).
pub(super) fn messages(account: Option<&str>, counts: MailboxCounts) -> Document {
    Document::Fixed(summary(account, counts).write())
}

pub(super) fn summary(account: Option<&str>, counts: MailboxCounts) -> MessageSummary {
    let account = account.map(str::to_owned);
    MessageSummary { account, new: counts.new, old: counts.old, ..MessageSummary::default() }
}

/// `reg` (RFC 3680).
pub(super) fn registration(info: RegistrationInfo) -> Document {
    let info = Arc::new(info);
    Document::Versioned(Arc::new(move |version| info.write(version)))
}

#[cfg(test)]
mod tests {
    use call_control::{CallerId, DeviceCall};

    use super::super::value::PresenceValue;
    use super::*;

    fn subject(early_inuse_ringing: bool) -> Subject {
        let (extension, host) = ("100".to_owned(), "pbx".to_owned());
        Subject { extension, uri: "sip:100@pbx".into(), host, early_inuse_ringing }
    }

    fn told(state: ExtensionState) -> HintState {
        let caller = CallerId::new("Al", "7");
        let call = DeviceCall { channel: Default::default(), caller: caller.into(), dialed: "100".into() };
        let ringing = state.rings().then_some(call);
        HintState { state, ringing, presence: PresenceValue::default() }
    }

    fn text(document: &Document) -> String {
        let body = match document {
            Document::Fixed(body) => body.clone(),
            Document::Versioned(write) => write(0),
            Document::Partial(_) | Document::Empty => panic!("there is a document"),
        };
        String::from_utf8_lossy(&body.bytes).into_owned()
    }

    #[test]
    fn every_state_has_its_words() {
        use ExtensionState::{Busy, Hold, Idle, InUse, InUseRinging, Ringing, Unavailable};
        for (state, dialog_word, basic, note) in [
            (Idle, "terminated", "open", "Ready"),
            (Ringing, "early", "open", "Ringing"),
            (InUse, "confirmed", "open", "On the phone"),
            (Busy, "confirmed", "open", "On the phone"),
            (InUseRinging, "confirmed", "open", "Ringing"),
            (Hold, "confirmed", "open", "On hold"),
            (Unavailable, "terminated", "closed", "Unavailable"),
        ] {
            let dialogs = text(&dialog(&subject(false), &told(state)));
            assert!(dialogs.contains(&format!("<state>{dialog_word}</state>")), "{dialogs}");
            assert_eq!(dialogs.contains("+sip.rendering"), state == Hold);
            assert_eq!(dialogs.contains("direction=\"recipient\""), state == Ringing);
            let pidf = text(&presence(&subject(false), &told(state), Presence::CONTENT_TYPE));
            assert!(pidf.contains(&format!("<basic>{basic}</basic>")), "{pidf}");
            assert!(pidf.contains(&format!("<note>{note}</note>")), "{pidf}");
        }
        let early = text(&dialog(&subject(true), &told(InUseRinging)));
        assert!(early.contains("<state>early</state>") && early.contains("sip:7@pbx"), "{early}");
    }

    #[test]
    fn what_somebody_says_is_told() {
        let mut away = told(ExtensionState::Idle);
        away.presence = PresenceValue::parse("away,lunch,Back at 2").unwrap();
        let pidf = text(&presence(&subject(false), &away, Presence::CONTENT_TYPE));
        assert!(pidf.contains("<rpid:away/>") && pidf.contains("<note>Back at 2</note>"), "{pidf}");
        away.presence.state = PresenceState::Unavailable;
        assert!(text(&presence(&subject(false), &away, Presence::CONTENT_TYPE)).contains("closed"));
    }
}
