//! The constant targets of the steps that jump.

use crate::plan::PlanStep;
use crate::{JumpTarget, JumpTargetError};
use std::ops::Range;

/// A target that is written out, and its place in the step's arguments.
#[derive(Debug)]
pub(crate) struct ConstantTarget {
    pub(crate) range: Range<usize>,
    pub(crate) target: Result<JumpTarget, JumpTargetError>,
}

/// The targets of a `Goto`, `GotoIf`, `GotoIfTime`, `Gosub` or `GosubIf`, also as the application of an
/// `ExecIf`. Targets with `${` in them are left out.
pub(crate) fn constant_targets(step: &PlanStep) -> Vec<ConstantTarget> {
    let arguments = step.arguments();
    let mut found = Vec::new();
    of_application(step.application(), arguments, 0..arguments.len(), &mut found);
    found
}

fn of_application(application: &str, arguments: &str, range: Range<usize>, found: &mut Vec<ConstantTarget>) {
    let is = |name: &str| application.trim().eq_ignore_ascii_case(name);
    if is("Goto") {
        push(arguments, range, found);
    } else if is("Gosub") {
        push(arguments, without_call(arguments, range), found);
    } else if is("GotoIf") || is("GotoIfTime") {
        branches(arguments, range).into_iter().for_each(|branch| push(arguments, branch, found));
    } else if is("GosubIf") {
        for branch in branches(arguments, range) {
            push(arguments, without_call(arguments, branch), found);
        }
    } else if is("ExecIf") {
        for branch in branches(arguments, range) {
            let text = &arguments[branch.clone()];
            let Some(open) = text.find('(') else { continue };
            let close = text.rfind(')').unwrap_or(text.len()).max(open + 1);
            let inner = branch.start + open + 1..branch.start + close;
            // A branch within a branch would be an odd dialplan; it is not followed.
            if !text[..open].trim().eq_ignore_ascii_case("ExecIf") {
                of_application(&text[..open], arguments, inner, found);
            }
        }
    }
}

fn push(arguments: &str, range: Range<usize>, found: &mut Vec<ConstantTarget>) {
    let text = &arguments[range.clone()];
    if text.contains("${") || text.contains("$[") {
        return;
    }
    let start = range.start + text.len() - text.trim_start().len();
    let text = text.trim();
    // An old dialplan parts the target with bars.
    let target = JumpTarget::parse(&text.replace('|', ","));
    found.push(ConstantTarget { range: start..start + text.len(), target });
}

/// Cuts the `(arg1,arg2)` of a Gosub off.
fn without_call(arguments: &str, range: Range<usize>) -> Range<usize> {
    let text = &arguments[range.clone()];
    let end = outside(text, |byte| byte == b'(').unwrap_or(text.len());
    range.start..range.start + end
}

/// The branches after the `?` that are not empty.
fn branches(arguments: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let text = &arguments[range.clone()];
    let Some(question) = outside(text, |byte| byte == b'?') else { return Vec::new() };
    let rest = &text[question + 1..];
    let start = range.start + question + 1;
    let mut depth = 0_i32;
    let colon = outside(rest, |byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        byte == b':' && depth <= 0
    });
    let (yes, no) = match colon {
        Some(colon) => (start..start + colon, start + colon + 1..range.end),
        None => (start..range.end, range.end..range.end),
    };
    [yes, no].into_iter().filter(|branch| !arguments[branch.clone()].trim().is_empty()).collect()
}

/// The first byte outside of `${...}` and `$[...]` that `wanted` accepts.
pub(super) fn outside(text: &str, mut wanted: impl FnMut(u8) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        let after_dollar = at > 0 && bytes[at - 1] == b'$';
        match byte {
            b'{' | b'[' if after_dollar || open.last() == Some(&byte) => open.push(byte),
            b'}' if open.last() == Some(&b'{') => drop(open.pop()),
            b']' if open.last() == Some(&b'[') => drop(open.pop()),
            _ if open.is_empty() && wanted(byte) => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(application: &str, arguments: &str) -> Vec<String> {
        let mut found = Vec::new();
        of_application(application, arguments, 0..arguments.len(), &mut found);
        found.into_iter().map(|target| arguments[target.range].to_owned()).collect()
    }

    #[test]
    fn targets_are_cut_out_of_their_applications() {
        assert_eq!(targets("goto", " a,b,1 "), ["a,b,1"]);
        assert_eq!(targets("Goto", "${X},1"), [""; 0]);
        assert_eq!(targets("GotoIf", "$[${X} = 1]?yes:no"), ["yes", "no"]);
        assert_eq!(targets("GotoIf", "$[${X}?1:2]?:no"), ["no"]);
        assert_eq!(targets("GotoIf", "${X}?a,1,1"), ["a,1,1"]);
        assert_eq!(targets("GotoIfTime", "9:00-17:00,mon-fri,*,*?day,s,1"), ["day,s,1"]);
        assert_eq!(targets("Gosub", "sub,s,1(a,b)"), ["sub,s,1"]);
        assert_eq!(targets("GosubIf", "1?sub,s,1(a:b):other(${X})"), ["sub,s,1", "other"]);
        assert_eq!(targets("ExecIf", "$[1]?Goto(a,1):NoOp(x)"), ["a,1"]);
        assert_eq!(targets("NoOp", "a?b"), [""; 0]);
    }
}
