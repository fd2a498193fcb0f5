use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::functions::testing::Bench;

#[tokio::test]
async fn commands_see_the_environment_and_print() {
    let mut bench = Bench::new().await;
    bench.set("ENV(IPBX_TEST_NAME)", "a b").await;
    bench
        .expect(&[
            ("${ENV(IPBX_TEST_NAME)}|${SHELL(printf '%s' \"$IPBX_TEST_NAME\")}", "a b|a b"),
            (
                "${SHELL(echo one; echo two >&2)}${LEN(${SHELL(head -c 100000 /dev/zero | tr '\\0' x)})}",
                "one\n65536",
            ),
            ("[${ENV(IPBX_TEST_NONE)}]", "[]"),
        ])
        .await;
    bench.set("ENV(a=b)", "1").await;
    assert_eq!(bench.read("${SHELL()}").await, "");
    assert_eq!(bench.warnings().len(), 2);
}

/// Answers each connection with what stands at its place, and tells the requests.
async fn server(answers: Vec<String>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4_096];
            let mut length = 0;
            // All of the body has come when its last octets have.
            while !String::from_utf8_lossy(&request[..length]).contains("\r\n\r\n") {
                length += stream.read(&mut request[length..]).await.unwrap();
            }
            asked.push(String::from_utf8_lossy(&request[..length]).into_owned());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        asked
    });
    (address, serving)
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn web_servers_are_asked() {
    let mut bench = Bench::new().await;
    let moved = "HTTP/1.1 302 Found\r\nLocation: /there?x=1\r\nContent-Length: 0\r\n\r\n".to_owned();
    let gone = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno".to_owned();
    let answers = vec![ok("hello\n"), ok("a=1&b=x%2Cy+z"), moved, ok("there"), gone.clone(), gone];
    let (address, serving) = server(answers).await;
    bench.set("URL", &format!("http://{address}/a b")).await;
    bench.set("CURLOPT(httpheader)", "X-Key: 7").await;
    bench.set("CURLOPT(userpwd)", "u:p").await;
    bench.expect(&[("${CURL(${URL})}", "hello")]).await;
    bench.set("CURLOPT(hashcompat)", "yes").await;
    let answer = bench.read("${CURL(${URL},n=5&m=6)}").await;
    assert_eq!((answer.as_str(), bench.read("${~ODBCFIELDS~}").await.as_str()), ("1,x\\,y z", "a,b"));
    bench.set("HASH(form)", &answer).await;
    bench.set("CURLOPT(hashcompat)", "no").await;
    bench.set("CURLOPT(followlocation)", "1").await;
    bench.expect(&[("${HASH(form,b)} ${CURL(${URL})} ${CURL(${URL})}", "x,y z there no")]).await;
    bench.set("CURLOPT(failurecodes)", "404,500").await;
    bench.expect(&[("[${CURL(${URL})}]", "[]")]).await;
    assert_eq!(bench.warnings(), ["function CURL: CURL: the server answered with 404"]);
    let asked = serving.await.unwrap();
    assert!(asked[0].starts_with("GET /a%20b HTTP/1.1\r\n") && asked[0].contains("x-key: 7"), "{}", asked[0]);
    assert!(asked[0].contains("authorization: Basic dTpw"));
    assert!(asked[1].starts_with("POST /a%20b "), "{}", asked[1]);
    assert!(asked[3].starts_with("GET /there?x=1 "));
}

#[tokio::test]
async fn how_curl_asks_is_said_in_its_words() {
    let mut bench = Bench::new().await;
    bench.set("CURLOPT(httptimeout)", "0.05").await;
    bench.set("CURLOPT(ssl_verifypeer)", "0").await;
    bench.set("CURLOPT(nothing)", "0").await;
    bench.set("CURLOPT(conntimeout)", "soon").await;
    assert_eq!(bench.warnings().len(), 3);
    bench
        .expect(&[("${CURLOPT(httptimeout)} ${CURLOPT(hashcompat)} ${CURLOPT(ssl_verifypeer)}", "0.05 no 1")])
        .await;
    // It takes the connection and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    bench.set("URL", &format!("http://{}/", listener.local_addr().unwrap())).await;
    bench.expect(&[("[${CURL(${URL})}${CURL(ftp://x/)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 2);
}
