use std::sync::atomic::{AtomicUsize, Ordering};

use stir_shaken::{Policy, TrustStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::configuration::FailureAction;

/// Settings that let loopback in and keep what they get below `folder`.
fn settings(folder: &std::path::Path) -> Verification {
    Verification {
        trust: Arc::new(TrustStore::new()),
        policy: Policy::default(),
        failure_action: FailureAction::default(),
        rfc9410: false,
        access: Vec::new(),
        patience: Duration::from_secs(5),
        cache: folder.join("cache"),
        keep: Duration::from_secs(60),
        cache_size: 10,
    }
}

/// A server that gives `body` to everybody; its address, and how often it was asked.
async fn server(body: Vec<u8>) -> (CertificateUrl, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/c.pem", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut head = [0_u8; 1];
            stream.read_exact(&mut head).await.unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
        }
    });
    (CertificateUrl::parse(&url, true, true).unwrap(), asked)
}

/// A certificate with a list of numbers, in force for many years.
fn certificate() -> String {
    let mut params = rcgen::CertificateParams::new([]).unwrap();
    let list = b"\x30\x08\xa0\x06\x16\x04709J".to_vec();
    params
        .custom_extensions
        .push(rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], list));
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
}

#[tokio::test]
async fn many_calls_fetch_a_certificate_once() {
    let folder = tempfile::tempdir().unwrap();
    let pem = certificate();
    let (url, asked) = server(pem.clone().into_bytes()).await;
    let (source, settings) = (CertificateSource::default(), settings(folder.path()));
    let all = futures(&source, &url, &settings, 20).await;
    assert!(all.iter().all(|found| found.as_deref() == Ok(pem.as_bytes())));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(source.turns.lock().unwrap().is_empty());
}

async fn futures(
    source: &CertificateSource,
    url: &CertificateUrl,
    settings: &Verification,
    n: usize,
) -> Vec<Found> {
    let mut waiting: Vec<_> = (0..n).map(|_| Box::pin(source.get(url, settings))).collect();
    let mut found = Vec::new();
    // They run side by side: each is polled while the first one waits.
    let first = waiting.remove(0);
    let others = async {
        let mut all = Vec::new();
        for one in waiting {
            all.push(one.await);
        }
        all
    };
    let (one, rest) = tokio::join!(first, others);
    found.push(one);
    found.extend(rest);
    found
}

#[tokio::test]
async fn a_certificate_is_on_the_disk_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (url, asked) = server(certificate().into_bytes()).await;
    let settings = settings(folder.path());
    CertificateSource::default().get(&url, &settings).await.unwrap();
    // The disk is written beside the call.
    while cache::read(&settings.cache, &url.text, SystemTime::now()).is_none() {
        tokio::task::yield_now().await;
    }
    CertificateSource::default().get(&url, &settings).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rubbish_is_not_kept_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (url, asked) = server(b"rubbish".to_vec()).await;
    let (source, settings) = (CertificateSource::default(), settings(folder.path()));
    for _ in 0..3 {
        assert_eq!(source.get(&url, &settings).await.as_deref(), Ok(&b"rubbish"[..]));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "a server is not asked again at once");
    assert!(!settings.cache.exists());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_waited_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let url = CertificateUrl::parse(&url, true, true).unwrap();
    let (source, settings) = (CertificateSource::default(), settings(folder.path()));
    let begun = tokio::time::Instant::now();
    let found = source.get(&url, &settings).await;
    assert!(found.is_err_and(|why| why.contains("curl_timeout")));
    assert!(source.get(&url, &settings).await.is_err());
    assert_eq!(begun.elapsed().as_secs(), 5);
}
