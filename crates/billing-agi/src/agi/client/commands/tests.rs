use super::*;
use crate::agi::Environment;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, split};

/// Runs a script against an exchange that says `replies` one after the other; yields what it was asked.
async fn asked<T>(
    replies: &str,
    script: impl AsyncFnOnce(
        &mut Agi<tokio::io::ReadHalf<tokio::io::DuplexStream>, tokio::io::WriteHalf<tokio::io::DuplexStream>>,
    ) -> T,
) -> (T, String) {
    let (mut exchange, ours) = duplex(4_096);
    let (input, output) = split(ours);
    exchange.write_all(Environment::new().with("callerid", "6001").to_string().as_bytes()).await.unwrap();
    exchange.write_all(replies.as_bytes()).await.unwrap();
    let mut agi = Agi::begin(input, output).await.unwrap();
    assert_eq!(agi.environment().get("callerid"), Some("6001"));
    let result = script(&mut agi).await;
    drop(agi);
    let mut said = String::new();
    exchange.read_to_string(&mut said).await.unwrap();
    (result, said)
}

#[tokio::test]
async fn keys_and_entries_are_read() {
    let replies =
        "200 result=35 endpos=800\n200 result=0 endpos=1600\n200 result=12 (timeout)\n200 result=1234\n";
    let (heard, said) = asked(replies, async |agi| {
        let key = agi.stream_file("hello", Keys("#")).await.unwrap();
        let end = agi.stream_file("hello", Keys::NONE).await.unwrap();
        let short = agi.get_data("pin", Some(Duration::from_secs(2)), Some(4)).await.unwrap();
        let whole = agi.get_data("pin", None, Some(4)).await.unwrap();
        (key, end, short, whole)
    })
    .await;
    let (key, end, short, whole) = heard;
    assert_eq!((key, end), (Some('#'), None));
    assert_eq!(short, Entry { digits: "12".into(), timed_out: true });
    assert_eq!(whole, Entry { digits: "1234".into(), timed_out: false });
    let lines = "STREAM FILE hello #\nSTREAM FILE hello \"\"\nGET DATA pin 2000 4\nGET DATA pin \"\" 4\n";
    assert_eq!(said, lines);
}

#[tokio::test]
async fn values_may_be_missing_and_hold_brackets() {
    let replies = "200 result=1 (a (b) c)\n200 result=0\n200 result=1 ()\n";
    let (values, _) = asked(replies, async |agi| {
        let mut values = Vec::new();
        for name in ["A", "B", "C"] {
            values.push(agi.get_variable(name).await.unwrap());
        }
        values
    })
    .await;
    assert_eq!(values, [Some("a (b) c".into()), None, Some(String::new())]);
}

#[tokio::test]
async fn a_routine_is_waited_for() {
    let replies =
        "100 result=0 Trying...\n200 result=0 Gosub complete\n200 result=-1 Gosub label not found\n";
    let ((run, missing), _) = asked(replies, async |agi| {
        let run = agi.gosub("routines", "s", "1", None).await;
        (run, agi.gosub("routines", "s", "no-such", None).await)
    })
    .await;
    assert!(run.is_ok() && matches!(missing, Err(AgiError::Failed)), "{run:?} {missing:?}");
}

#[tokio::test]
async fn what_goes_wrong_has_a_name() {
    let replies = "200 result=-2\n200 result=-1\nHANGUP\n511 Command Not Permitted\n510 Invalid\n\
        520-Invalid command syntax.  Proper usage follows:\nUsage: X\n520 End of proper usage.\n";
    let (_, said) = asked(replies, async |agi| {
        let none = agi.exec("Nothing", "").await;
        assert!(matches!(none, Err(AgiError::NoSuchApplication(name)) if name == "Nothing"));
        assert!(matches!(agi.answer().await, Err(AgiError::Failed)) && !agi.has_hung_up());
        assert!(matches!(agi.answer().await, Err(AgiError::Dead(_))) && agi.has_hung_up());
        assert!(matches!(agi.answer().await, Err(AgiError::Unknown(_))));
        let usage = agi.answer().await;
        assert!(matches!(usage, Err(AgiError::Usage { usage, .. }) if usage == "Usage: X"));
    })
    .await;
    assert!(said.starts_with("EXEC Nothing\nANSWER\n"));
}

#[tokio::test]
async fn an_exchange_that_leaves_is_an_error() {
    let (exchange, ours) = duplex(64);
    let (input, output) = split(ours);
    drop(exchange);
    assert!(matches!(Agi::begin(input, output).await, Err(AgiError::Closed)));
}
