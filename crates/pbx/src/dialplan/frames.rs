//! What `Gosub` and `Macro` come back to, and the variables that they hide meanwhile.

use call_control::Call;
use dialplan_vm::Location;

/// Deepest nesting: a routine that calls itself without an end is stopped there.
const DEEPEST: usize = 512;

/// The routines that a channel is in, the outermost first.
#[derive(Debug, Default)]
pub struct Frames(Vec<Frame>);

/// One routine that was called.
#[derive(Debug)]
pub struct Frame {
    kind: FrameKind,
    /// The step that called it.
    caller: Location,
    /// How many `ARGn` it has.
    arguments: usize,
    /// Variables that it hides, with what they were before.
    hidden: Vec<(String, Option<String>)>,
}

/// How a routine was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// By `Gosub`: only `Return` comes back.
    Gosub,
    /// By `Macro`, in the context of that name: its end comes back, too.
    Macro {
        /// `macro-` and its name.
        context: String,
    },
}

/// Routines call each other without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("routines call each other {DEEPEST} deep: does one call itself without an end?")]
pub struct TooDeep;

impl Frame {
    /// The step that called it.
    pub fn caller(&self) -> &Location {
        &self.caller
    }

    /// How it was called.
    pub fn kind(&self) -> &FrameKind {
        &self.kind
    }
}

impl Frames {
    /// Enters a routine that `caller` calls: its arguments become `ARG1`, `ARG2` …, and `ARGC` their number. Those of the
    /// routine around it are hidden, also where the new one has fewer.
    ///
    /// # Errors
    /// [`TooDeep`].
    pub fn enter(
        &mut self,
        call: &Call,
        kind: FrameKind,
        caller: Location,
        arguments: &[String],
    ) -> Result<(), TooDeep> {
        if self.0.len() >= DEEPEST {
            return Err(TooDeep);
        }
        let outer = self.0.last().map_or(0, |frame| frame.arguments);
        self.0.push(Frame { kind, caller, arguments: arguments.len(), hidden: Vec::new() });
        self.set_local(call, "ARGC", &arguments.len().to_string());
        for n in 0..outer.max(arguments.len()) {
            self.set_local(call, &format!("ARG{}", n + 1), arguments.get(n).map_or("", String::as_str));
        }
        Ok(())
    }

    /// Leaves the innermost routine; what it hid is there again.
    pub fn leave(&mut self, call: &Call) -> Option<Frame> {
        let frame = self.0.pop()?;
        for (name, value) in frame.hidden.iter().rev() {
            call.restore_variable(name, value.as_deref());
        }
        Some(frame)
    }

    /// Sets a variable that goes with the innermost routine. `false` outside of any.
    pub fn set_local(&mut self, call: &Call, name: &str, value: &str) -> bool {
        let Some(frame) = self.0.last_mut() else { return false };
        let bare = name.trim_start_matches('_');
        if !frame.hidden.iter().any(|(hidden, _)| hidden == bare) {
            frame.hidden.push((bare.to_owned(), call.variable(bare)));
        }
        call.set_variable(name, value);
        true
    }

    /// A variable as it is `levels` routines further out: what those inside of it hide.
    pub fn seen_from(&self, call: &Call, levels: usize, name: &str) -> Option<String> {
        let inside = self.0.iter().rev().take(levels);
        let hidden = inside.filter_map(|frame| frame.hidden.iter().find(|(hidden, _)| hidden == name));
        match hidden.reduce(|_, outer| outer) {
            Some((_, value)) => value.clone(),
            None => call.variable(name),
        }
    }

    /// The innermost routine.
    pub fn innermost(&self) -> Option<&Frame> {
        self.0.last()
    }

    /// The routine so many levels out, the innermost being 1.
    pub fn level(&self, level: usize) -> Option<&Frame> {
        self.0.iter().rev().nth(level.checked_sub(1)?)
    }

    /// How many routines it is in.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// How many `Macro`s it is in.
    pub fn macro_depth(&self) -> usize {
        self.0.iter().filter(|frame| matches!(frame.kind, FrameKind::Macro { .. })).count()
    }
}
