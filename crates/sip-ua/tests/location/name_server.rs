//! A name server on loopback that serves a zone of the tests, written with the library's message types.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, NAPTR, SRV, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record as Line, RecordType};
use sip_ua::location::{LookupError, Question, Record, RecordKind};
use tokio::net::UdpSocket;

use crate::zone::Zone;

pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    questions: Arc<AtomicUsize>,
}

impl NameServer {
    /// Serves `zone` until the runtime ends.
    pub(crate) async fn start(zone: Zone) -> NameServer {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback is there");
        let address = socket.local_addr().expect("it is bound");
        let questions = Arc::new(AtomicUsize::new(0));
        let counted = questions.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                counted.fetch_add(1, Ordering::Relaxed);
                if let Some(reply) = reply(&zone, &buffer[..length]) {
                    let _ = socket.send_to(&reply, from).await;
                }
            }
        });
        NameServer { address, questions }
    }

    /// Questions that came.
    pub(crate) fn questions(&self) -> usize {
        self.questions.load(Ordering::Relaxed)
    }
}

fn reply(zone: &Zone, datagram: &[u8]) -> Option<Vec<u8>> {
    let request = Message::from_vec(datagram).ok()?;
    let query = request.queries.first()?.clone();
    let mut response = Message::response(request.metadata.id, OpCode::Query);
    response.metadata.recursion_desired = true;
    response.metadata.recursion_available = true;
    response.add_query(query.clone());
    let kind = match query.query_type() {
        RecordType::A => RecordKind::A,
        RecordType::AAAA => RecordKind::Aaaa,
        RecordType::SRV => RecordKind::Srv,
        RecordType::NAPTR => RecordKind::Naptr,
        RecordType::TXT => RecordKind::Txt,
        _ => return None,
    };
    match zone.answer(&Question::new(kind, &query.name().to_ascii())) {
        Ok(answer) => {
            let ttl = u32::try_from(answer.ttl.as_secs()).expect("a short time");
            let lines =
                answer.records.iter().map(|record| Line::from_rdata(query.name().clone(), ttl, data(record)));
            response.add_answers(lines);
        }
        Err(LookupError::Failed(_)) => response.metadata.response_code = ResponseCode::ServFail,
        Err(_) => response.metadata.response_code = ResponseCode::NXDomain,
    }
    response.to_vec().ok()
}

fn data(record: &Record) -> RData {
    let name = |text: &str| Name::from_ascii(format!("{}.", text.trim_end_matches('.'))).expect("a name");
    match record {
        Record::A(address) => RData::A(A(*address)),
        Record::Aaaa(address) => RData::AAAA(AAAA(*address)),
        Record::Cname(target) => RData::CNAME(CNAME(name(target))),
        // A long text has several pieces.
        Record::Txt(text) => RData::TXT(TXT::from_bytes(text.as_bytes().chunks(5).collect())),
        Record::Srv(s) => RData::SRV(SRV::new(s.priority, s.weight, s.port, name(&s.target))),
        Record::Naptr(n) => {
            let octets = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
            RData::NAPTR(NAPTR::new(
                n.order,
                n.preference,
                octets(&n.flags),
                octets(&n.service),
                octets(&n.regexp),
                name(&n.replacement),
            ))
        }
    }
}
