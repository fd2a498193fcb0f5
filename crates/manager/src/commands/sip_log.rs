//! `pjsip set logger` and `sip set debug`: SIP messages, as they go by.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pbx::sip_log::SipLog;
use sip_ua::guard::Network;

use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::later("pjsip set logger", "Shows SIP messages, or no more", |context, arguments| {
        Box::pin(set_logger(context, arguments))
    })
    .taking("on|off|host ADDRESS|add ADDRESS|method NAME|methodadd NAME|verbose on|off|pcap FILE")
    .explained(
        "host and method show the messages of one host or network, and of one method, alone; what fits both, where both\n\
         are asked for. add and methodadd show others as well. on shows all again. pcap puts what is shown into a file\n\
         for Wireshark too, until off; with verbose off consoles and the log have nothing of it. What is asked for\n\
         outlasts a reload; debug of [global] in pjsip.conf asks for it from the start.",
    )
    .among(|_| {
        ["on", "off", "host", "add", "method", "methodadd", "verbose", "pcap"].map(str::to_owned).to_vec()
    }),
    Command::later("sip set debug", "Shows SIP messages, or no more", |context, arguments| {
        Box::pin(set_debug(context, arguments))
    })
    .taking("on|off|ip ADDRESS|peer NAME")
    .explained("The same as 'pjsip set logger', in the words of those who had sip.conf.")
    .among(|_| ["on", "off", "ip", "peer"].map(str::to_owned).to_vec()),
];

async fn set_logger(context: &Context, arguments: &[String]) -> Answer {
    let log = context.exchange.sip_log();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(match words[..] {
        ["on"] => {
            log.show_all();
            "PJSIP Logging enabled".to_owned()
        }
        ["off"] => {
            log.end();
            "PJSIP Logging disabled".to_owned()
        }
        ["host", name] => {
            show_hosts(log, networks_of(name).await?, false);
            format!("PJSIP Logging Enabled for host: {name}")
        }
        ["add", name] => {
            show_hosts(log, networks_of(name).await?, log.is_on());
            format!("PJSIP Logging Enabled for host: {name}")
        }
        ["method", name] => for_methods(&log.show_method(name)),
        ["methodadd", name] => for_methods(&log.show_method_too(name)),
        ["verbose", "on"] => {
            log.tell(true);
            "PJSIP Logging to verbose has been enabled".to_owned()
        }
        ["verbose", "off"] => {
            log.tell(false);
            "PJSIP Logging to verbose has been disabled".to_owned()
        }
        ["pcap", file] => capture(log.clone(), file.into()).await?,
        _ => {
            return Err(CommandError::Usage(
                "pjsip set logger {on|off|host NAME|add NAME|method NAME|methodadd NAME|verbose on|verbose off|pcap FILE}",
            ));
        }
    })
}

async fn set_debug(context: &Context, arguments: &[String]) -> Answer {
    let log = context.exchange.sip_log();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(match words[..] {
        ["on"] => {
            log.show_all();
            "SIP Debugging enabled".to_owned()
        }
        ["off"] => {
            log.end();
            "SIP Debugging Disabled".to_owned()
        }
        ["ip", name] => {
            show_hosts(log, networks_of(name).await?, false);
            format!("SIP Debugging Enabled for IP: {name}")
        }
        ["peer", name] => {
            show_hosts(log, networks_of_peer(context, name)?, false);
            format!("SIP Debugging Enabled for IP: {name}")
        }
        _ => return Err(CommandError::Usage("sip set debug {on|off|ip ADDRESS|peer NAME}")),
    })
}

fn for_methods(methods: &[String]) -> String {
    format!("PJSIP Logging Enabled for SIP Methods: {}", methods.join(", "))
}

/// Shows the messages of these, of which there is at least one, and those of the hosts before only if they are to stay.
fn show_hosts(log: &Arc<SipLog>, networks: Vec<Network>, others_stay: bool) {
    for (at, network) in networks.into_iter().enumerate() {
        match at == 0 && !others_stay {
            true => log.show_host(network),
            false => log.show_host_too(network),
        }
    }
}

/// Where a host is: an address, a network, or all addresses of a name. A port behind it makes no difference.
async fn networks_of(name: &str) -> Result<Vec<Network>, CommandError> {
    let address = name.parse().map(|address: std::net::SocketAddr| Network::host(address.ip())).ok();
    if let Some(network) = Network::parse(name).or(address) {
        return Ok(vec![network]);
    }
    let host = name.split_once(':').map_or(name, |(host, _)| host);
    let found = tokio::net::lookup_host((host, 0)).await;
    let found = found.map_err(|error| CommandError::Failed(format!("'{name}' is no address: {error}")))?;
    let networks: Vec<Network> = found.map(|address| Network::host(address.ip())).collect();
    match networks.is_empty() {
        true => Err(CommandError::Failed(format!("'{name}' has no address"))),
        false => Ok(networks),
    }
}

/// Where the phones of an endpoint are.
fn networks_of_peer(context: &Context, name: &str) -> Result<Vec<Network>, CommandError> {
    let configuration = context.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(name);
    let endpoint = endpoint.ok_or_else(|| CommandError::Failed(format!("No such peer '{name}'")))?;
    let registrations = context.exchange.registrations();
    let contacts = endpoint.aors.iter().flat_map(|aor| registrations.contacts(aor));
    let places = contacts.map(|contact| contact.received.unwrap_or(contact.flow.remote));
    let networks: Vec<Network> = places.map(|place| Network::host(place.ip())).collect();
    match networks.is_empty() {
        true => Err(CommandError::Failed(format!("Unable to get IP address of peer '{name}'"))),
        false => Ok(networks),
    }
}

async fn capture(log: Arc<SipLog>, path: PathBuf) -> Answer {
    let file = path.clone();
    // A disk may take its time.
    let begun = tokio::task::spawn_blocking(move || log.capture(Path::new(&file))).await;
    let begun = begun.map_err(|error| CommandError::Failed(error.to_string()))?;
    let is_on = begun.map_err(|error| CommandError::Failed(error.to_string()))?;
    let begun = format!("PJSIP logging to pcap file '{}'", path.display());
    Ok(match is_on {
        true => begun,
        false => format!("{begun}\nNothing is shown yet; 'pjsip set logger on' begins."),
    })
}
