//! One channel on its way through the dialplan.

mod host;
pub use host::{FunctionCall, FunctionReply, Host, SimpleHost, assign};

mod jump;
pub use jump::{JumpTarget, JumpTargetError, PriorityOrLabel};

mod location;
pub use location::Location;

use crate::plan::StepPlace;
use crate::text::{Answers, Evaluation};
use crate::{Clock, Dialplan, LocalTime, Query, Variables};
use asterisk_conf::Span;
use std::sync::Arc;

/// What the host is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Run this application, then call [`Machine::complete`].
    Run(AppCall),
    /// A function said that it [cannot answer at once](FunctionReply::Pending). Call
    /// [`Machine::resume_function`] with its answer.
    Evaluate(FunctionCall),
    /// There is nothing more to run; [`Machine::hangup`] may still find an `h` extension.
    Ended(End),
}

/// An application with its arguments substituted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppCall {
    /// Its name as it is written.
    pub application: Arc<str>,
    /// Its arguments.
    pub arguments: String,
    /// Where the channel is: its context and extension, which may be found in an included context and under
    /// a pattern.
    pub location: Location,
    /// The place of the line.
    pub span: Span,
}

/// How an application went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Go on with the next priority.
    Continue,
    /// Go on somewhere else; a place that does not exist leads to `i`.
    Jump(JumpTarget),
    /// The caller dialled this: go on at that extension of the current context, or at `i`.
    Dialed(String),
    /// The caller dialled nothing in time: go on at `t`.
    ResponseTimeout,
    /// The call has lasted as long as it may: go on at `T`.
    AbsoluteTimeout,
    /// The call is over.
    Hangup,
    /// The application failed in a way that ends the call.
    Error,
}

/// Why a machine has nothing more to run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The extension has no further priority. What follows depends on
    /// [`autofallthrough`](crate::GeneralOptions::autofallthrough).
    OutOfPriorities,
    /// The place does not exist, and there is no `i` extension either.
    NoSuchExtension {
        /// The place that was asked for.
        location: Location,
    },
    /// Time ran out, and there is no `t` or `T` extension.
    Timeout {
        /// The call's time, not the time to dial.
        absolute: bool,
    },
    /// An application ended the call.
    Hangup,
    /// An application failed.
    Error,
    /// The `h` extension is done.
    HangupHandled,
}

/// For log lines.
impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::OutOfPriorities => f.write_str("no priority is left"),
            End::NoSuchExtension { location: Location { context, extension, priority } } => {
                write!(f, "there is no {extension}@{context}:{priority}, and no `i` extension")
            }
            End::Timeout { absolute: false } => {
                f.write_str("nothing was dialled in time, and there is no `t` extension")
            }
            End::Timeout { absolute: true } => {
                f.write_str("the call's time is over, and there is no `T` extension")
            }
            End::Hangup => f.write_str("the call was hung up"),
            End::Error => f.write_str("an application failed"),
            End::HangupHandled => f.write_str("the `h` extension is done"),
        }
    }
}

/// Runs one channel through a [`Dialplan`].
///
/// ```text
///          step() finds a step            complete(Continue | Jump | Dialed ...)
/// Ready ------------------------> Running ---------------------------> Ready
///   |  ^     Pending function        |
///   |  '------ Evaluating <----------'     complete(Hangup | Error)
///   |          resume_function()     '-------------------------------> Ended --hangup()--> Ready at h
///   '-- no such step ------------------------------------------------> Ended
/// ```
///
/// Call [`step`](Self::step) until it answers [`Step::Ended`]. Each step does a bounded amount of work, so a
/// dialplan that jumps in a circle can always be stopped between two steps.
#[derive(Debug)]
pub struct Machine {
    plan: Arc<Dialplan>,
    /// A newer plan, taken at the next jump.
    newer: Option<Arc<Dialplan>>,
    location: Location,
    state: State,
    answers: Answers,
    hangup_begun: bool,
    /// The step that ran last, if its extension is the first that is asked for the next one too.
    first: Option<StepPlace>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// At a place that is yet to be looked up.
    Ready,
    /// At a label of the location's extension that is yet to be looked up.
    Labelled(String),
    /// In the middle of the arguments of a step.
    Evaluating(StepPlace),
    /// The host runs the step.
    Running,
    Ended(End),
}

impl Machine {
    /// A channel that begins at a place.
    pub fn new(plan: Arc<Dialplan>, location: Location) -> Self {
        Self {
            plan,
            newer: None,
            location,
            state: State::Ready,
            answers: Answers::default(),
            hangup_begun: false,
            first: None,
        }
    }

    /// The plan that it runs.
    pub fn plan(&self) -> &Arc<Dialplan> {
        &self.plan
    }

    /// Where it is: the step that runs, or the one that comes next.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Moves it; the next [`step`](Self::step) goes on there, whatever ran before. For transfers and
    /// redirection from outside.
    pub fn set_location(&mut self, location: Location) {
        self.go(location);
    }

    /// Gives it a newer plan. It keeps its own until it jumps, so that no call loses the line it is on.
    pub fn replace_plan(&mut self, plan: Arc<Dialplan>) {
        self.newer = Some(plan);
    }

    /// Finds what comes next and substitutes its arguments.
    ///
    /// After the end it answers the same again. An application whose outcome was never told counts as one that
    /// goes on with the next priority.
    pub fn step(&mut self, host: &mut dyn Host) -> Step {
        match &self.state {
            State::Ended(end) => return Step::Ended(end.clone()),
            State::Evaluating(place) => {
                let place = *place;
                return self.evaluate(host, place);
            }
            State::Labelled(label) => {
                let Some(priority) = self.find_label(host, label) else { return self.invalid(host) };
                self.location.priority = priority;
            }
            State::Running => self.advance(),
            State::Ready => {}
        }
        let first = self.first.take();
        if let Some(place) = first.and_then(|place| self.plan.behind(place, self.location.priority)) {
            self.first = Some(place);
            return self.evaluate(host, place);
        }
        match self.find(host, &self.location.extension, self.location.priority) {
            Some(found) => {
                self.first = found.is_first.then_some(found.place);
                if let Some(place) = found.switched {
                    self.location = place;
                }
                self.evaluate(host, found.place)
            }
            None => self.missing(host),
        }
    }

    /// Answers a [`Step::Evaluate`]; the next [`step`](Self::step) goes on with it.
    pub fn resume_function(&mut self, reply: FunctionReply) {
        if matches!(self.state, State::Evaluating(_)) {
            self.answers.push(reply);
        }
    }

    /// Says how the application of the last [`Step::Run`] went. After [`End::OutOfPriorities`] it may be told what the
    /// caller has dialled then (`autofallthrough=no`), and goes on with that.
    pub fn complete(&mut self, outcome: Outcome) {
        if !matches!(self.state, State::Running | State::Ended(End::OutOfPriorities)) {
            return;
        }
        match outcome {
            Outcome::Continue => self.advance(),
            Outcome::Jump(target) => self.jump(&target),
            Outcome::Dialed(digits) => {
                let location = Location { extension: digits.into(), priority: 1, ..self.location.clone() };
                self.go(location);
            }
            Outcome::ResponseTimeout => self.special("t", End::Timeout { absolute: false }),
            Outcome::AbsoluteTimeout => self.special("T", End::Timeout { absolute: true }),
            Outcome::Hangup => drop(self.end(End::Hangup)),
            Outcome::Error => drop(self.end(End::Error)),
        }
    }

    /// Tells it that the call is over. Answers whether the current context has an `h` extension: then
    /// [`step`](Self::step) runs that until it ends with [`End::HangupHandled`]. Only the first call counts.
    pub fn hangup(&mut self) -> bool {
        if self.hangup_begun {
            return false;
        }
        let plan = self.newer.as_ref().unwrap_or(&self.plan);
        let found = plan.exists(&self.location.context, "h", None, 1);
        if found {
            self.go(Location { extension: "h".into(), priority: 1, ..self.location.clone() });
        } else if !matches!(self.state, State::Ended(_)) {
            self.end(End::Hangup);
        }
        self.hangup_begun = true;
        found
    }

    /// The place that a jump from here leads to, in the plan that it would then run. `None` when the target
    /// names a label that is not there; a priority is not looked up.
    pub fn resolve(&self, target: &JumpTarget, host: &dyn Host) -> Option<Location> {
        let plan = self.newer.as_ref().unwrap_or(&self.plan);
        let caller = caller(plan, host);
        resolve(plan, &self.location, target, caller.as_deref(), &Around(host))
    }

    /// Substitutes a text with the machine's own `EXTEN`, `CONTEXT` and `PRIORITY`.
    ///
    /// # Errors
    /// [`SubstituteError::Pending`](crate::SubstituteError::Pending) when a function cannot answer at once.
    pub fn substitute(&self, host: &mut dyn Host, text: &str) -> Result<String, crate::SubstituteError> {
        let mut answers = Answers::default();
        let text = crate::Text::compile(text);
        let mut evaluation =
            Evaluation { host, location: Some(&self.location), answers: &mut answers, at: None };
        evaluation.text(&text).map_err(crate::SubstituteError::Pending)
    }

    /// The step of a priority.
    fn find(&self, host: &dyn Host, extension: &str, priority: u32) -> Option<Found> {
        let caller = caller(&self.plan, host);
        let around = Around(host);
        let query =
            Query::new(&self.location.context, extension, caller.as_deref()).at(&around).with(&around);
        self.plan.find_with(&query, priority).map(|found| Found {
            place: found.place,
            is_first: found.is_first,
            switched: found.switched,
        })
    }

    fn find_label(&self, host: &dyn Host, label: &str) -> Option<u32> {
        let caller = caller(&self.plan, host);
        let Location { context, extension, .. } = &self.location;
        let around = Around(host);
        let query = Query::new(context, extension, caller.as_deref()).at(&around);
        self.plan.find_label(&query, label).map(|found| found.step.priority)
    }

    /// Says that an extension may live behind a switch that nobody is asked behind.
    fn tell_unserved(&self, host: &mut dyn Host) {
        let Location { context, extension, .. } = &self.location;
        let unserved = self.plan.unserved_switches(&Query::new(context, extension, None)).next();
        if let Some(switch) = unserved {
            let text = format!(
                "{extension} is not in context {context}, and the switch {} is not asked for it: this exchange does not serve {}",
                switch.target,
                switch.technology()
            );
            host.warn(&text, Some(switch.span));
        }
    }

    fn evaluate(&mut self, host: &mut dyn Host, place: StepPlace) -> Step {
        let step = self.plan.step_at(place);
        self.answers.rewind();
        let mut evaluation = Evaluation {
            host,
            location: Some(&self.location),
            answers: &mut self.answers,
            at: Some(step.arguments_span),
        };
        match evaluation.text(&step.arguments) {
            Ok(arguments) => {
                self.answers.clear();
                let call = AppCall {
                    application: Arc::clone(&step.application),
                    arguments,
                    location: self.location.clone(),
                    span: step.span,
                };
                self.state = State::Running;
                Step::Run(call)
            }
            Err(call) => {
                self.state = State::Evaluating(place);
                Step::Evaluate(call)
            }
        }
    }

    /// There is no step here: the end of an extension, or an extension that does not exist.
    fn missing(&mut self, host: &mut dyn Host) -> Step {
        if !self.hangup_begun && self.find(host, &self.location.extension, 1).is_none() {
            return self.invalid(host);
        }
        self.end(End::OutOfPriorities)
    }

    /// The place does not exist: to `i`, else to `e`, else the end.
    fn invalid(&mut self, host: &mut dyn Host) -> Step {
        let wrong = self.location.clone();
        self.tell_unserved(host);
        for handler in ["i", "e"] {
            if !self.hangup_begun && *wrong.extension != *handler && self.find(host, handler, 1).is_some() {
                host.set_variable("INVALID_EXTEN", &wrong.extension);
                self.go(Location { extension: handler.into(), priority: 1, ..wrong });
                return self.step(host);
            }
        }
        self.end(End::NoSuchExtension { location: wrong })
    }

    fn jump(&mut self, target: &JumpTarget) {
        let from = &self.location;
        let context = target.context.as_deref().map_or_else(|| Arc::clone(&from.context), Arc::from);
        let extension = target.extension.as_deref().map_or_else(|| Arc::clone(&from.extension), Arc::from);
        let priority = match &target.priority {
            PriorityOrLabel::Priority(priority) => *priority,
            PriorityOrLabel::Relative(offset) => from.priority.saturating_add_signed(*offset).max(1),
            PriorityOrLabel::Label(_) => 1,
        };
        self.go(Location { context, extension, priority });
        if let PriorityOrLabel::Label(label) = &target.priority {
            self.state = State::Labelled(label.clone());
        }
    }

    /// To `t` or `T`, else to `e`, else the end.
    fn special(&mut self, extension: &str, otherwise: End) {
        self.take_newer();
        let context = Arc::clone(&self.location.context);
        let handler = [extension, "e"].into_iter().find(|name| self.plan.exists(&context, name, None, 1));
        match handler {
            Some(name) => self.go(Location { context, extension: name.into(), priority: 1 }),
            None => drop(self.end(otherwise)),
        }
    }

    fn advance(&mut self) {
        self.answers.clear();
        self.location.priority = self.location.priority.saturating_add(1);
        self.state = State::Ready;
    }

    fn go(&mut self, location: Location) {
        self.take_newer();
        self.answers.clear();
        self.first = None;
        self.location = location;
        self.state = State::Ready;
    }

    fn end(&mut self, end: End) -> Step {
        let end = if self.hangup_begun { End::HangupHandled } else { end };
        self.answers.clear();
        self.state = State::Ended(end.clone());
        Step::Ended(end)
    }

    fn take_newer(&mut self) {
        if let Some(newer) = self.newer.take() {
            self.plan = newer;
        }
    }
}

/// What a search has found, apart from the plan.
struct Found {
    place: StepPlace,
    is_first: bool,
    /// Where the channel is then, if a switch leads there.
    switched: Option<Location>,
}

/// The caller's number, asked for only where an extension asks for it.
fn caller(plan: &Dialplan, host: &dyn Host) -> Option<String> {
    if plan.has_callers { host.caller_number() } else { None }
}

fn resolve(
    plan: &Dialplan,
    from: &Location,
    target: &JumpTarget,
    caller: Option<&str>,
    clock: &dyn Clock,
) -> Option<Location> {
    let context: Arc<str> = target.context.as_deref().map_or_else(|| Arc::clone(&from.context), Arc::from);
    let extension: Arc<str> =
        target.extension.as_deref().map_or_else(|| Arc::clone(&from.extension), Arc::from);
    let priority = match &target.priority {
        PriorityOrLabel::Priority(priority) => *priority,
        PriorityOrLabel::Relative(offset) => u32::try_from(i64::from(from.priority) + i64::from(*offset))
            .ok()
            .filter(|&priority| priority > 0)?,
        PriorityOrLabel::Label(label) => {
            let query = Query::new(&context, &extension, caller).at(clock);
            plan.find_label(&query, label)?.step.priority
        }
    };
    Some(Location { context, extension, priority })
}

/// The host as the search asks it: for the time, and for what switches name.
struct Around<'a>(&'a dyn Host);

impl Clock for Around<'_> {
    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.0.local_time(zone)
    }
}

impl Variables for Around<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.variable(name)
    }

    fn global(&self, name: &str) -> Option<String> {
        self.0.global(name)
    }

    fn function(&self, name: &str, arguments: &str) -> FunctionReply {
        self.0.look_up_function(name, arguments)
    }
}

#[cfg(test)]
mod tests;
