//! Who of `voicemail.conf` is meant by keys.

use super::names::{begins_with, last_name};
use crate::applications::arguments::Options;
use crate::voicemail::{Mailbox, VoicemailConfiguration};

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Search {
    first_names: bool,
    last_names: bool,
    aliases: bool,
    /// Keys of a name.
    pub(super) keys: usize,
}

impl Search {
    pub(super) fn of(options: &Options) -> Self {
        let either = options.has('b') || (options.has('f') && options.has('l'));
        let letter = if either {
            'b'
        } else if options.has('f') {
            'f'
        } else {
            'l'
        };
        let keys = options.argument(letter).and_then(|keys| keys.trim().parse().ok());
        Self {
            first_names: letter != 'l',
            last_names: letter != 'f',
            aliases: options.has('a'),
            keys: keys.filter(|keys| *keys > 0).unwrap_or(3).min(9),
        }
    }

    /// The prompt that tells what to enter.
    pub(super) fn prompt(self) -> &'static str {
        match (self.first_names, self.last_names) {
            (true, true) => "dir-firstlast",
            (true, false) => "dir-first",
            _ => "dir-last",
        }
    }

    /// The mailboxes whose owners these keys may mean, by name.
    pub(super) fn find(
        self,
        voicemail: &VoicemailConfiguration,
        context: Option<&str>,
        keys: &str,
    ) -> Vec<Entry> {
        let is_meant = |mailbox: &Mailbox| {
            (self.last_names && begins_with(last_name(&mailbox.name), keys))
                || (self.first_names && begins_with(&mailbox.name, keys))
                || (self.aliases && mailbox.aliases().any(|alias| begins_with(alias, keys)))
        };
        let shown = voicemail.listed(context).filter(|(_, mailbox)| !mailbox.is_hidden());
        let meant = shown.filter(|(_, mailbox)| !mailbox.name.is_empty() && is_meant(mailbox));
        let entry = |(context, mailbox): (&str, &Mailbox)| Entry {
            context: context.to_owned(),
            number: mailbox.number.clone(),
            name: mailbox.name.clone(),
        };
        let mut found: Vec<Entry> = meant.map(entry).collect();
        found.sort_by_cached_key(|entry| {
            let key = if self.last_names { last_name(&entry.name) } else { entry.name.as_str() };
            (key.to_lowercase(), entry.name.to_lowercase())
        });
        found
    }
}

/// Somebody of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) context: String,
    pub(super) number: String,
    pub(super) name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::Bench;

    const FILE: &str = "[default]\n100 => 1,Alice Martin,,,alias=Zoe\n101 => 1,Bob Mason\n102 => 1,Martin Li\n\
        103 => 1,Eve Maro,,,hidefromdir=yes\n104 => 1\n[sales]\n200 => 1,Carl Marx\n";

    #[tokio::test]
    async fn owners_are_found_by_their_keys() {
        let bench = Bench::with(&[("voicemail.conf", FILE)]).await;
        let configuration = bench.channel.exchange.configuration();
        let find = |options: &str, context: Option<&str>, keys: &str| {
            let search = Search::of(&Options::parse(options));
            let found = search.find(&configuration.voicemail, context, keys);
            found.into_iter().map(|entry| entry.number).collect::<Vec<_>>()
        };
        assert_eq!(find("", None, "627"), ["100", "101"], "Martin before Mason: both begin with MAR or MAS");
        assert_eq!(find("f", None, "627"), ["102"]);
        assert_eq!(find("b", None, "627"), ["102", "100", "101"], "by the last name");
        assert_eq!(find("l(2)", Some("sales"), "62"), ["200"]);
        assert_eq!((find("la", None, "963"), find("l", None, "963").len()), (vec!["100".to_owned()], 0));
    }

    #[test]
    fn options_say_what_is_searched() {
        let of = |text: &str| Search::of(&Options::parse(text));
        assert_eq!((of("").keys, of("").prompt()), (3, "dir-last"));
        assert_eq!((of("f(12)").keys, of("f(12)").prompt()), (9, "dir-first"));
        assert_eq!((of("fl(4)").prompt(), of("b(0)").keys), ("dir-firstlast", 3));
    }
}
