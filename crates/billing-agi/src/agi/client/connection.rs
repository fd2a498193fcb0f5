//! Lines to the exchange, and replies from it.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::super::{Lines, Reply};
use super::AgiError;

/// What is read at once, in octets.
const PIECE: usize = 4_096;

/// The most lines of a usage.
const MOST_LINES: usize = 200;

#[derive(Debug)]
pub(super) struct Connection<R, W> {
    input: R,
    output: W,
    lines: Lines,
    pub(super) has_hung_up: bool,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Connection<R, W> {
    pub(super) fn new(input: R, output: W) -> Self {
        Self { input, output, lines: Lines::default(), has_hung_up: false }
    }

    /// The next line of the exchange.
    pub(super) async fn line(&mut self) -> Result<String, AgiError> {
        let mut piece = [0; PIECE];
        loop {
            if let Some(line) = self.lines.next_line()? {
                return Ok(line);
            }
            match self.input.read(&mut piece).await? {
                0 => return Err(AgiError::Closed),
                count => self.lines.push(&piece[..count]),
            }
        }
    }

    /// Writes a line and reads the reply to it.
    pub(super) async fn ask(&mut self, command: &str) -> Result<Reply, AgiError> {
        let line = command.replace(['\r', '\n'], " ") + "\n";
        self.output.write_all(line.as_bytes()).await?;
        self.output.flush().await?;
        let mut text = self.line().await?;
        // The news of a hang-up stands between replies, wherever it came.
        while text == "HANGUP" || Reply::is_yet_to_come(&text) {
            self.has_hung_up |= text == "HANGUP";
            text = self.line().await?;
        }
        if Reply::opens_usage(&text) {
            for _ in 0..MOST_LINES {
                let next = self.line().await?;
                text.push('\n');
                text.push_str(&next);
                if Reply::closes_usage(&next) {
                    break;
                }
            }
        }
        Ok(Reply::parse(&text)?)
    }
}
