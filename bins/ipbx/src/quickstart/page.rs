//! The page that a first start prints.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use super::addresses;

/// Port of SIP where nothing says otherwise (RFC 3261 section 19.1.2).
const SIP_PORT: u16 = 5060;

/// What to dial, how to register, how to go on. `server` is where phones are awaited, `etc` where the files are.
pub(crate) fn page(
    etc: &Path,
    server: Option<SocketAddr>,
    accounts: &[(String, String)],
    program: &str,
) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "\n  ipbx is ready.\n\n  Server for your phones (UDP or TCP)\n");
    for address in servers(server) {
        let note = if address.ip().is_loopback() { "   phones on this machine" } else { "" };
        let _ = writeln!(page, "      {address}{note}");
    }
    let _ = writeln!(page, "\n  Accounts\n\n      user    password");
    for (user, password) in accounts {
        let _ = writeln!(page, "      {user:<7} {password}");
    }
    let (console, channels) = (format!("{program} -rvvv"), format!("{program} -rx 'core show channels'"));
    let (end, width) = ("Ctrl-C", channels.len());
    let _ = write!(
        page,
        "\n      Show them again:  {program} quickstart show\n
  What to dial

      100, 101   the other phone
      600        an echo test: hear yourself; # ends it
      601        a spoken welcome; 603 the same in French
      602        a menu: press 1, 2, 3, 4 or 9

  What happens here

      {console:<width$}  each call, step by step
      {channels:<width$}  the calls of the moment
      {end:<width$}  ends the exchange

  Your files, made to be changed; check them with {program} check

      {etc}

        pjsip.conf        the phones
        extensions.conf   what happens when somebody dials
",
        etc = etc.display()
    );
    page
}

/// Where phones find it: all addresses of this machine, unless `bind` names one.
fn servers(server: Option<SocketAddr>) -> Vec<SocketAddr> {
    let server = server.unwrap_or((Ipv4Addr::UNSPECIFIED, SIP_PORT).into());
    let ips: Vec<IpAddr> =
        if server.ip().is_unspecified() { addresses::of_this_machine() } else { vec![server.ip()] };
    ips.into_iter().map(|ip| (ip, server.port()).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_fits_a_terminal_and_says_what_is_needed() {
        let accounts = [("100".to_owned(), "abcdef-abcdef-abcdef-abcdef".to_owned())];
        for program in ["ipbx", "cargo run --release --"] {
            let page = page(Path::new("/home/user/.local/share/ipbx/etc"), None, &accounts, program);
            for needed in ["127.0.0.1:5060", "abcdef-abcdef", "600", "quickstart show", "-rvvv"] {
                assert!(page.contains(needed), "{needed}");
            }
            assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
        }
    }

    #[test]
    fn an_address_that_was_chosen_is_the_only_one() {
        let chosen = "192.0.2.7:5070".parse().unwrap();
        assert_eq!(servers(Some(chosen)), [chosen]);
    }
}
