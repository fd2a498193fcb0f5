//! Streams from a server of this machine.

use std::time::Duration;

use media_bridge::MediaConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const TONE: &[u8] = include_bytes!("../../../audio/tests/data/tone.mp3");

/// A server that answers one connection after the other with these; its address.
async fn server(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1_024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    format!("http://{address}")
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

fn radio() -> (Arc<Radio>, Arc<Mutex<Vec<String>>>) {
    let config = MediaConfig { ports: 34_100..=34_199, threads: Some(1), ..MediaConfig::default() };
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let tell = {
        let told = told.clone();
        Arc::new(move |text| told.lock().unwrap().push(text))
    };
    (Arc::new(Radio::new(MediaEngine::start(config).unwrap(), tell)), told)
}

/// What media threads and servers do takes its time.
async fn until(holds: impl Fn() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.unwrap();
}

#[tokio::test]
async fn a_file_is_heard_to_its_end_by_all_at_once() {
    let (radio, told) = radio();
    let length = TONE.len();
    let file = answer(&format!("200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: {length}"), TONE);
    let address = format!("{}/tone.mp3", server(vec![file]).await);
    let broadcast = radio.tune_in(&address).unwrap();
    let again = radio.tune_in(&address).unwrap();
    assert!(broadcast.is_same_as(&again));
    until(|| broadcast.is_over()).await;
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_fetched_again() {
    let (radio, told) = radio();
    let part = answer("200 OK\r\nContent-Type: audio/mpeg", &TONE[..TONE.len() / 2]);
    let whole = answer(&format!("200 OK\r\nContent-Length: {}", TONE.len()), TONE);
    let list = answer("302 Found\r\nLocation: /live\r\nContent-Length: 0", b"");
    let address = server(vec![list, part, whole]).await;
    let broadcast = radio.tune_in(&address).unwrap();
    until(|| broadcast.is_over()).await;
    let told = told.lock().unwrap();
    assert_eq!(told[..], [format!("the stream {address}/ broke off; it is fetched again")]);
}

#[tokio::test]
async fn a_playlist_leads_to_its_entries_and_garbage_to_a_word_about_it() {
    let (radio, told) = radio();
    let list = answer("200 OK\r\nContent-Type: audio/x-mpegurl", b"#EXTM3U\n/one.mp3\n");
    let file = answer(&format!("200 OK\r\nContent-Length: {}", TONE.len()), TONE);
    let broadcast = radio.tune_in(&format!("{}/list", server(vec![list, file]).await)).unwrap();
    until(|| broadcast.is_over()).await;
    assert!(told.lock().unwrap().is_empty());
    let text = answer("200 OK\r\nContent-Length: 2000", &[b'x'; 2_000]);
    let broadcast =
        radio.tune_in(&server(vec![text.clone(), text.clone(), text.clone(), text]).await).unwrap();
    until(|| broadcast.is_over()).await;
    assert!(told.lock().unwrap().iter().any(|text| text.contains("not readable as MP3")));
    assert!(radio.tune_in("ftp://radio.example/").is_err());
}
