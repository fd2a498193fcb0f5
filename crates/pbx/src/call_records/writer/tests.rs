use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::sample::record;
use super::*;

/// A place that tells what it is given, and does with it what it is told.
struct Gate {
    begun: Sender<Vec<u64>>,
    end: Receiver<bool>,
    synced: Sender<()>,
}

impl RecordStore for Gate {
    fn place(&self) -> String {
        "the gate".to_owned()
    }

    fn write(&mut self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        self.begun.send(records.iter().map(|record| record.sequence).collect()).unwrap();
        let good = self.end.recv().unwrap_or(true);
        good.then_some(()).ok_or_else(|| "it is shut".to_owned())
    }

    fn sync(&mut self) -> Result<(), String> {
        // Who does not count does not mind.
        let _ = self.synced.send(());
        Ok(())
    }
}

struct Bench {
    writer: RecordWriter,
    begun: Receiver<Vec<u64>>,
    end: Sender<bool>,
    told: Receiver<String>,
    synced: Receiver<()>,
}

fn bench(batch: Option<RecordBatch>) -> Bench {
    let (say, told) = channel();
    let (begin, begun) = channel();
    let (end, ends) = channel();
    let (sync, synced) = channel();
    let writer = RecordWriter::start(Box::new(move |text| drop(say.send(text)))).unwrap();
    writer.follow(vec![Box::new(Gate { begun: begin, end: ends, synced: sync })], batch);
    Bench { writer, begun, end, told, synced }
}

fn numbered(sequence: u64) -> Arc<CallRecord> {
    Arc::new(CallRecord { sequence, ..record() })
}

#[tokio::test]
async fn what_comes_while_the_disk_works_goes_out_together_and_in_order() {
    let Bench { writer, begun, end, .. } = bench(None);
    writer.write(numbered(0));
    assert_eq!(begun.recv().unwrap(), [0]);
    // The disk hangs; whoever has a record goes on at once.
    (1..=500).for_each(|n| writer.write(numbered(n)));
    assert_eq!(writer.counts().waiting, 500);
    end.send(true).unwrap();
    end.send(true).unwrap();
    assert!(begun.recv().unwrap().into_iter().eq(1..=500));
    writer.flush().await;
    assert_eq!(writer.counts(), WriterCounts { waiting: 0, written: 501, lost: 0 });
}

#[tokio::test]
async fn what_cannot_be_written_is_told_once_and_kept() {
    let Bench { writer, begun, end, told, .. } = bench(None);
    writer.write(numbered(0));
    assert_eq!(begun.recv().unwrap(), [0]);
    end.send(false).unwrap();
    let warning = told.recv().unwrap();
    assert!(
        warning.contains("the gate: call records cannot be written: it is shut; 1 wait in memory"),
        "{warning}"
    );
    writer.write(numbered(1));
    end.send(true).unwrap();
    writer.flush().await;
    assert_eq!(begun.try_iter().last(), Some(vec![0, 1]));
    assert!(told.recv().unwrap().contains("written again"));
    assert_eq!(writer.counts(), WriterCounts { waiting: 0, written: 2, lost: 0 });
}

#[tokio::test]
async fn a_queue_that_is_full_counts_what_it_loses() {
    let Bench { writer, begun, end, .. } = bench(None);
    writer.write(numbered(0));
    begun.recv().unwrap();
    let one = numbered(1);
    (0..MOST_WAITING + 5).for_each(|_| writer.write(one.clone()));
    assert_eq!((writer.counts().waiting, writer.counts().lost), (MOST_WAITING, 5));
    drop(end);
    writer.flush().await;
    assert_eq!(writer.counts().written, 1 + u64::try_from(MOST_WAITING).unwrap());
}

#[tokio::test]
async fn a_batch_is_written_when_it_is_full_or_asked_for() {
    let batch = RecordBatch { size: 3, time: Duration::from_secs(3_600) };
    let Bench { writer, begun, end, .. } = bench(Some(batch));
    drop(end);
    writer.write(numbered(0));
    writer.write(numbered(1));
    assert!(begun.try_recv().is_err());
    assert_eq!(writer.counts().waiting, 2);
    writer.write(numbered(2));
    assert_eq!(begun.recv().unwrap(), [0, 1, 2]);
    writer.write(numbered(3));
    writer.submit();
    assert_eq!(begun.recv().unwrap(), [3]);
    let short = RecordBatch { size: 100, time: Duration::from_millis(20) };
    let Bench { writer, begun, end, .. } = bench(Some(short));
    drop(end);
    writer.write(numbered(4));
    assert_eq!(begun.recv().unwrap(), [4], "its time is up");
}

#[tokio::test]
async fn places_that_stay_keep_what_waits_for_them() {
    let Bench { writer, begun, end, told, .. } = bench(None);
    writer.write(numbered(0));
    begun.recv().unwrap();
    end.send(false).unwrap();
    told.recv().unwrap();
    let (begin, again) = channel();
    let (_, open) = channel();
    writer.follow(vec![Box::new(Gate { begun: begin, end: open, synced: channel().0 })], None);
    writer.flush().await;
    assert_eq!(again.recv().unwrap(), [0]);
}

#[tokio::test]
async fn a_lone_record_is_on_the_disk_at_once_and_those_of_a_rush_together() {
    let Bench { writer, begun, end, synced, .. } = bench(None);
    drop(end);
    writer.write(numbered(0));
    begun.recv().unwrap();
    synced.recv().unwrap();
    for n in 1..=100 {
        writer.write(numbered(n));
        begun.recv().unwrap();
    }
    let rush = synced.try_iter().count();
    assert!(rush < 50, "the disk was waited for {rush} times");
    // Somebody who asks waits for no second.
    writer.write(numbered(101));
    writer.flush().await;
    assert!(synced.try_iter().count() >= 1);
}
