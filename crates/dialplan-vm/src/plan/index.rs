//! The extensions of one context, arranged for the search.
//!
//! Exact names are found by hash. Patterns stand in a tree, one level for each position; the branches of a node
//! are in order of precedence, and a branch is entered only when the dialled character is in its set. So a
//! walk meets the matching patterns in exactly the order in which they are to be tried.

use super::Extension;
use crate::syntax::charset::CharSet;
use crate::syntax::pattern::{Body, Element};
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

/// Extensions of the same pattern, as indices into the context's list.
type Group = Range<u32>;

/// Nodes with more branches than this get a table by character.
const SCANNED: usize = 6;

#[derive(Debug)]
pub(crate) struct Index {
    exact: HashMap<Box<str>, Group>,
    /// The first so many extensions of the context are the exact ones, sorted by name.
    exact_count: usize,
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// In order of precedence.
    branches: Vec<(CharSet, u32)>,
    table: Option<Box<Table>>,
    /// Patterns that end here with `.`, with `!`, or without either.
    some: Option<Group>,
    any: Option<Group>,
    end: Option<Group>,
}

/// For each character that can follow, the branches that take it.
#[derive(Debug)]
struct Table {
    /// Where the list of a character begins; one more at the end.
    starts: [u32; 257],
    branches: Vec<u32>,
}

/// The answer to "could more digits lead to another extension".
pub(crate) enum More {
    Yes,
    /// A `!` was reached: no, and no other place is asked.
    Final,
    No,
}

impl Index {
    /// Arranges extensions that are already in order.
    pub(crate) fn new(extensions: &[Extension]) -> Self {
        let mut index = Self { exact: HashMap::new(), exact_count: 0, nodes: vec![Node::default()] };
        let mut start = 0;
        while start < extensions.len() {
            let body = extensions[start].pattern.body();
            let length = extensions[start..].iter().take_while(|e| e.pattern.body() == body).count();
            let group = start as u32..(start + length) as u32;
            start += length;
            match body {
                Body::Exact(name) => {
                    index.exact.insert(name.clone(), group);
                    index.exact_count = start;
                }
                Body::Pattern(elements) => index.insert(elements, group),
            }
        }
        index.nodes.iter_mut().for_each(Node::finish);
        index
    }

    fn insert(&mut self, elements: &[Element], group: Group) {
        let mut at = 0;
        for element in elements {
            match element {
                Element::One(set) => at = self.branch(at, *set),
                Element::Some => return self.nodes[at].some = Some(group),
                Element::Any => return self.nodes[at].any = Some(group),
            }
        }
        // `_` alone matches nothing, not even nothing.
        if at != 0 {
            self.nodes[at].end = Some(group);
        }
    }

    /// The node behind a branch. Patterns come in order, so an existing branch is the last one.
    fn branch(&mut self, at: usize, set: CharSet) -> usize {
        if let Some(&(last, node)) = self.nodes[at].branches.last()
            && last == set
        {
            return node as usize;
        }
        let node = self.nodes.len();
        self.nodes.push(Node::default());
        self.nodes[at].branches.push((set, node as u32));
        node
    }

    /// Visits the groups that match all of `digits`, in order.
    pub(crate) fn matches<B>(
        &self,
        digits: &str,
        visit: &mut dyn FnMut(Range<usize>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if let Some(group) = self.exact.get(digits) {
            visit(range(group))?;
        }
        self.walk(0, digits.as_bytes(), visit)
    }

    fn walk<B>(
        &self,
        at: usize,
        digits: &[u8],
        visit: &mut dyn FnMut(Range<usize>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let node = &self.nodes[at];
        if let Some((&first, rest)) = digits.split_first() {
            node.following(first, &mut |next| self.walk(next, rest, visit))?;
            if let Some(group) = &node.some {
                visit(range(group))?;
            }
        }
        if let Some(group) = &node.any {
            visit(range(group))?;
        }
        match &node.end {
            Some(group) if digits.is_empty() => visit(range(group)),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Whether more digits after `digits` could match an extension that `counts` accepts.
    pub(crate) fn more(
        &self,
        digits: &str,
        extensions: &[Extension],
        counts: &dyn Fn(&Extension) -> bool,
    ) -> More {
        let exact = &extensions[..self.exact_count];
        let from = exact.partition_point(|extension| name(extension) < digits);
        let mut longer = exact[from..].iter().take_while(|extension| name(extension).starts_with(digits));
        if longer.any(|extension| name(extension).len() > digits.len() && counts(extension)) {
            return More::Yes;
        }
        let counted = |group: &Group| extensions[range(group)].iter().any(counts);
        match self.walk_more(0, digits.as_bytes(), &counted) {
            ControlFlow::Break(more) => more,
            ControlFlow::Continue(()) => More::No,
        }
    }

    fn walk_more(&self, at: usize, digits: &[u8], counted: &dyn Fn(&Group) -> bool) -> ControlFlow<More> {
        let node = &self.nodes[at];
        match digits.split_first() {
            Some((&first, rest)) => node.following(first, &mut |next| self.walk_more(next, rest, counted))?,
            None if node.branches.iter().any(|&(_, next)| self.any_below(next as usize, counted)) => {
                return ControlFlow::Break(More::Yes);
            }
            None => {}
        }
        if node.some.as_ref().is_some_and(counted) {
            return ControlFlow::Break(More::Yes);
        }
        if node.any.as_ref().is_some_and(counted) {
            return ControlFlow::Break(More::Final);
        }
        ControlFlow::Continue(())
    }

    fn any_below(&self, at: usize, counted: &dyn Fn(&Group) -> bool) -> bool {
        let node = &self.nodes[at];
        [&node.end, &node.some, &node.any].into_iter().flatten().any(counted)
            || node.branches.iter().any(|&(_, next)| self.any_below(next as usize, counted))
    }
}

impl Node {
    fn finish(&mut self) {
        if self.branches.len() <= SCANNED {
            return;
        }
        let mut starts = [0; 257];
        let mut branches = Vec::new();
        for byte in 0..=u8::MAX {
            starts[usize::from(byte)] = branches.len() as u32;
            branches
                .extend(self.branches.iter().filter(|(set, _)| set.contains(byte)).map(|&(_, node)| node));
        }
        starts[256] = branches.len() as u32;
        self.table = Some(Box::new(Table { starts, branches }));
    }

    /// Enters the branches that take a character, in order.
    fn following<B>(&self, byte: u8, enter: &mut dyn FnMut(usize) -> ControlFlow<B>) -> ControlFlow<B> {
        match &self.table {
            Some(table) => {
                let (from, to) = (table.starts[usize::from(byte)], table.starts[usize::from(byte) + 1]);
                table.branches[from as usize..to as usize].iter().try_for_each(|&next| enter(next as usize))
            }
            None => self
                .branches
                .iter()
                .filter(|(set, _)| set.contains(byte))
                .try_for_each(|&(_, next)| enter(next as usize)),
        }
    }
}

/// The name of an exact extension.
fn name(extension: &Extension) -> &str {
    match extension.pattern.body() {
        Body::Exact(name) => name,
        Body::Pattern(_) => "",
    }
}

fn range(group: &Group) -> Range<usize> {
    group.start as usize..group.end as usize
}
