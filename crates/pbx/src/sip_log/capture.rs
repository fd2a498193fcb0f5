//! Messages in a file as Wireshark reads it (libpcap's, version 2.4), each as a datagram between the two ends that it had.
//!
//! What went over a connection, or through TLS, is a datagram there too: the message alone is of interest, and readers find it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{SystemTime, UNIX_EPOCH};

use super::packet::{self, LONGEST};

/// Packets that wait for the disk. Beyond them they are left out, and counted: calls do not wait for it.
const WAITING: usize = 4_096;

/// Packets begin with their header of IP (`LINKTYPE_RAW`).
const LINK_TYPE: u32 = 101;

/// Why nothing is captured.
#[derive(Debug, thiserror::Error)]
#[error("Failed to open file '{}' for pcap writing: {source}", path.display())]
pub struct CaptureError {
    path: PathBuf,
    source: io::Error,
}

/// A file that is written for as long as this lives, by a thread of its own.
pub(super) struct Capture {
    packets: SyncSender<Vec<u8>>,
    left_out: Arc<AtomicU64>,
}

impl Capture {
    /// Begins the file, in place of one that is there.
    pub(super) fn create(path: &Path) -> Result<Self, CaptureError> {
        let failed = |source| CaptureError { path: path.to_owned(), source };
        let mut file = File::create(path).map_err(failed)?;
        file.write_all(&file_header()).map_err(failed)?;
        let (packets, queue) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let (path, missed) = (path.to_owned(), left_out.clone());
        let write = move || {
            if let Err(error) = write_all(&queue, BufWriter::new(file)) {
                tracing::error!(%error, "the capture of SIP messages in {} ends", path.display());
            }
            let missed = missed.load(Ordering::Relaxed);
            if missed > 0 {
                tracing::error!(
                    "{missed} SIP messages are missing in {}: the disk was too slow",
                    path.display()
                );
            }
        };
        std::thread::Builder::new().name("sip-capture".to_owned()).spawn(write).map_err(failed)?;
        Ok(Self { packets, left_out })
    }

    /// Keeps a message that went from the first end to the second.
    pub(super) fn keep(&self, time: SystemTime, ends: [SocketAddr; 2], message: &[u8]) {
        if self.packets.try_send(record(time, ends, message)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes what comes until nothing can come any more. What is written can be read at once.
fn write_all(queue: &Receiver<Vec<u8>>, mut file: impl Write) -> io::Result<()> {
    while let Ok(record) = queue.recv() {
        file.write_all(&record)?;
        while let Ok(record) = queue.try_recv() {
            file.write_all(&record)?;
        }
        file.flush()?;
    }
    Ok(())
}

fn file_header() -> Vec<u8> {
    let mut header = Vec::with_capacity(24);
    header.extend(0xa1b2_c3d4_u32.to_le_bytes());
    header.extend(2_u16.to_le_bytes());
    header.extend(4_u16.to_le_bytes());
    // The zone of its times, and how exact they are: both always zero.
    header.extend([0; 8]);
    header.extend((LONGEST as u32).to_le_bytes());
    header.extend(LINK_TYPE.to_le_bytes());
    header
}

/// A packet with its time.
fn record(time: SystemTime, ends: [SocketAddr; 2], message: &[u8]) -> Vec<u8> {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (packet, whole_length) = packet::of_message(ends, message);
    let mut record = Vec::with_capacity(16 + packet.len());
    // The format has seconds until 2106.
    record.extend((since.as_secs() as u32).to_le_bytes());
    record.extend(since.subsec_micros().to_le_bytes());
    record.extend((packet.len() as u32).to_le_bytes());
    record.extend((whole_length as u32).to_le_bytes());
    record.extend(packet);
    record
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_holds_what_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sip.pcap");
        let (mut file, queue) = (Vec::new(), sync_channel(2));
        let capture = Capture { packets: queue.0, left_out: Arc::default() };
        let ends = ["192.0.2.1:5060".parse().unwrap(), "192.0.2.2:5060".parse().unwrap()];
        let at = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        for message in [&b"one"[..], b"two", b"three"] {
            capture.keep(at, ends, message);
        }
        assert_eq!(capture.left_out.load(Ordering::Relaxed), 1, "nobody waits for a disk");
        drop(capture);
        write_all(&queue.1, &mut file).unwrap();
        assert_eq!(file.len(), 2 * (16 + 28 + 3));
        assert_eq!(file[..4], 1_700_000_000_u32.to_le_bytes());
        assert_eq!(file[4..8], 123_456_u32.to_le_bytes());
        assert_eq!(file[8..16], [31, 0, 0, 0, 31, 0, 0, 0]);
        assert!(file.ends_with(b"two"));

        std::fs::write(&path, "an old one").unwrap();
        drop(Capture::create(&path).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), file_header());
        let error = Capture::create(&folder.path().join("nowhere/sip.pcap")).err().unwrap().to_string();
        assert!(error.contains("nowhere/sip.pcap' for pcap writing: No such file"), "{error}");
    }
}
