//! An exchange for tests of those who serve scripts.

use tokio::sync::watch;

use super::{Command, HangUpNews, Host, Reply};

/// Notes what it is asked for; its caller waits for a key for ever.
pub(super) struct Noting {
    pub(super) asked: Vec<Command>,
    pub(super) caller: watch::Receiver<bool>,
    pub(super) news: HangUpNews,
}

impl Host for Noting {
    async fn run(&mut self, command: Command) -> Reply {
        let waits = matches!(command, Command::WaitForDigit(_));
        self.asked.push(command);
        if waits {
            self.hang_up().await;
            return Reply::of(-1);
        }
        Reply::of(0)
    }

    fn has_hung_up(&self) -> bool {
        *self.caller.borrow()
    }

    async fn hang_up(&self) {
        let mut caller = self.caller.clone();
        if caller.wait_for(|gone| *gone).await.is_err() {
            std::future::pending().await
        }
    }

    fn tell_hang_up(&mut self) -> HangUpNews {
        self.news
    }

    fn announces(&mut self, command: &Command) -> bool {
        matches!(command, Command::Gosub { .. })
    }
}
