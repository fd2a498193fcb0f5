//! Which transports are open after a reload.

use crate::configuration::Transport;

/// The transports that are open once `wanted` takes the place of `running`, and sentences about those that do not follow.
///
/// A new one is opened. A socket that is open is closed, or exchanged for another one, only where `allow_reload=yes` says
/// that those who use it may lose it; what is told to peers outside of a translator changes in any case.
pub(super) fn of(running: &[Transport], wanted: &[Transport]) -> (Vec<Transport>, Vec<String>) {
    let mut told = Vec::new();
    let mut next: Vec<Transport> = Vec::new();
    for transport in wanted {
        let name = &transport.name;
        match running.iter().find(|other| other.name == *name) {
            Some(open) if !is_same_socket(open, transport) && !transport.allow_reload => {
                told.push(format!(
                    "Transport '{name}' was changed and stays at {} {}: restart, or write allow_reload=yes",
                    open.protocol, open.bind
                ));
                next.push(open.clone());
            }
            _ => next.push(transport.clone()),
        }
    }
    for open in running {
        let is_there = next.iter().any(|other| {
            other.name == open.name || (other.protocol, other.bind) == (open.protocol, open.bind)
        });
        if !is_there && !open.allow_reload {
            told.push(format!(
                "Transport '{}' is in the files no more and stays open at {} {}: restart to close it",
                open.name, open.protocol, open.bind
            ));
            next.push(open.clone());
        }
    }
    (next, told)
}

/// Whether one socket serves both.
fn is_same_socket(one: &Transport, other: &Transport) -> bool {
    let key = |transport: &Transport| {
        let Transport { protocol, bind, sockets, write_within, .. } = transport;
        (*protocol, *bind, sockets.clone(), *write_within)
    };
    key(one) == key(other)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, Folders};

    fn transports(pjsip: &str) -> Vec<Transport> {
        let files = MemoryFiles::from([("/pbx/etc/pjsip.conf", pjsip)]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        configuration.unwrap_or_else(|| panic!("{}", report.render(false))).sip.transports
    }

    fn places(transports: &[Transport]) -> Vec<String> {
        transports.iter().map(|open| format!("{} {}", open.name, open.bind.port())).collect()
    }

    #[test]
    fn sockets_change_where_that_is_allowed() {
        let running = transports(
            "[a]\ntype=transport\nbind=0.0.0.0:5060\n[b]\ntype=transport\nbind=0.0.0.0:5061\nallow_reload=yes\n\
             [c]\ntype=transport\nbind=0.0.0.0:5062\n[d]\ntype=transport\nbind=0.0.0.0:5063\nallow_reload=yes\n",
        );
        let wanted = transports(
            "[a]\ntype=transport\nbind=0.0.0.0:5070\n[b]\ntype=transport\nbind=0.0.0.0:5071\nallow_reload=yes\n\
             [e]\ntype=transport\nbind=0.0.0.0:5072\n",
        );
        let (next, told) = of(&running, &wanted);
        assert_eq!(places(&next), ["a 5060", "b 5071", "e 5072", "c 5062"]);
        let [changed, gone] = &told[..] else { panic!("{told:?}") };
        assert!(changed.contains("'a'") && changed.contains("allow_reload=yes"), "{changed}");
        assert!(gone.contains("'c'") && gone.contains("restart to close it"), "{gone}");
    }

    #[test]
    fn another_name_or_another_outside_is_no_other_socket() {
        let running =
            transports("[a]\ntype=transport\nbind=0.0.0.0:5060\n[b]\ntype=transport\nbind=0.0.0.0:5061\n");
        let wanted = transports(
            "[udp]\ntype=transport\nbind=0.0.0.0:5060\n\
             [b]\ntype=transport\nbind=0.0.0.0:5061\nexternal_media_address=203.0.113.9\n",
        );
        let (next, told) = of(&running, &wanted);
        assert_eq!((places(&next), told), (vec!["udp 5060".to_owned(), "b 5061".to_owned()], Vec::new()));
        assert!(next[1].outside.is_some());
    }
}
