use crate::functions::testing::Bench;

#[tokio::test]
async fn letters_and_quotes() {
    let mut bench = Bench::new().await;
    bench.set("SAID", "say \"hi\" \\o/ it's").await;
    bench
        .expect(&[
            ("${TOUPPER(Bonjour, tout)}|${TOLOWER(ABC)}", "BONJOUR, TOUT|abc"),
            ("[${TRIM( a b )}][${LTRIM( a )}][${RTRIM( a )}]", "[a b][a ][ a]"),
            ("${KEYPADHASH(Asterisk-1.0)}", "2783747510"),
            ("${PASSTHRU(${LEN(abc)})}", "3"),
            ("${QUOTE(${SAID})}", "\"say \\\"hi\\\" \\\\o/ it's\""),
            ("${CSV_QUOTE(a \"b\" c)}", "\"a \"\"b\"\" c\""),
            ("${SQL_ESC(it's)} ${SQL_ESC_BACKSLASHES(a\\b)}", "it''s a\\\\b"),
        ])
        .await;
}

#[tokio::test]
async fn parts_of_texts_are_replaced_and_filtered() {
    let mut bench = Bench::new().await;
    bench.set("NUMBER", "+33 (1) 23-45").await;
    bench.set("WORD", "banana").await;
    bench
        .expect(&[
            ("${FILTER(0-9,${NUMBER})}", "3312345"),
            ("${FILTER(\\x30-\\x39\\-,${NUMBER})}", "33123-45"),
            ("${FILTER(a-cZ,abcdZ,z)}", "abcZ"),
            ("${REPLACE(NUMBER, ()-)}", "+3312345"),
            ("${REPLACE(WORD,a,o)} ${REPLACE(WORD,an,_)} ${WORD}", "bonono b_____ banana"),
            (
                "${STRREPLACE(WORD,an,[])} ${STRREPLACE(WORD,a,e,2)} ${STRREPLACE(WORD,an)}",
                "b[][]a benena ba",
            ),
            ("${STRBETWEEN(WORD,-)}", "b-a-n-a-n-a"),
            ("${REGEX(\"^b(an)+a$\" ${WORD})}${REGEX(\"[0-9]\" ${WORD})}", "10"),
            ("${REPLACE(WORD)}${STRREPLACE(,a)}${REGEX(a b)}${FILTER(abc)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 4);
}

#[tokio::test]
async fn values_are_written_in_a_format() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            ("${SPRINTF(%d-%05d-%+d-%5d|%-5d|,1,42,3,7,8)}", "1-00042-+3-    7|8    |"),
            ("${SPRINTF(%s %10s|%-4s|%.2s,a,b,c,def)}", "a          b|c   |de"),
            (
                "${SPRINTF(%f %.2f %08.3f %e %g,1.5,2.345,-3.14159,150,0.5)}",
                "1.500000 2.35 -003.142 1.500000e+02 0.5",
            ),
            (
                "${SPRINTF(%x %X %o %c %% %u %.3d %#x %#o,255,255,8,120,5,7,255,8)}",
                "ff FF 10 x % 5 007 0xff 010",
            ),
            ("${SPRINTF(%d %s,12.9)}", "12 "),
            ("${SPRINTF(%c,abc)}${SPRINTF(%d,abc)}${SPRINTF(%k,1)}${SPRINTF(%,1)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 4);
    assert_eq!(bench.read("${LEN(${SPRINTF(%99999999d,1)})}").await, "1000");
}

#[tokio::test]
async fn a_text_is_put_together_once_more() {
    let mut bench = Bench::new().await;
    bench.set("A", "${B}").await;
    bench.set("B", "deep").await;
    bench.expect(&[("${A} ${EVAL(${A})} ${EVAL(plain)}", "${B} deep plain")]).await;
    bench.set("SELF", "x${EVAL(${SELF})}").await;
    assert_eq!(bench.read("${EVAL(${SELF})}").await, "x".repeat(16));
    assert_eq!(bench.warnings().len(), 1);
    bench.expect(&[("${EVAL(${A})}", "deep")]).await;
}

#[tokio::test]
async fn no_text_grows_without_bound() {
    let mut bench = Bench::new().await;
    bench.set("LONG", &"a".repeat(60_000)).await;
    bench.expect(&[("${STRBETWEEN(LONG,ab)}${STRREPLACE(LONG,a,ab)}", "")]).await;
    assert_eq!(bench.warnings().len(), 2);
}
