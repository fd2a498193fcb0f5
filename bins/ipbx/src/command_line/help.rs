//! What `-h` prints.

/// The page of `-h`.
pub(crate) const HELP: &str = "\
ipbx: an IP telephone exchange that reads Asterisk's configuration

  ipbx                     start the quickstart: two phones, ready in a minute
  ipbx -C PATH             start with PATH, an asterisk.conf or a folder of
                           .conf files; goes to the background without -f or -c
  ipbx check [PATH]        tell what is wrong with a configuration, without
                           starting it; status 0: it starts, 1: it does not
  ipbx dialplan test FILE  play the calls that FILE describes through the
                           dialplan, in no time; status 0: all was as it must be
  ipbx dialplan trace NUMBER@CONTEXT
                           tell which line a number leads to, and why
  ipbx quickstart show     show the quickstart's page again, with its passwords
  ipbx -r                  open a console for the exchange that runs
  ipbx -rx 'COMMAND'       run one console command and print its answer

  -C PATH     the configuration; also says which exchange -r means
  -f          stay in the foreground
  -c          stay in the foreground, with a console in this terminal
  -v          more lines about calls; -vvv shows each step
  -d          more lines for whoever mends the exchange itself
  -x COMMAND  run one command on the exchange that runs (-r may be left out)
  -R          as -r
  -s SOCKET   the console's socket, when it is not in the run folder
  -U, -G      run as this user and group (needs root)
  -M CALLS    calls at a time, in place of maxcalls in asterisk.conf
  -n          no colour
  -q          quiet at the start
  -V          print the version
  -h          print this
  -B -F -I -L -T -W -X -e -g -i -m -p -t
              taken as 'asterisk' takes them; a line says what they do here

Without -C:
  ipbx        runs the quickstart, in $XDG_DATA_HOME/ipbx, or in
              ~/.local/share/ipbx.
              Started like a service, with -f, -U or -G, it takes
              /etc/asterisk/asterisk.conf if that is there.
  ipbx -r     takes the quickstart if it runs, else /etc/asterisk/asterisk.conf,
              and says which.
  ipbx check  looks at the quickstart if there is one, else at /etc/asterisk.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_fits_a_terminal() {
        assert!(HELP.lines().all(|line| line.chars().count() <= 80));
    }
}
