//! The entries, in the order of their names.

use std::collections::BTreeMap;
use std::ops::Bound;

/// Values by `/family/key`.
#[derive(Debug, Default)]
pub(super) struct Tree(BTreeMap<String, String>);

impl Tree {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    pub(super) fn put(&mut self, path: &str, value: &str) {
        self.0.insert(path.to_owned(), value.to_owned());
    }

    pub(super) fn delete(&mut self, path: &str) -> Option<String> {
        self.0.remove(path)
    }

    /// Deletes what stands at a prefix and below it, and tells the paths.
    pub(super) fn delete_below(&mut self, prefix: &str) -> Vec<String> {
        let paths: Vec<String> = self.at_and_below(prefix).map(|(path, _)| path.clone()).collect();
        for path in &paths {
            self.0.remove(path);
        }
        paths
    }

    pub(super) fn below(&self, prefix: &str) -> Vec<(String, String)> {
        self.at_and_below(prefix).map(|(path, value)| (path.clone(), value.clone())).collect()
    }

    /// The next names below a prefix, each once.
    pub(super) fn names_below(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (path, _) in self.at_and_below(prefix) {
            let Some(rest) = path[prefix.len()..].strip_prefix('/') else { continue };
            let name = rest.split('/').next().unwrap_or_default();
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        // `a-b/…` stands between `a` and `a/…`.
        names.sort_unstable();
        names.dedup();
        names
    }

    fn at_and_below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a String)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        self.0
            .range::<str, _>(from)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .filter(move |(path, _)| matches!(path.as_bytes().get(prefix.len()), None | Some(b'/')))
    }
}

impl FromIterator<(String, String)> for Tree {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
