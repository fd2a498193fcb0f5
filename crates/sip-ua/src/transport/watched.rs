//! A stream that is seen through: whether something came, and what was read of it before.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::BoxedStream;

/// A stream that remembers whether something came: a WebSocket does not tell of a frame that is under way. It may begin with what was
/// read of it already.
pub(crate) struct Watched {
    head: Bytes,
    stream: BoxedStream,
    came: bool,
}

impl Watched {
    pub(super) fn new(stream: BoxedStream) -> Self {
        Self::beginning_with(Bytes::new(), stream)
    }

    /// A stream of which `head` was read already.
    pub(super) fn beginning_with(head: Bytes, stream: BoxedStream) -> Self {
        Self { head, stream, came: false }
    }

    /// Whether something came since the last time that this was asked.
    pub(super) fn take_came(&mut self) -> bool {
        std::mem::take(&mut self.came)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.head.is_empty() {
            let count = buffer.remaining().min(self.head.len());
            buffer.put_slice(&self.head.split_to(count));
            self.came |= count > 0;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.came |= buffer.filled().len() > before;
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
