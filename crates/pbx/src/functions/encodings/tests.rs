use crate::functions::testing::Bench;

#[tokio::test]
async fn digests_base64_and_addresses() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            // RFC 1321 section A.5, RFC 3174 section 7.3, RFC 4648 section 10.
            ("${MD5(abc)} ${MD5()}", "900150983cd24fb0d6963f7d28e17f72 d41d8cd98f00b204e9800998ecf8427e"),
            ("${SHA1(abc)}", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "${BASE64_ENCODE(fooba)} ${BASE64_DECODE(Zm9vYmFy)} ${BASE64_DECODE(Zm8)}",
                "Zm9vYmE= foobar fo",
            ),
            ("${URIENCODE(a b&c/é~)} ${URIDECODE(a%20b%2fc%zz%4)}", "a%20b%26c%2F%C3%A9~ a b/c%zz%4"),
            ("${BASE64_DECODE(*)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 1);
}

#[tokio::test]
async fn what_was_encrypted_is_decrypted() {
    let mut bench = Bench::new().await;
    // The secret was made by OpenSSL: aes-128-ecb, zeros behind the text.
    bench
        .expect(&[
            (
                "${AES_DECRYPT(1234567890123456,${AES_ENCRYPT(1234567890123456,some, text é)})}",
                "some, text é",
            ),
            ("${AES_ENCRYPT(1234567890123456,some, text é)}", "vRnMnJnpDZfdYCTDDU8MIg=="),
            ("${LEN(${BASE64_DECODE(${AES_ENCRYPT(1234567890123456,)})})}", "0"),
            ("${AES_ENCRYPT(short,a)}${AES_DECRYPT(1234567890123456,abcd)}", ""),
        ])
        .await;
    let warnings = bench.warnings();
    assert!(warnings.len() == 2 && warnings.iter().all(|text| !text.contains("short")), "{warnings:?}");
}

#[tokio::test]
async fn items_of_json_are_found() {
    let mut bench = Bench::new().await;
    bench.set("J", r#"{"a":{"b":[1,"x",{"c":true}]},"n":null,"f":1.5,"d.e":"dot","t":"é"}"#).await;
    bench
        .expect(&[
            ("${JSON_DECODE(J,a.b.0)} ${JSON_DECODE(J,a/b/1,/)} ${JSON_DECODE(J,a.b.2.c)}", "1 x 1"),
            ("${JSON_DECODE(J,f)}[${JSON_DECODE(J,n)}]${JSONRESULT}", "1.5[]0"),
            ("${JSON_DECODE(J,a.b,,c)} ${JSON_DECODE(J,d.e)} ${JSON_DECODE(J,t)}", "3 dot é"),
            ("[${JSON_DECODE(J,no.such)}]${JSONRESULT}", "[]2"),
            ("${JSON_DECODE(J,a)}", r#"{"b":[1,"x",{"c":true}]}"#),
            ("[${JSON_DECODE(EXTEN,a)}]", "[]"),
            ("[${JSON_DECODE(CONTEXT,a)}]${JSONRESULT}", "[]1"),
        ])
        .await;
}
