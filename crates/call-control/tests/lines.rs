//! Calls between lines of one process: real SIP and RTP over loopback, no other program.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its call fails")]

use std::net::SocketAddr;
use std::time::Duration;

use call_control::sip::Line;
use call_control::{BridgeEnd, Call, CallError, ChannelState, DialStatus, HangupCause};
use sip_parser::{Message, Method, RequestBuilder, ResponseBuilder};
use sip_ua::transport::Protocol;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longest wait for anything that should happen at once.
const SOON: Duration = Duration::from_secs(10);

async fn line() -> (Line, SocketAddr) {
    let builder = Line::builder().listen(([127, 0, 0, 1], 0).into()).media_ports(40_000..=49_999);
    let line = builder.sounds("../../sounds").open().await.unwrap();
    let address = line.local_address(Protocol::Udp).unwrap();
    (line, address)
}

/// A line whose first caller is served by `serve`.
async fn server<F, R>(serve: F) -> (SocketAddr, JoinHandle<R::Output>)
where
    F: FnOnce(Call) -> R + Send + 'static,
    R: Future<Output: Send + 'static> + Send,
{
    let (mut line, address) = line().await;
    let task = tokio::spawn(async move {
        let call = line.next_call().await.expect("the line is open");
        serve(call).await
    });
    (address, task)
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(SOON, what).await.expect("it happens within ten seconds")
}

#[tokio::test]
async fn a_caller_hears_a_prompt_and_hangs_up() {
    let (address, server) = server(|call| async move {
        call.answer().await?;
        call.play("en/demo-congrats").await?;
        call.play("en/demo-congrats").await
    })
    .await;
    let (caller, _) = line().await;
    let call = caller.call(&format!("sip:prompt@{address}")).await.unwrap();
    soon(call.until_up()).await.unwrap();
    assert!(call.codec().is_some());
    call.hangup(HangupCause::NORMAL);
    assert!(matches!(soon(server).await.unwrap(), Err(CallError::HungUp)));
}

#[tokio::test]
async fn a_refusal_tells_its_cause() {
    let (address, _server) = server(|call| async move { call.hangup(HangupCause::USER_BUSY) }).await;
    let (caller, _) = line().await;
    let call = caller.call(&format!("sip:busy@{address}")).await.unwrap();
    assert_eq!(soon(call.hung_up()).await, HangupCause::USER_BUSY);
    assert_eq!(call.state(), ChannelState::Ended(HangupCause::USER_BUSY));
}

#[tokio::test]
async fn a_caller_who_gives_up_ends_the_ringing() {
    let (address, server) = server(|call| async move {
        call.ring();
        call.hung_up().await
    })
    .await;
    let (caller, _) = line().await;
    let call = caller.call(&format!("sip:patience@{address}")).await.unwrap();
    let mut states = call.watch_state();
    soon(states.wait_for(|state| *state == ChannelState::Ringing)).await.unwrap();
    call.hangup(HangupCause::NORMAL);
    assert_eq!(soon(server).await.unwrap(), HangupCause::NORMAL);
}

#[tokio::test]
async fn the_first_who_answers_wins_and_the_others_stop_ringing() {
    let (slow, slow_server) = server(|call| async move {
        call.ring();
        call.hung_up().await;
    })
    .await;
    let (quick, _quick_server) = server(|call| async move {
        call.answer().await.unwrap();
        call.hung_up().await;
    })
    .await;
    let (gateway, gateway_server) = server(move |call| async move {
        let both = format!("PJSIP/sip:a@{slow}&PJSIP/sip:b@{quick}");
        let winner = call.dial(&both).timeout(SOON).await?;
        call.answer().await?;
        winner.hangup(HangupCause::NORMAL);
        call.bridge(&winner).await
    })
    .await;
    let (caller, _) = line().await;
    let call = caller.call(&format!("sip:both@{gateway}")).await.unwrap();
    soon(call.until_up()).await.unwrap();
    soon(slow_server).await.unwrap();
    let ended = soon(gateway_server).await.unwrap();
    assert!(matches!(ended, Ok(BridgeEnd::PeerHungUp(_)) | Err(CallError::HungUp)), "{ended:?}");
}

#[tokio::test]
async fn two_callers_are_joined_until_one_hangs_up() {
    let (callee, callee_server) = server(|call| async move {
        call.answer().await.unwrap();
        call.hung_up().await
    })
    .await;
    let (gateway, gateway_server) = server(move |call| async move {
        let other = call.dial(&format!("PJSIP/sip:x@{callee}")).await.unwrap();
        call.answer().await.unwrap();
        let end = call.bridge(&other).await;
        other.hangup(HangupCause::NORMAL);
        end
    })
    .await;
    let (caller, _) = line().await;
    let call = caller.call(&format!("sip:join@{gateway}")).await.unwrap();
    soon(call.until_up()).await.unwrap();
    call.hangup(HangupCause::NORMAL);
    assert_eq!(soon(callee_server).await.unwrap(), HangupCause::NORMAL);
    assert!(matches!(soon(gateway_server).await.unwrap(), Ok(BridgeEnd::CallerHungUp(_))));
}

#[tokio::test]
async fn nobody_there_is_no_answer_in_time() {
    let (gateway, gateway_server) = server(|call| async move {
        let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("PJSIP/sip:x@{}", silent.local_addr().unwrap());
        call.dial(&nobody).timeout(Duration::from_millis(300)).await.map(|_| ()).unwrap_err()
    })
    .await;
    let (caller, _) = line().await;
    let _call = caller.call(&format!("sip:nobody@{gateway}")).await.unwrap();
    assert_eq!(soon(gateway_server).await.unwrap().status, DialStatus::NoAnswer);
}

#[tokio::test]
async fn malformed_destinations_are_told_apart() {
    let (gateway, gateway_server) = server(|call| async move {
        let mut found = Vec::new();
        for destination in ["", "alice", "FAX/1", "PJSIP/not a uri"] {
            found.push(call.dial(destination).await.map(|_| ()).unwrap_err().status);
        }
        found
    })
    .await;
    let (caller, _) = line().await;
    let _call = caller.call(&format!("sip:odd@{gateway}")).await.unwrap();
    let unreachable = DialStatus::ChanUnavail;
    assert_eq!(
        soon(gateway_server).await.unwrap(),
        [DialStatus::InvalidArgs, unreachable, unreachable, unreachable]
    );
}

/// A phone that takes the first call and hangs up in the same breath.
async fn fickle_phone() -> SocketAddr {
    let phone = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = phone.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = vec![0; 65_535];
        let (length, from) = phone.recv_from(&mut buffer).await.unwrap();
        let invite = Message::parse(buffer[..length].to_vec().into()).unwrap();
        let description = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n",
            at.port()
        );
        let answer = ResponseBuilder::reply(&invite, 200)
            .to_tag("phone")
            .header("Contact", format!("<sip:phone@{at}>"))
            .body("application/sdp", description.as_bytes());
        phone.send_to(&answer.build(), from).await.unwrap();
        let bye = RequestBuilder::new(&Method::Bye, &format!("sip:{from}"))
            .header("Via", format!("SIP/2.0/UDP {at};branch=z9hG4bKbye"))
            .header("From", format!("{};tag=phone", invite.raw(&"To".into()).unwrap()))
            .header("To", invite.raw(&"From".into()).unwrap())
            .header("Call-ID", invite.call_id().unwrap())
            .header("CSeq", "1 BYE");
        phone.send_to(&bye.build(), from).await.unwrap();
    });
    at
}

#[tokio::test]
async fn who_answers_and_hangs_up_at_once_has_answered() {
    let phone = fickle_phone().await;
    let (gateway, gateway_server) = server(move |call| async move {
        let winner = call.dial(&format!("PJSIP/sip:x@{phone}")).timeout(SOON).await?;
        call.answer().await?;
        call.bridge(&winner).await
    })
    .await;
    let (caller, _) = line().await;
    let call = caller.call(&format!("sip:fickle@{gateway}")).await.unwrap();
    soon(call.until_up()).await.unwrap();
    let ended = soon(gateway_server).await.unwrap();
    assert!(matches!(ended, Ok(BridgeEnd::PeerHungUp(_))), "{ended:?}");
}

/// Whether its address is free again, soon.
async fn is_given_back(address: SocketAddr) {
    let free = async {
        while std::net::UdpSocket::bind(address).is_err() || std::net::TcpListener::bind(address).is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon(free).await;
}

#[tokio::test]
async fn a_line_that_is_dropped_gives_its_address_back() {
    let (line, address) = line().await;
    let media = line.switchboard().media().clone();
    drop(line);
    is_given_back(address).await;
    assert_eq!(media.open_legs(), 0);
}

#[tokio::test]
async fn calls_of_a_line_that_is_dropped_go_on_to_their_end() {
    let (server_address, server) = server(|call| async move {
        call.answer().await.unwrap();
        call.hung_up().await
    })
    .await;
    let (line, address) = line().await;
    let call = line.call(&format!("sip:patience@{server_address}")).await.unwrap();
    soon(call.until_up()).await.unwrap();
    drop(line);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(call.state(), ChannelState::Up);
    call.hangup(HangupCause::NORMAL);
    drop(call);
    assert_eq!(soon(server).await.unwrap(), HangupCause::NORMAL);
    is_given_back(address).await;
    is_given_back(server_address).await;
}
