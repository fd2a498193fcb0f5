//! The terminal, as it was before a line was edited in it.
//!
//! The editor puts it back after each line. Where the exchange ends while a line is being typed, nobody is left to do so
//! but the console; in the exchange's own process the end waits for it.

use std::io::{IsTerminal, Write, stdin, stdout};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};

/// Ends the mode in which a terminal marks what is pasted.
const PASTE_AS_TYPED: &str = "\u{1b}[?2004l";

/// The modes of the terminal before the editor changed them.
pub(super) struct Terminal {
    before: Option<Termios>,
}

impl Terminal {
    /// Remembers the modes, if there is a terminal.
    pub(super) fn remember() -> Self {
        let here = stdin().is_terminal();
        Self { before: here.then(|| tcgetattr(stdin()).ok()).flatten() }
    }

    /// Puts the modes back while the editor still waits for a key.
    pub(super) fn give_back(&self) {
        let Some(before) = &self.before else { return };
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(stdin(), SetArg::TCSANOW, before);
        if stdout().is_terminal() {
            let _ = writeln!(stdout(), "{PASTE_AS_TYPED}");
        }
    }
}

/// Whether a console of this process uses the terminal.
static LENT: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Held by a console of this process while it uses the terminal.
pub(super) struct Lent(());

impl Lent {
    pub(super) fn new() -> Self {
        set_lent(true);
        Self(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        set_lent(false);
    }
}

fn set_lent(lent: bool) {
    *LENT.0.lock().unwrap_or_else(PoisonError::into_inner) = lent;
    LENT.1.notify_all();
}

/// Waits until a console of this process, if there is one, has given the terminal back.
pub(super) fn wait_until_given_back(longest: Duration) {
    let lent = LENT.0.lock().unwrap_or_else(PoisonError::into_inner);
    drop(LENT.1.wait_timeout_while(lent, longest, |lent| *lent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_waits_for_the_terminal() {
        let lent = Lent::new();
        let waiting = std::thread::spawn(|| wait_until_given_back(Duration::from_secs(60)));
        drop(lent);
        waiting.join().unwrap();
        wait_until_given_back(Duration::from_secs(60));
    }
}
