//! Channel variables and how they pass to the channels that a channel dials.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use smol_str::SmolStr;

/// How far a variable travels, as the underscores of its name say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// `X`: this channel.
    Own,
    /// `_X`: this channel and those that it dials.
    Children,
    /// `__X`: all that follow.
    Descendants,
}

/// The variables of one channel, by name without underscores. A dialplan sets a dozen of them in each call, most of them short.
#[derive(Debug, Default)]
pub(crate) struct Variables(HashMap<SmolStr, (Reach, SmolStr), RandomState>);

impl Variables {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(split(name).1).map(|(_, value)| value.as_str())
    }

    /// A variable that is set and empty is there: it hides a global one of its name.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let (reach, bare) = split(name);
        self.0.insert(bare.into(), (reach, value.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(split(name).1);
    }

    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> =
            self.0.iter().map(|(name, (_, value))| (name.to_string(), value.to_string())).collect();
        all.sort();
        all
    }

    pub(crate) fn inherited(&self) -> Vec<(String, String)> {
        let hand_on = |(name, (reach, value)): (&SmolStr, &(Reach, SmolStr))| match reach {
            Reach::Own => None,
            Reach::Children => Some((name.to_string(), value.to_string())),
            Reach::Descendants => Some((format!("__{name}"), value.to_string())),
        };
        self.0.iter().filter_map(hand_on).collect()
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut variables = Self::default();
        pairs.into_iter().for_each(|(name, value)| variables.set(&name, &value));
        variables
    }
}

fn split(name: &str) -> (Reach, &str) {
    match (name.strip_prefix("__"), name.strip_prefix('_')) {
        (Some(bare), _) => (Reach::Descendants, bare),
        (None, Some(bare)) => (Reach::Children, bare),
        (None, None) => (Reach::Own, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn underscores_say_how_far_a_variable_travels() {
        let own = |n: &str| (n.to_owned(), "1".to_owned());
        let caller: Variables = [own("a"), own("_b"), own("__c")].into_iter().collect();
        assert_eq!((caller.get("b"), caller.get("__c"), caller.get("d")), (Some("1"), Some("1"), None));
        let callee: Variables = caller.inherited().into_iter().collect();
        assert_eq!(callee.all(), [own("b"), own("c")]);
        let transferred: Variables = callee.inherited().into_iter().collect();
        assert_eq!(transferred.all(), [own("c")]);
    }

    #[test]
    fn an_empty_variable_is_there_until_it_is_removed() {
        let mut variables: Variables = [("a".to_owned(), "1".to_owned())].into_iter().collect();
        variables.set("a", "");
        assert_eq!(variables.get("a"), Some(""));
        variables.remove("_a");
        assert_eq!(variables.get("a"), None);
    }
}
