//! The page that a first start prints.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;

/// What to dial, how to register, how to go on.
pub(crate) fn page(root: &Path, port: u16, accounts: &[(String, String)], program: &str) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "\n  ipbx is ready.\n\n  Server for your phones (UDP or TCP)\n");
    for address in addresses() {
        let note = if address.is_loopback() { "   phones on this machine" } else { "" };
        let _ = writeln!(page, "      {address}:{port}{note}");
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

      {console:<width$}  a console that shows each call
      {channels:<width$}  the calls of the moment
      {end:<width$}  ends the exchange

  Your files, made to be changed; {program} check tells of mistakes

      {root}/etc/pjsip.conf        the phones
      {root}/etc/extensions.conf   what happens when somebody dials
",
        root = root.display()
    );
    page
}

/// The addresses that phones can use, those of the network first.
fn addresses() -> Vec<IpAddr> {
    let outward = outward_address().filter(|address| !address.is_loopback() && !address.is_unspecified());
    outward.into_iter().chain([IpAddr::V4(Ipv4Addr::LOCALHOST)]).collect()
}

/// The address that this machine has towards the rest of the world. Nothing is sent: connecting a datagram socket only
/// chooses a route.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_fits_a_terminal_and_says_what_is_needed() {
        let accounts = [("100".to_owned(), "abcdef-abcdef-abcdef-abcdef".to_owned())];
        let page = page(Path::new("/home/u/.local/share/ipbx"), 5060, &accounts, "ipbx");
        for needed in ["127.0.0.1:5060", "abcdef-abcdef", "600", "quickstart show", "-rvvv"] {
            assert!(page.contains(needed), "{needed}");
        }
        assert!(page.lines().all(|line| line.chars().count() <= 90), "{page}");
    }
}
