use super::*;

pub(crate) fn store(statements: &str) -> Vec<u8> {
    let mut database = Connection::open_in_memory().unwrap();
    database.execute_batch(statements).unwrap();
    database.serialize(MAIN_DB).unwrap().to_vec()
}

pub(crate) const TABLE: &str =
    "CREATE TABLE Config (Component TEXT, ConfigGroup TEXT, Name TEXT, Identifier TEXT,
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

fn settings_of(name: &str, value: &str) -> Vec<String> {
    let insert =
        format!("{TABLE} INSERT INTO Config VALUES ('esx', 'network', '{name}', 'vmk0', '{value}', NULL);");
    let bundle = crate::bundle::tests::bundle_with(&[(crate::bundle::file::CONFIG_STORE, &store(&insert))]);
    let contents = crate::bundle::open(&bundle[..], crate::bundle::CONTENT_LIMITS).unwrap();
    let settings = crate::bundle::settings(&contents);
    settings.iter().map(|setting| format!("{} = {}", setting.name, setting.value)).collect()
}

#[test]
fn a_number_that_is_a_name_is_told() {
    assert_ne!(settings_of("x", r#"{"vlans": {"10": "a"}}"#), settings_of("x", r#"{"vlans": {"20": "a"}}"#));
}

#[test]
fn only_a_port_group_is_told_by_its_switch() {
    let settings = settings_of("vmknics", r#"{"virtual_switch": "vSwitch7", "mtu": 1500}"#);
    assert!(settings.contains(&"Virtual switch = vSwitch7".to_owned()), "{settings:?}");
}

/// The header of a database that was kept with a log beside it says so also in a copy that is whole.
#[test]
fn a_store_that_was_kept_with_a_log_is_read() {
    let mut bytes = store(&format!("{TABLE} INSERT INTO Config VALUES ('esx', 'a', 'b', '', '1', NULL);"));
    bytes[18..20].fill(2);
    assert_eq!(parse(&bytes).unwrap().objects().len(), 1);
}

#[test]
fn a_store_of_too_many_rows_is_not_cut_short() {
    let rows = |count: usize| {
        store(&format!(
            "{TABLE} INSERT INTO Config WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {count})
            SELECT 'e', 'g', 'n', i, NULL, NULL FROM n;"
        ))
    };
    assert_eq!(parse(&rows(MOST_ROWS)).unwrap().objects().len(), MOST_ROWS);
    assert!(parse(&rows(MOST_ROWS + 1)).is_err());
}

/// A later release may pack its values: what is in them, nobody knows.
#[test]
fn a_value_that_is_no_text_is_not_shown_but_compared() {
    let leaves = |blob: &str| {
        let insert =
            format!("INSERT INTO Config VALUES ('esx', 'system', 'packed', '', x'{blob}', '{{\"a\": 1}}');");
        parse(&store(&format!("{TABLE}{insert}"))).unwrap().objects()[0].leaves.clone()
    };
    let [packed, a] = &leaves("789c50414e544544ff")[..] else { panic!("two values") };
    assert_eq!((packed.1.text(), a.1.text()), ("binary, 9 bytes", "1"));
    assert_ne!(packed, &leaves("789c50414e544544fe")[0]);
    // A text in the place of one is one, also where a letter is cut off: {"b": "a\xc3", …}.
    assert_eq!(leaves("7b2262223a20327d")[0].1.text(), "2");
    assert_eq!(leaves("7b2262223a202261c3222c2263223a20327d")[0].1.text(), "aÃ");
}
