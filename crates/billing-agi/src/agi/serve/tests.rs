use super::*;
use crate::agi::testing::Noting;
use tokio::io::{AsyncBufReadExt, BufReader, DuplexStream, duplex, split};
use tokio::sync::watch;

/// A caller who can hang up, an exchange that serves, and the script's end.
fn scene(news: HangUpNews) -> (watch::Sender<bool>, Noting, DuplexStream, DuplexStream) {
    let (caller, seen) = watch::channel(false);
    let (ours, theirs) = duplex(256);
    (caller, Noting { asked: Vec::new(), caller: seen, news }, ours, theirs)
}

fn facts() -> Environment {
    Environment::new().with("request", "test")
}

async fn serve_it(host: &mut Noting, ours: DuplexStream) -> Result<Ended, ServeError> {
    let (input, output) = split(ours);
    serve(input, output, &facts(), host).await
}

async fn line(script: &mut BufReader<DuplexStream>) -> String {
    let mut line = String::new();
    script.read_line(&mut line).await.unwrap();
    line.trim_end().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_script_is_told_of_its_call_and_gets_a_reply_to_each_line() {
    let (_caller, mut host, ours, theirs) = scene(HangUpNews::Otherwise);
    let script = async {
        let mut script = BufReader::new(theirs);
        assert_eq!(
            (line(&mut script).await, line(&mut script).await),
            ("agi_request: test".into(), String::new())
        );
        script.write_all(b"ANSWER\nDANCE\nHANGUP a b\n").await.unwrap();
        assert_eq!(line(&mut script).await, "200 result=0");
        assert_eq!(line(&mut script).await, "510 Invalid or unknown command");
        assert_eq!(line(&mut script).await, "520-Invalid command syntax.  Proper usage follows:");
        assert_eq!(line(&mut script).await, "Usage: HANGUP [channel]");
        let _synopsis = line(&mut script).await;
        assert_eq!(line(&mut script).await, "520 End of proper usage.");
    };
    let (ended, ()) = tokio::join!(serve_it(&mut host, ours), script);
    assert_eq!(ended.unwrap(), Ended::Done);
    assert_eq!(host.asked, [Command::Answer]);
}

#[tokio::test(start_paused = true)]
async fn what_takes_its_time_is_announced() {
    let (_caller, mut host, ours, theirs) = scene(HangUpNews::Otherwise);
    let script = async {
        let mut script = BufReader::new(theirs);
        let _facts = (line(&mut script).await, line(&mut script).await);
        script.write_all(b"GOSUB routines s 1\n").await.unwrap();
        assert_eq!(line(&mut script).await, "100 result=0 Trying...");
        assert_eq!(line(&mut script).await, "200 result=0");
    };
    let (ended, ()) = tokio::join!(serve_it(&mut host, ours), script);
    assert_eq!(ended.unwrap(), Ended::Done);
}

#[tokio::test(start_paused = true)]
async fn a_script_that_never_reads_is_served_all_the_same() {
    let (_caller, mut host, ours, mut theirs) = scene(HangUpNews::Otherwise);
    let script = async {
        for _ in 0..1_000 {
            theirs.write_all(b"NOOP and nothing else\n").await.unwrap();
        }
        // It ends without having read a line.
        drop(theirs);
    };
    let (ended, ()) = tokio::join!(serve_it(&mut host, ours), script);
    assert_eq!(ended.unwrap(), Ended::Done);
    assert_eq!(host.asked.len(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn one_that_breaks_off_and_never_reads_is_not_waited_for() {
    let (_caller, mut host, ours, theirs) = scene(HangUpNews::Otherwise);
    let script = async {
        let mut script = theirs;
        script.write_all("NOOP\n".repeat(50).as_bytes()).await.unwrap();
        script.write_all(b"ASYNCAGI BREAK\n").await.unwrap();
        script
    };
    let (ended, _script) = tokio::join!(serve_it(&mut host, ours), script);
    assert_eq!(ended.unwrap(), Ended::Broken);
}

#[tokio::test(start_paused = true)]
async fn after_a_hang_up_only_what_makes_sense_is_done() {
    let (caller, mut host, ours, theirs) = scene(HangUpNews::Line);
    let script = async {
        let mut script = BufReader::new(theirs);
        let _facts = (line(&mut script).await, line(&mut script).await);
        script.write_all(b"WAIT FOR DIGIT -1\n").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        caller.send(true).unwrap();
        assert_eq!(line(&mut script).await, "200 result=-1");
        assert_eq!(line(&mut script).await, "HANGUP");
        script.write_all(b"STREAM FILE hello \"\"\nSET VARIABLE A b\n").await.unwrap();
        assert_eq!(
            line(&mut script).await,
            "511 Command Not Permitted on a dead channel or intercept routine"
        );
        assert_eq!(line(&mut script).await, "200 result=0");
    };
    let (ended, ()) = tokio::join!(serve_it(&mut host, ours), script);
    assert_eq!(ended.unwrap(), Ended::Done);
    assert_eq!(host.asked.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_script_says_after_the_news_is_answered() {
    let (caller, mut host, ours, theirs) = scene(HangUpNews::Line);
    let script = async {
        let mut script = BufReader::new(theirs);
        let _facts = (line(&mut script).await, line(&mut script).await);
        tokio::time::sleep(Duration::from_secs(1)).await;
        caller.send(true).unwrap();
        assert_eq!(line(&mut script).await, "HANGUP");
        script.write_all(b"WAIT FOR DIGIT -1\n").await.unwrap();
        assert_eq!(
            line(&mut script).await,
            "511 Command Not Permitted on a dead channel or intercept routine"
        );
    };
    let (ended, ()) = tokio::join!(serve_it(&mut host, ours), script);
    assert_eq!(ended.unwrap(), Ended::Done);
}

#[tokio::test(start_paused = true)]
async fn a_script_that_hangs_holds_nobody_once_the_caller_is_gone() {
    let (caller, mut host, ours, theirs) = scene(HangUpNews::Otherwise);
    let begun = Instant::now();
    caller.send(true).unwrap();
    assert_eq!(serve_it(&mut host, ours).await.unwrap(), Ended::Abandoned);
    assert_eq!(begun.elapsed(), PATIENCE);
    drop(theirs);
}

#[tokio::test(start_paused = true)]
async fn streams_may_end_with_the_call() {
    let (caller, mut host, ours, theirs) = scene(HangUpNews::End);
    let leave = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        caller.send(true).unwrap();
    };
    let (ended, ()) = tokio::join!(serve_it(&mut host, ours), leave);
    assert_eq!(ended.unwrap(), Ended::HungUp);
    drop(theirs);
}

#[tokio::test(start_paused = true)]
async fn a_flood_without_line_ends_is_given_up() {
    let (_caller, mut host, ours, mut theirs) = scene(HangUpNews::Otherwise);
    let flood = async { while theirs.write_all(&[b'x'; 200]).await.is_ok() {} };
    let (ended, ()) = tokio::join!(async { serve_it(&mut host, ours).await }, flood);
    assert!(matches!(ended, Err(ServeError::Line(LineError))), "{ended:?}");
}
