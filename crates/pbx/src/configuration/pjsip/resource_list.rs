//! `type=resource_list`.

use std::time::Duration;

use asterisk_conf::Span;

use crate::configuration::values::Values;

/// Extensions that are watched by one subscription (RFC 4662).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceList {
    /// Its name, the user that phones subscribe to.
    pub name: String,
    /// `event`: the package of its subscriptions.
    pub event: String,
    /// `list_item`: extensions, in order.
    pub items: Vec<String>,
    /// `resource_display_name`: names of resources are told.
    pub display_names: bool,
    /// `full_state`: each NOTIFY tells of all, not only of what changed.
    pub full_state: bool,
    /// `notification_batch_interval`, in milliseconds: how long changes are gathered before they are told together.
    pub notification_batch_interval: Option<Duration>,
    /// Where the section is.
    pub span: Span,
}

/// Extensions of one list; those beyond are left out. As many as one datagram can tell of.
const MOST: usize = 80;

/// Milliseconds that changes are gathered at most: lamps that are an hour late tell nothing.
const MOST_BATCHED: u64 = 3_600_000;

impl ResourceList {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        let name = values.section.name.clone();
        let mut items = values.list("list_item");
        if items.len() > MOST {
            let message =
                format!("a list has {MOST} items at most; the {} behind are left out", items.len() - MOST);
            values.odd("list_item", message, "make several lists");
            items.truncate(MOST);
        }
        if items.is_empty() {
            values.odd(
                "list_item",
                "the list is empty".to_owned(),
                "name extensions with list_item=EXTENSION",
            );
        }
        let event = values.text("event").unwrap_or_default();
        if !["dialog", "presence", "message-summary"].contains(&event.as_str()) {
            let message = format!("'{event}' is none of dialog, presence and message-summary");
            values.odd("event", message, "write event=presence");
        }
        let batch: u64 = values.number("notification_batch_interval", 0);
        Self {
            notification_batch_interval: (batch > 0).then(|| Duration::from_millis(batch.min(MOST_BATCHED))),
            event,
            items,
            full_state: values.flag("full_state", false),
            display_names: values.flag("resource_display_name", false),
            name: name.value,
            span: name.span,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use crate::configuration::{Configuration, Folders};

    #[test]
    fn lists_tell_what_changed_unless_they_are_to_tell_all() {
        let load = |line: &str| {
            let pjsip = format!(
                "[u]\ntype=transport\nbind=0.0.0.0\n[all]\ntype=resource_list\nevent=presence\nlist_item=1\n{line}\n\
                 [a]\ntype=endpoint\nallow=ulaw\nsend_aoc=yes\n"
            );
            let mut files = MemoryFiles::new();
            files.insert("/srv/etc/pjsip.conf", pjsip);
            files.insert("/srv/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
            let (configuration, report) =
                Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
            let sip = configuration.expect("it would start").sip;
            assert!(sip.endpoints["a"].send_aoc);
            (sip.resource_lists["all"].full_state, report.render(false))
        };
        assert!(!load("").0 && load("full_state=yes").0);
        let (full, report) = load("full_state=maybe");
        assert!(!full && report.contains("'maybe' is neither yes nor no"), "{report}");
        assert!(report.contains("pjsip.conf:8:12") && !report.contains("no effect"), "{report}");
    }
}
