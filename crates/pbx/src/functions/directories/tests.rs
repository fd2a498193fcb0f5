//! Against a name server on loopback that says what it is told.

use std::net::UdpSocket;

use crate::functions::testing::Bench;

/// A server with these records: name, type, data. It lives as long as the test.
fn name_server(zone: Vec<(&'static str, u16, Vec<u8>)>) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut buffer = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&answer(&buffer[..length], &zone), from);
        }
    });
    address
}

fn answer(asked: &[u8], zone: &[(&str, u16, Vec<u8>)]) -> Vec<u8> {
    let end = 12 + asked[12..].iter().position(|octet| *octet == 0).unwrap() + 1;
    let kind = u16::from_be_bytes([asked[end], asked[end + 1]]);
    let found: Vec<_> =
        zone.iter().filter(|(name, of, _)| labels(name) == asked[12..end] && *of == kind).collect();
    let mut reply = asked[..2].to_vec();
    reply.extend([0x85, if found.is_empty() { 0x83 } else { 0x80 }, 0, 1]);
    reply.extend(u16::try_from(found.len()).unwrap().to_be_bytes());
    reply.extend([0; 4]);
    reply.extend(&asked[12..end + 4]);
    for (_, _, data) in found {
        reply.extend([0xc0, 12]);
        reply.extend(kind.to_be_bytes());
        reply.extend([0, 1, 0, 0, 0, 60]);
        reply.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        reply.extend(data);
    }
    reply
}

fn labels(name: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name.split('.') {
        wire.push(u8::try_from(label.len()).unwrap());
        wire.extend(label.to_ascii_lowercase().bytes());
    }
    wire.push(0);
    wire
}

fn srv(priority: u16, weight: u16, port: u16, host: &str) -> Vec<u8> {
    let mut data = [priority, weight, port].map(u16::to_be_bytes).concat();
    data.extend(labels(host));
    data
}

fn naptr(order: u16, service: &str, rule: &str) -> Vec<u8> {
    let mut data = [order, 10].map(u16::to_be_bytes).concat();
    for text in ["u", service, rule] {
        data.push(u8::try_from(text.len()).unwrap());
        data.extend(text.bytes());
    }
    data.push(0);
    data
}

fn txt(pieces: &[&str]) -> Vec<u8> {
    let piece = |text: &&str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    pieces.iter().flat_map(piece).collect()
}

async fn bench() -> Bench {
    const NUMBER: &str = "1.2.3.9.7.9.1.3.4.e164.arpa";
    let server = name_server(vec![
        ("_sip._udp.example.com", 33, srv(20, 0, 5070, "second.example.com")),
        ("_sip._udp.example.com", 33, srv(10, 5, 5060, "light.example.com")),
        ("_sip._udp.example.com", 33, srv(10, 50, 5060, "first.example.com")),
        (NUMBER, 35, naptr(200, "E2U+sip", r"!^\+43(.*)$!sip:\1@second.example!")),
        (NUMBER, 35, naptr(100, "E2U+sip", "!^.*$!sip:info@example.com!")),
        (NUMBER, 35, naptr(50, "E2U+email:mailto", "!^.*$!mailto:x@example.com!")),
        (NUMBER, 16, txt(&["Café ", "Central\n"])),
        ("2.4.names.example", 16, txt(&["Desk"])),
        ("4.3.2.1.256.freenum.org", 35, naptr(1, "E2U+sip", r"!^(.*)\*.*$!sip:\1@isn.example!")),
    ]);
    let resolver = format!("[general]\nnameserver = {server}\n");
    Bench::with(&[("resolver_unbound.conf", resolver.as_str())]).await
}

#[tokio::test]
async fn servers_of_a_service_are_told_best_first() {
    let mut bench = bench().await;
    let id = bench.read("${SRVQUERY(_sip._udp.example.com)}").await;
    bench.set("id", &id).await;
    bench
        .expect(&[
            (
                "${SRVRESULT(${id},getnum)} ${SRVRESULT(${id},1)} ${SRVRESULT(${id},1,weight)}",
                "3 first.example.com 50",
            ),
            (
                "${SRVRESULT(${id},2,host)} ${SRVRESULT(${id},3,port)} ${SRVRESULT(${id},3,priority)}",
                "light.example.com 5070 20",
            ),
            ("[${SRVRESULT(${id},4)}]", "[]"),
        ])
        .await;
    assert_eq!(bench.warnings(), [""; 0]);
    bench
        .expect(&[("[${SRVQUERY(_sip._udp.nowhere.example)}${SRVRESULT(99,1)}${SRVRESULT(${id},0)}]", "[]")])
        .await;
    assert_eq!(bench.warnings().len(), 3);
}

#[tokio::test]
async fn numbers_become_addresses() {
    let mut bench = bench().await;
    let id = bench.read("${ENUMQUERY(+431979321)}").await;
    bench.set("id", &id).await;
    bench
        .expect(&[
            ("${ENUMLOOKUP(+431979321)}", "info@example.com"),
            ("${ENUMLOOKUP(+431979321,sip,,2)}", "1979321@second.example"),
            ("${ENUMLOOKUP(+431979321,sip,u)}", "sip:info@example.com"),
            ("${ENUMLOOKUP(+431979321,ALL)} ${ENUMLOOKUP(+431979321,ALL,c)}", "mailto:x@example.com 3"),
            ("${ENUMLOOKUP(1234*256,sip,s,1,freenum.org)}", "1234@isn.example"),
            ("[${ENUMLOOKUP(+4300)}] ${ENUMLOOKUP(+4300,sip,c)}", "[] 0"),
            ("${ENUMRESULT(${id},getnum)} ${ENUMRESULT(${id},2)}", "2 1979321@second.example"),
        ])
        .await;
    assert_eq!(bench.warnings(), [""; 0]);
    bench.expect(&[("[${ENUMLOOKUP()}${ENUMRESULT(7,1)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn numbers_have_names() {
    let mut bench = bench().await;
    bench
        .expect(&[
            ("${TXTCIDNAME(+431979321)}", "Café Central"),
            ("${TXTCIDNAME(2.4,names.example.)}[${TXTCIDNAME(+4300)}]", "[]"),
            ("${TXTCIDNAME(42,names.example.)}", "Desk"),
        ])
        .await;
    assert_eq!(bench.warnings(), [""; 0]);
    bench.expect(&[("[${TXTCIDNAME(nobody)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 1);
}
