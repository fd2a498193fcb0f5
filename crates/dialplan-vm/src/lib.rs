//! `extensions.conf` compiled, matched and run as a state machine.
//!
//! Four layers, each of which can be used alone:
//!
//! 1. [`compile`] turns a loaded configuration into a [`Dialplan`] and a list of diagnostics.
//! 2. [`Dialplan`] is immutable: contexts, extensions and steps, and the search for the extension that a
//!    dialled number means ([`Dialplan::find`], [`Dialplan::matching`]), by an index that does not slow down
//!    with thousands of extensions.
//! 3. [`Machine`] runs one channel through it. It does nothing by itself: [`Machine::step`] yields the next
//!    application with its arguments substituted, the host runs it and says by [`Machine::complete`] how it
//!    went. Variables, functions and warnings go through the [`Host`] trait.
//! 4. [`substitute`], [`evaluate_expression`], [`is_true`] and [`split_arguments`] are the text rules that
//!    applications share.
//!
//! [`check_jumps`] and [`check_conditions`] find what a compiler of a programming language would find.
//!
//! ```
//! use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
//! use dialplan_vm::{End, Location, Machine, Outcome, Step, SimpleHost, compile};
//! use std::{path::Path, sync::Arc};
//!
//! let text = "[phones]\nexten => _1XX,1,Answer()\n same => n,NoOp(${EXTEN:1} of ${CALLERID(num)})\n";
//! let files = MemoryFiles::from([("extensions.conf", text)]);
//! let mut sources = SourceMap::new();
//! let (config, _) = load(Path::new("extensions.conf"), &files, &mut sources, &LoadOptions::default());
//! let compiled = compile(&config);
//! assert!(compiled.diagnostics.is_empty());
//!
//! let mut host = SimpleHost::new();
//! host.functions.insert("CALLERID(num)".into(), "200".into());
//! let mut machine = Machine::new(Arc::new(compiled.plan), Location::new("phones", "123", 1));
//! let mut log = Vec::new();
//! let end = loop {
//!     match machine.step(&mut host) {
//!         Step::Run(call) => {
//!             log.push(format!("{}({})", call.application, call.arguments));
//!             machine.complete(Outcome::Continue);
//!         }
//!         Step::Evaluate(_) => unreachable!("this host answers at once"),
//!         Step::Ended(end) => break end,
//!     }
//! };
//! assert_eq!(log, ["Answer()", "NoOp(23 of 200)"]);
//! assert_eq!(end, End::OutOfPriorities);
//! ```
#![forbid(unsafe_code)]

mod syntax;
pub use syntax::pattern::Pattern;
pub use syntax::time::{Clock, LocalTime, NoClock, TimeCondition, TimeError};

mod plan;
pub use plan::{
    Considered, Context, Dialplan, Extension, FoundStep, GeneralOptions, Hint, Include, Matching,
    NoVariables, PlanStep, Query, Switch, SwitchKind, SwitchVerdict, Trace, TracedContext, Variables,
};

mod compile;
pub use compile::{Compiled, compile};

mod check;
pub use check::{check_conditions, check_jumps};

mod text;
pub use text::{SubstituteError, Text, split_arguments, split_arguments_into, substitute};

mod expression;
pub use expression::{ExpressionError, evaluate_expression, is_true};

mod machine;
pub use machine::{
    AppCall, End, FunctionCall, FunctionReply, Host, JumpTarget, JumpTargetError, Location, Machine, Outcome,
    PriorityOrLabel, SimpleHost, Step, assign,
};

#[doc(hidden)]
pub mod fuzzing;
