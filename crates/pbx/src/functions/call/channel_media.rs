//! `CHANNEL(rtp,…)` and `CHANNEL(rtcp,…)`: where the audio of a channel goes, and what was counted of it.
//!
//! Figures are there as soon as there are reports, and stay after the hang-up. What stands for one that is not known is 0.

use std::fmt::Write;

use call_control::{Call, Spread, Statistics};

use crate::functions::{FunctionError, Value};

const NAME: &str = "CHANNEL";

/// Reads `rtp,item` or `rtcp,item`, with `audio` behind it or nothing.
pub(super) fn read(call: &Call, arguments: &str) -> Value {
    let mut parts = arguments.split(',').map(str::trim);
    let (kind, item, stream) = (parts.next(), parts.next().unwrap_or_default(), parts.next());
    if !matches!(stream, None | Some("" | "audio")) {
        return Err(FunctionError::arguments(NAME, arguments, "channels have audio alone"));
    }
    let found = match kind {
        Some("rtp") => address(call, item),
        _ => figure(&call.media_statistics().unwrap_or_default(), item),
    };
    found.ok_or_else(|| {
        let known = match kind {
            Some("rtp") => "of rtp, src, dest, hold, secure and direct are known",
            _ => {
                "of rtcp, all, all_jitter, all_loss, all_rtt, all_mes, txcount, rxcount, txjitter, rxjitter, txploss, rxploss, \
                 txmes, rxmes, rtt, local_… and remote_… are known"
            }
        };
        FunctionError::arguments(NAME, arguments, known)
    })
}

/// Reads `RTPAUDIOQOS`, and `RTPAUDIOQOSJITTER`, `…LOSS`, `…RTT`, `…MES`: what `CHANNEL(rtcp,all)`, `all_jitter` and so on say.
/// `None` for other names, and for a channel that never had media.
pub(crate) fn quality(call: &Call, name: &str) -> Option<String> {
    let item = quality_item(name)?;
    figure(&call.media_statistics()?, item)
}

/// The item that a variable of quality stands for.
fn quality_item(name: &str) -> Option<&'static str> {
    Some(match name.strip_prefix("RTPAUDIOQOS")? {
        "" => "all",
        "JITTER" => "all_jitter",
        "LOSS" => "all_loss",
        "RTT" => "all_rtt",
        "MES" => "all_mes",
        _ => return None,
    })
}

/// Where RTP comes and goes.
fn address(call: &Call, item: &str) -> Option<String> {
    let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
    let place =
        |place: Option<std::net::SocketAddr>| place.map(|place| place.to_string()).unwrap_or_default();
    Some(match item {
        "src" => place(call.leg().map(|leg| leg.rtp_address())),
        "dest" => place(call.media_address()),
        "hold" => flag(call.is_held()),
        "secure" => flag(call.is_encrypted()),
        "direct" => flag(call.is_media_direct()),
        _ => return None,
    })
}

/// One figure of RTCP, or several of a kind.
fn figure(counted: &Statistics, item: &str) -> Option<String> {
    let round_trip = counted.round_trip.unwrap_or_default().as_secs_f64();
    let (jitter, remote_jitter) = (counted.jitter.as_secs_f64(), counted.remote_jitter.as_secs_f64());
    let (listening, remote) = (score(counted.r_factor), score(counted.remote_r_factor));
    Some(match item {
        "all" => format!(
            "ssrc={};themssrc={};lp={};rxjitter={jitter:.6};rxcount={};txjitter={remote_jitter:.6};txcount={};rlp={};\
             rtt={round_trip:.6};rxmes={listening:.6};txmes={remote:.6}",
            counted.ssrc,
            counted.remote_ssrc,
            counted.lost,
            counted.packets_received,
            counted.packets_sent,
            counted.remote_lost,
        ),
        "all_jitter" => both("jitter", counted.jitter_spread, counted.remote_jitter_spread),
        "all_loss" => both("lost", counted.loss_spread, counted.remote_loss_spread),
        "all_rtt" => spread("rtt", counted.round_trip_spread),
        "all_mes" => format!("rxmes={listening:.6};txmes={remote:.6}"),
        "rxcount" | "remote_count" => counted.packets_received.to_string(),
        "txcount" | "local_count" => counted.packets_sent.to_string(),
        "rxoctetcount" => counted.octets_received.to_string(),
        "txoctetcount" => counted.octets_sent.to_string(),
        "rxploss" | "local_lostpackets" => counted.lost.to_string(),
        "txploss" | "remote_lostpackets" => counted.remote_lost.to_string(),
        "rxjitter" | "local_jitter" => format!("{jitter:.6}"),
        "txjitter" | "remote_jitter" => format!("{remote_jitter:.6}"),
        "rtt" => format!("{round_trip:.6}"),
        "rxmes" => format!("{listening:.6}"),
        "txmes" => format!("{remote:.6}"),
        "local_ssrc" => counted.ssrc.to_string(),
        "remote_ssrc" => counted.remote_ssrc.to_string(),
        _ => return part_of_spread(counted, item),
    })
}

/// One part of what has spread: `local_maxjitter`, `remote_stdevrxploss`, `minrtt`.
fn part_of_spread(counted: &Statistics, item: &str) -> Option<String> {
    let sides = [
        ("local_", "jitter", counted.jitter_spread),
        ("remote_", "jitter", counted.remote_jitter_spread),
        ("local_", "rxploss", counted.loss_spread),
        ("remote_", "rxploss", counted.remote_loss_spread),
        ("", "rtt", counted.round_trip_spread),
    ];
    let of = |(side, figure, spread): &(&str, &str, Spread)| {
        let part = item.strip_prefix(side)?.strip_suffix(figure)?;
        let Spread { least, most, mean, deviation } = *spread;
        Some(match part {
            "min" => least,
            "max" => most,
            "normdev" => mean,
            "stdev" => deviation,
            _ => return None,
        })
    };
    sides.iter().find_map(of).map(|value| format!("{value:.6}"))
}

/// What spreads at both ends.
fn both(figure: &str, received: Spread, sent: Spread) -> String {
    spread(&format!("rx{figure}"), received) + &spread(&format!("tx{figure}"), sent)
}

fn spread(figure: &str, spread: Spread) -> String {
    let mut text = String::new();
    let parts =
        [("min", spread.least), ("max", spread.most), ("avg", spread.mean), ("stdev", spread.deviation)];
    for (part, value) in parts {
        let _ = write!(text, "{part}{figure}={value:010.6};");
    }
    text
}

/// A rating as a media experience score, 0 to 100.
fn score(rating: Option<u8>) -> f64 {
    rating.map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Statistics {
        let mut counted = Statistics::default();
        (counted.packets_received, counted.packets_sent, counted.lost) = (100, 90, 4);
        (counted.ssrc, counted.remote_ssrc) = (7, 8);
        counted.jitter = std::time::Duration::from_micros(1_500);
        counted.round_trip = Some(std::time::Duration::from_millis(42));
        counted.r_factor = Some(91);
        counted.jitter_spread = Spread { least: 0.001, most: 0.002, mean: 0.0015, deviation: 0.0005 };
        counted
    }

    #[test]
    fn figures_have_the_names_that_dialplans_know() {
        let counted = figures();
        let of = |item| figure(&counted, item).unwrap();
        assert_eq!((of("rxcount"), of("txcount"), of("rxploss")), ("100".into(), "90".into(), "4".into()));
        assert_eq!(
            (of("rxjitter"), of("rtt"), of("rxmes")),
            ("0.001500".into(), "0.042000".into(), "91.000000".into())
        );
        assert_eq!((of("local_ssrc"), of("remote_ssrc")), ("7".into(), "8".into()));
        assert_eq!((of("local_maxjitter"), of("remote_minjitter")), ("0.002000".into(), "0.000000".into()));
        assert_eq!(of("local_normdevjitter"), "0.001500");
        assert_eq!((of("stdevrtt"), of("remote_maxrxploss")), ("0.000000".into(), "0.000000".into()));
        assert!(
            ["", "local_", "maxjitter", "local_jitters", "local_sum"]
                .iter()
                .all(|item| figure(&counted, item).is_none())
        );
    }

    #[test]
    fn variables_of_quality_stand_for_all_of_a_kind() {
        let counted = figures();
        for name in ["", "JITTER", "LOSS", "RTT", "MES"] {
            let item = quality_item(&format!("RTPAUDIOQOS{name}")).unwrap();
            assert!(figure(&counted, item).is_some_and(|line| !line.is_empty()), "{name}");
        }
        assert_eq!(quality_item("RTPAUDIOQOSRTT"), Some("all_rtt"));
        for other in ["RTPAUDIOQO", "RTPAUDIOQOSBRIDGED", "RTPVIDEOQOS", "rtpaudioqos", ""] {
            assert_eq!(quality_item(other), None, "{other}");
        }
    }

    #[test]
    fn all_of_a_kind_come_in_one_line() {
        let counted = figures();
        assert_eq!(
            figure(&counted, "all").unwrap(),
            "ssrc=7;themssrc=8;lp=4;rxjitter=0.001500;rxcount=100;txjitter=0.000000;txcount=90;rlp=0;rtt=0.042000;\
             rxmes=91.000000;txmes=0.000000"
        );
        assert_eq!(
            figure(&counted, "all_jitter").unwrap(),
            "minrxjitter=000.001000;maxrxjitter=000.002000;avgrxjitter=000.001500;stdevrxjitter=000.000500;\
             mintxjitter=000.000000;maxtxjitter=000.000000;avgtxjitter=000.000000;stdevtxjitter=000.000000;"
        );
        assert!(figure(&counted, "all_rtt").unwrap().starts_with("minrtt=000.000000;"));
    }
}
