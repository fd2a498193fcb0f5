use sip_ua::guard::Network;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that gives this answer to the first request; its address, and what it was asked.
async fn server(answer: Vec<u8>) -> (CertificateUrl, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.unwrap());
        }
        // Whoever has read enough hangs up.
        let _ = stream.write_all(&answer).await;
        String::from_utf8(asked).unwrap()
    });
    let url = CertificateUrl::parse(&format!("http://127.0.0.1:{port}/a.pem?b=c"), true, true).unwrap();
    (url, asked)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

async fn fetched(head: &str, body: &[u8]) -> Result<(Vec<u8>, Option<Duration>), FetchProblem> {
    let (url, _) = server(answer(head, body)).await;
    let fetched = fetch(&url, &[], &WebAuthorities::default()).await?;
    Ok((fetched.body.to_vec(), fetched.max_age))
}

#[tokio::test]
async fn one_request_brings_what_is_there() {
    let (url, asked) = server(answer("200 OK\r\nCache-Control: public, max-age=600", b"PEM")).await;
    let fetched = fetch(&url, &[], &WebAuthorities::default()).await.unwrap();
    assert_eq!((&*fetched.body, fetched.max_age), (&b"PEM"[..], Some(Duration::from_secs(600))));
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("GET /a.pem?b=c HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_ascii_lowercase().contains(&format!("host: 127.0.0.1:{}\r\n", url.port)), "{asked}");
}

#[tokio::test]
async fn nothing_else_than_200_counts() {
    for status in [301_u16, 404, 500, 204] {
        let told = fetched(&format!("{status} X\r\nLocation: http://127.0.0.1/"), b"").await;
        assert_eq!(told, Err(FetchProblem::Status(status)));
    }
    let garbage = fetch(&server(b"SSH-2.0\r\n".to_vec()).await.0, &[], &WebAuthorities::default()).await;
    assert!(matches!(garbage.map(drop), Err(FetchProblem::Failed(_))));
}

#[tokio::test]
async fn an_answer_is_bounded() {
    assert_eq!(fetched("200 OK", &vec![b'a'; LONGEST]).await.map(|(body, _)| body.len()), Ok(LONGEST));
    assert_eq!(fetched("200 OK", &vec![b'a'; LONGEST + 1]).await, Err(FetchProblem::TooLong));
    // One that does not tell its length is cut all the same.
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend(vec![b'a'; LONGEST + 1]);
    let (url, _) = server(endless).await;
    let told = fetch(&url, &[], &WebAuthorities::default()).await;
    assert_eq!(told.map(drop), Err(FetchProblem::TooLong));
}

#[tokio::test]
async fn addresses_that_are_kept_out_are_not_asked() {
    let (url, asked) = server(answer("200 OK", b"PEM")).await;
    let mut list = AccessList::new("test");
    list.push(false, Network::parse("127.0.0.0/8").unwrap());
    let told = fetch(&url, &[AccessList::default(), list], &WebAuthorities::default()).await;
    assert_eq!(told.map(drop), Err(FetchProblem::KeptOut("127.0.0.1".to_owned())));
    asked.abort();
    // A name is judged by where it leads.
    let named = CertificateUrl::parse(&format!("http://localhost:{}/", url.port), true, true).unwrap();
    let told = fetch(&named, &[AccessList::closed("test")], &WebAuthorities::default()).await;
    assert_eq!(told.map(drop), Err(FetchProblem::KeptOut("localhost".to_owned())));
}

#[test]
fn ages_are_read_and_bounded() {
    let age = |value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, value.parse().unwrap());
        max_age(&headers).map(|age| age.as_secs())
    };
    assert_eq!(age("max-age=60"), Some(60));
    assert_eq!(age("private, max-age=3600, must-revalidate"), Some(3_600));
    assert_eq!(age("max-age=99999999999"), Some(LONGEST_AGE.as_secs()));
    assert_eq!((age("no-store"), age("max-age=x")), (None, None));
}
