use super::*;

fn store(statements: &str) -> Vec<u8> {
    let mut database = Connection::open_in_memory().unwrap();
    database.execute_batch(statements).unwrap();
    database.serialize(MAIN_DB).unwrap().to_vec()
}

const TABLE: &str = "CREATE TABLE Config (Component TEXT, ConfigGroup TEXT, Name TEXT, Identifier TEXT,
    UserValue TEXT, VitalValue TEXT);";

#[test]
fn rows_are_objects() {
    let store = parse(&store(&format!(
        "{TABLE}
        INSERT INTO Config VALUES ('esx', 'network', 'vmknics', 'vmk0', '{{\"mtu\": 1500, \"tags\": [\"a\", \"b\"]}}', '{{\"mac\": \"00:50\"}}');
        INSERT INTO Config VALUES ('esx', 'system', 'banner', '', 'no JSON', NULL);
        INSERT INTO Config VALUES ('esx', 'storage', 'iscsi', 'vmhba64', '{{\"chap\": {{\"name\": \"u\", \"secret\": \"PLANTED\"}}}}', '');"
    )))
    .unwrap();
    let shown = serde_json::to_string(&store.objects()).unwrap();
    assert!(!shown.contains("PLANTED") && shown.contains("[redacted: "), "{shown}");
    let keys: Vec<String> = store.objects().iter().map(StoreObject::key).collect();
    assert_eq!(keys, ["esx|network|vmknics|vmk0", "esx|storage|iscsi|vmhba64", "esx|system|banner"]);
    let leaves: Vec<String> =
        store.objects()[0].leaves.iter().map(|(path, value)| format!("{}={value}", path.join("/"))).collect();
    assert_eq!(leaves, ["mtu=1500", "tags/0=a", "tags/1=b", "mac=00:50"]);
    assert_eq!(store.objects()[2].value, "no JSON");
}

#[test]
fn a_hostile_store_is_refused_soon() {
    let columns = "Component, ConfigGroup, Name, Identifier, UserValue, VitalValue";
    let endless = format!(
        "CREATE VIEW Config ({columns}) AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i, i, i, i, i, i FROM n;"
    );
    let computed = "CREATE TABLE Config (Component TEXT, ConfigGroup TEXT, Name TEXT, Identifier TEXT,
        UserValue TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))), VitalValue TEXT); INSERT INTO Config VALUES (1, 1, 1, 1, 1);";
    let shorthand = "CREATE TABLE Config (Component, ConfigGroup, Name, Identifier,
        UserValue AS(hex(zeroblob(400000000))), VitalValue); INSERT INTO Config VALUES (1, 1, 1, 1, 1);";
    for statements in [endless.as_str(), computed, shorthand, "CREATE TABLE Other (a);", ""] {
        assert!(parse(&store(statements)).is_err(), "{statements}");
    }
    for bytes in [&b""[..], b"SQLite format 3\0", b"PK", &[0; 5000]] {
        assert!(parse(bytes).is_err());
    }
}

#[test]
fn deep_json_is_a_text() {
    let deep = "[".repeat(100_000);
    let store =
        parse(&store(&format!("{TABLE} INSERT INTO Config VALUES ('esx', 'a', 'b', '', '{deep}', NULL);")))
            .unwrap();
    assert!(store.objects()[0].value.is_string());
}

#[test]
fn no_single_flipped_byte_makes_it_fail() {
    let sound = store(&format!(
        "{TABLE} INSERT INTO Config VALUES ('esx', 'network', 'vmknics', 'vmk0', '{{\"mtu\": 1500}}', NULL);"
    ));
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 0xff;
        let _ = parse(&damaged);
    }
}
