//! What lines come to, section by section, where the model does not show it.

use std::path::Path;

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

use super::*;
use crate::configuration::dialects::SipFiles;

/// The sections of a `sip.conf`, each as `[name] key=value key=value`, and what is said of it.
fn translated(text: &str) -> (Vec<String>, Vec<String>) {
    let files = MemoryFiles::from([("/sip.conf", text)]);
    let (config, found) =
        load(Path::new("/sip.conf"), &files, &mut SourceMap::new(), &LoadOptions::default());
    assert!(found.is_empty(), "{found:?}");
    let mut found = Vec::new();
    let gathered = SipFiles { sip: Some(config), ..SipFiles::default() }.gather(&mut found);
    let line = |entry: &Entry| format!("{}={}", entry.key.value, entry.value.value);
    let section = |section: &Section| {
        let lines: Vec<_> = section.entries.iter().map(line).collect();
        format!("[{}] {}", section.name.value, lines.join(" "))
    };
    let sections = gathered.config.objects().map(section).collect();
    (sections, found.iter().map(|finding| finding.message.clone()).collect())
}

/// The one section whose line begins so.
fn section(text: &str, begin: &str) -> String {
    let (sections, _) = translated(text);
    let mut found = sections.iter().filter(|line| line.starts_with(begin));
    let one = found.next().unwrap_or_else(|| panic!("no {begin}: {sections:#?}"));
    assert!(found.next().is_none(), "{sections:#?}");
    one.clone()
}

const GENERAL: &str = "[general]\nallowguest=no\n";

#[test]
fn register_lines_become_registrations() {
    let text = format!("{GENERAL}register => tls://me@my.domain:s3cret:auth@example.com:5071/100~300\n");
    assert_eq!(
        section(&text, "[me@example.com] "),
        "[me@example.com] type=registration server_uri=sip:example.com:5071;transport=tls client_uri=sip:me@my.domain \
         contact_user=100 expiration=300 outbound_auth=me@example.com-oauth retry_interval=20 max_random_initial_delay=1 max_retries=4294967295"
    );
    assert_eq!(
        section(&text, "[me@example.com-oauth]"),
        "[me@example.com-oauth] type=auth username=auth password=s3cret"
    );
    let text = format!(
        "{GENERAL}register_retry_403=yes\nregister => me@example.com\nregister => me@example.com/2\n"
    );
    assert_eq!(
        section(&text, "[me@example.com-2]"),
        "[me@example.com-2] type=registration server_uri=sip:example.com client_uri=sip:me@example.com contact_user=2 \
         expiration=120 retry_interval=20 max_random_initial_delay=1 max_retries=4294967295 forbidden_retry_interval=20"
    );
    assert!(section(&text, "[me@example.com] ").contains("contact_user=s"));
}

#[test]
fn a_device_may_say_that_we_register_at_it() {
    let text = format!(
        "{GENERAL}[provider]\ntype=peer\nhost=sip.example.com\ndefaultuser=me\nsecret=s3cret\nfromdomain=example.com\n\
         insecure=invite\ncallbackextension=300\noutboundproxy=tcp://192.0.2.1:5070,force\n"
    );
    assert_eq!(
        section(&text, "[provider-reg-0]"),
        "[provider-reg-0] type=registration server_uri=sip:sip.example.com client_uri=sip:me@example.com \
         contact_user=300 outbound_auth=provider-oauth line=yes endpoint=provider \
         outbound_proxy=sip:192.0.2.1:5070;transport=tcp;lr expiration=120 retry_interval=20 max_random_initial_delay=1 max_retries=4294967295"
    );
    assert!(section(&text, "[provider-oauth]").ends_with("username=me password=s3cret"));
}

#[test]
fn credentials_for_realms_are_read_in_both_forms() {
    let text = format!(
        "{GENERAL}[authentication]\nauth=a:b@c@realm\nauth=d#0123456789abcdef0123456789abcdef@other\n"
    );
    assert_eq!(
        section(&text, "[authentication-1]"),
        "[authentication-1] type=auth username=a realm=realm password=b@c"
    );
    assert_eq!(
        section(&text, "[authentication-2]"),
        "[authentication-2] type=auth username=d realm=other auth_type=md5 md5_cred=0123456789abcdef0123456789abcdef"
    );
    let (_, said) = translated(&format!("{GENERAL}[authentication]\nauth=nobody\n"));
    assert_eq!(said, ["auth: this is not understood"], "the secret is not told");
}

#[test]
fn words_of_devices_become_keys_of_endpoints() {
    let usual =
        ["type=endpoint", "force_rport=no", "rewrite_contact=no", "rtp_symmetric=no", "identify_by=username"];
    let of = |line: &str| {
        let endpoint = section(&format!("{GENERAL}[a]\ntype=user\nnat=no\n{line}\n"), "[a]");
        let words = endpoint.split(' ').skip(1).filter(|word| !usual.contains(word));
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of("directmedia=nonat"), "direct_media=yes disable_direct_media_on_nat=yes");
    let update = "direct_media=yes disable_direct_media_on_nat=yes direct_media_method=update";
    assert_eq!(of("canreinvite=update"), update);
    assert_eq!(of("canreinvite=update,nonat").matches("direct_media").count(), 5);
    assert!(of("directmedia=outgoing").ends_with(" direct_media_glare_mitigation=incoming"));
    assert_eq!(of("directmedia=yes"), "direct_media=yes");
    assert_eq!(of(""), "disable_direct_media_on_nat=yes", "what sip.conf means where it says nothing");
    let other = |line: &str| of(line).replace("disable_direct_media_on_nat=yes", "").trim().to_owned();
    assert_eq!(other("encryption=on"), "media_encryption=sdes");
    assert_eq!(other("sendrpid=pai"), "send_pai=yes");
    assert_eq!(other("session-timers=refuse"), "timers=no");
    assert_eq!(other("allowoverlap=no"), "allow_overlap=no");
    assert_eq!(other("allowoverlap=dtmf"), "allow_overlap=dtmf");
    assert_eq!(other("use_q850_reason=no"), "suppress_q850_reason_headers=yes");
    assert_eq!(other("promiscredir=yes"), "redirect_method=uri_core");
    assert_eq!(other("videosupport=yes"), "");
    let streams = |lines: &str| {
        let words = of(lines);
        let words = words.split(' ').filter(|word| word.starts_with("max_"));
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(streams("allow=ulaw,h264"), "max_video_streams=0 max_text_streams=0", "as sip.conf has it");
    assert_eq!(
        streams("videosupport=always\ntextsupport=yes\nallow=h264\nmaxcallbitrate=384"),
        "max_video_bitrate=384"
    );
}

#[test]
fn faults_of_tls_and_transports_are_told() {
    let text = "[general]\nallowguest=no\ntlsenable=yes\ntlscertfile=/etc/pbx.pem\nbindaddr=10.0.0.1:5070\n\
                tlsdontverifyserver=yes\nexternaddr=203.0.113.5:6060\n[a]\ntype=peer\nhost=192.0.2.1\ntransport=tcp,udp\n";
    assert_eq!(
        section(text, "[tls]"),
        "[tls] type=transport protocol=tls bind=10.0.0.1:5061 allow_reload=yes external_media_address=203.0.113.5 \
         external_signaling_address=203.0.113.5 external_signaling_port=6060 cert_file=/etc/pbx.pem \
         priv_key_file=/etc/pbx.pem verify_server=no"
    );
    let own_port = format!("{text}\n[general](+)\nexterntlsport=6061\nexterntcpport=6062\n");
    assert!(section(&own_port, "[tls]").contains(" external_signaling_port=6061 "));
    let (sections, said) = translated(text);
    assert_eq!(said, ["transport: tcp is not switched on"]);
    assert!(
        sections.contains(&"[a] type=aor contact=sip:192.0.2.1;transport=tcp".to_owned()),
        "{sections:#?}"
    );
}
