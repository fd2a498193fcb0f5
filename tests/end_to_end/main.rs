//! Calls through the real `ipbx` program, made by phones that we did not write (baresip, sipp) and by scripted ones.
//!
//! Every test has an exchange of its own, on a loopback address of its own, so all of them may run at once. A program
//! that is not installed leaves its tests out, and says so; with `END_TO_END=required`, as `cargo xtask test` sets it,
//! that is a failure. `IPBX=/path/to/ipbx` tests that program instead of the one that this workspace builds.

mod harness;

mod agi;
mod answers;
mod applications;
mod attacks;
mod audio_streams;
mod browsers;
mod call_limits;
mod call_records;
mod careless;
mod charges;
mod codec_order;
mod codecs;
mod conferences;
mod data_bases;
mod desk;
mod dial_ladder;
mod dialects;
mod direct_media;
mod effects;
mod encryption;
mod endpoint_options;
mod external_ivr;
mod floods;
mod forwarding;
mod functions;
mod geolocation;
mod guessing;
mod handing_on;
mod harness_itself;
mod hold;
mod identities;
mod ipv6;
mod keys;
mod load;
mod location;
mod malformed;
mod message_log;
mod messages;
mod music;
mod overlap;
mod packets;
mod pickup;
mod publications;
mod radio;
mod recording;
mod redundancy;
mod refusals;
mod registration;
mod reload;
mod reports;
mod restart;
mod rfc3665;
mod say;
mod security_mechanisms;
mod session_changes;
mod session_extensions;
mod several_destinations;
mod starting;
mod stir_shaken;
mod subscriptions;
mod tls;
mod told;
mod transfers;
mod translation;
mod trunk;
mod two_hundred_calls;
mod two_phones;
mod unanswered;
mod vanished_phone;
mod video;
mod ways_out;
mod weather;
mod web_sockets;

use libtest_mimic::Arguments;

/// Tests that run at once where the command line does not say: they wait for each other's programs more than they work.
const AT_ONCE: usize = 6;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let subjects = [
        agi::trials(),
        answers::trials(),
        applications::trials(),
        attacks::trials(),
        audio_streams::trials(),
        browsers::trials(),
        call_limits::trials(),
        call_records::trials(),
        codec_order::trials(),
        codecs::trials(),
        conferences::trials(),
        careless::trials(),
        charges::trials(),
        data_bases::trials(),
        desk::trials(),
        dial_ladder::trials(),
        dialects::trials(),
        direct_media::trials(),
        effects::trials(),
        encryption::trials(),
        endpoint_options::trials(),
        external_ivr::trials(),
        floods::trials(),
        forwarding::trials(),
        functions::trials(),
        geolocation::trials(),
        guessing::trials(),
        handing_on::trials(),
        harness_itself::trials(),
        hold::trials(),
        identities::trials(),
        ipv6::trials(),
        keys::trials(),
        load::trials(),
        location::trials(),
        malformed::trials(),
        message_log::trials(),
        messages::trials(),
        music::trials(),
        packets::trials(),
        overlap::trials(),
        pickup::trials(),
        publications::trials(),
        radio::trials(),
        redundancy::trials(),
        refusals::trials(),
        registration::trials(),
        recording::trials(),
        reload::trials(),
        reports::trials(),
        restart::trials(),
        rfc3665::trials(),
        say::trials(),
        several_destinations::trials(),
        security_mechanisms::trials(),
        session_changes::trials(),
        session_extensions::trials(),
        starting::trials(),
        stir_shaken::trials(),
        subscriptions::trials(),
        tls::trials(),
        told::trials(),
        transfers::trials(),
        translation::trials(),
        trunk::trials(),
        two_hundred_calls::trials(),
        two_phones::trials(),
        unanswered::trials(),
        vanished_phone::trials(),
        video::trials(),
        ways_out::trials(),
        weather::trials(),
        web_sockets::trials(),
    ];
    libtest_mimic::run(&arguments, subjects.into_iter().flatten().collect()).exit();
}
