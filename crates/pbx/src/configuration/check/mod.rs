//! What a compiler would say of a configuration: names that lead nowhere, and things that were not meant.

mod access;
mod applications;
mod commands;
mod destinations;
mod direct_media;
mod doors;
mod flow;
mod media_encryption;
mod names;
mod pieces;
mod publications;
mod queries;
mod references;
mod secrets;
mod sounds;
mod stir_shaken;
mod web_sockets;

use asterisk_conf::{Config, Diagnostic, Span};
use dialplan_vm::Dialplan;

use super::{
    DatabasesConfiguration, HttpConfiguration, IndicationsConfiguration, MusicConfiguration,
    SipConfiguration, WebSocketConfiguration,
};

/// What is checked against each other. Names of a file that could not be read whole are not missed.
pub(super) struct Files<'c> {
    pub(super) plan: &'c Dialplan,
    pub(super) extensions: &'c Config,
    pub(super) sip: &'c SipConfiguration,
    pub(super) databases: &'c DatabasesConfiguration,
    pub(super) http: &'c HttpConfiguration,
    pub(super) web_sockets: &'c WebSocketConfiguration,
    pub(super) indications: &'c IndicationsConfiguration,
    pub(super) music: &'c MusicConfiguration,
    pub(super) whole_plan: bool,
    pub(super) whole_sip: bool,
}

/// Checks the files against each other.
pub(super) fn run(files: &Files<'_>, found: &mut Vec<Diagnostic>) {
    let Files {
        plan,
        extensions,
        sip,
        databases,
        http,
        web_sockets,
        indications,
        music,
        whole_plan,
        whole_sip,
    } = *files;
    found.extend(dialplan_vm::check_conditions(plan));
    applications::check(plan, databases, found);
    commands::check(plan, found);
    queries::check(plan, databases, found);
    flow::check(plan, found);
    web_sockets::check(plan, http, web_sockets, found);
    secrets::check(sip, found);
    sounds::check(sip, indications, music, found);
    direct_media::check(sip, found);
    media_encryption::check(sip, found);
    if whole_plan {
        found.extend(dialplan_vm::check_jumps(plan));
        references::check_contexts(plan, sip, found);
    }
    if whole_sip {
        destinations::check(plan, extensions, sip, found);
        references::check(sip, found);
        publications::check(sip, found);
        access::check(sip, found);
        stir_shaken::check(sip, found);
        doors::check(plan, sip, found);
    }
}

/// More things than this with one problem are told of together.
const TOLD_APART: usize = 3;

/// A finding for each of `things`, or one for all when there are many. `place` gives the name and the place of a thing,
/// `told` the finding about `[name]` or `[name] and 7 others`.
fn told_together<T>(
    things: &[T],
    place: impl Fn(&T) -> (String, Span),
    told: impl Fn(&str) -> Diagnostic,
) -> Vec<Diagnostic> {
    let one = |thing: &T, others: usize| {
        let (name, span) = place(thing);
        let who = if others > 0 { format!("[{name}] and {others} others") } else { format!("[{name}]") };
        told(&who).at(span)
    };
    match things {
        [first, others @ ..] if things.len() > TOLD_APART => vec![one(first, others.len())],
        few => few.iter().map(|thing| one(thing, 0)).collect(),
    }
}
