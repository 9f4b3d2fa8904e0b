use super::*;

#[test]
fn releases_are_compared_by_their_numbers() {
    for (text, expect) in [
        ("VMware ESXi 7.0 Update 3", Some((7, 0, 3))),
        ("VMware ESXi 7.0 GA", Some((7, 0, 0))),
        ("VMware ESXi 8.0.3 Update 3", Some((8, 0, 3))),
        ("VMware ESXi 6.7.0 Update 3", Some((6, 7, 0))),
        ("VMware ESXi 9.0.0.0", Some((9, 0, 0))),
        ("8.0.3", Some((8, 0, 3))),
        ("7.0", Some((7, 0, 0))),
        ("VMware ESXi 7.0 Update three", None),
        ("VMware ESXi", None),
        ("7", None),
        ("", None),
    ] {
        assert_eq!(numbers(text), expect, "{text}");
    }
}

#[test]
fn the_word_of_a_check_is_that_of_its_json() {
    for code in CheckCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert_eq!(serde_json::from_value::<CheckCode>(code.as_str().into()).unwrap(), *code);
    }
}
