use super::*;

#[test]
fn names_are_decoded_once() {
    for (sent, shown) in [
        ("esx01.lab.local", "esx01.lab.local"),
        ("rack %2f left", "rack / left"),
        ("a%5Cb%25c", "a\\b%c"),
        ("%252f", "%2f"),
        ("100%", "100%"),
        ("%é", "%é"),
    ] {
        assert_eq!(decode_name(sent), shown);
    }
}

#[test]
fn a_host_is_reached_at_what_is_chosen_for_management() {
    let nic = |key: &str, ip: &str| {
        format!("<candidateVnic><key>{key}</key><spec><ip>{ip}</ip></spec></candidateVnic>")
    };
    let v6 = |address: &str| {
        format!("<ipV6Config><ipV6Address><ipAddress>{address}</ipAddress></ipV6Address></ipV6Config>")
    };
    let config = |kind: &str, nics: &str, selected: &str| {
        format!(
            "<VirtualNicManagerNetConfig><nicType>{kind}</nicType>{nics}\
             <selectedVnic>{selected}</selectedVnic></VirtualNicManagerNetConfig>"
        )
    };
    let nics = [
        nic("vmk0", &format!("{}{}", v6("2001:DB8:0:0::15"), v6("fe80::1"))),
        nic("vmk1", &format!("<ipAddress>192.0.2.1</ipAddress>{}", v6("fe80::2"))),
        nic("vmk2", "<ipAddress>0.0.0.0</ipAddress>"),
    ]
    .concat();
    for (kind, selected, expect) in [
        ("management", "vmk0", &["2001:db8::15"][..]),
        ("management", "vmk1", &["192.0.2.1"]),
        ("management", "vmk2", &[]),
        ("vmotion", "vmk1", &[]),
    ] {
        let xml = format!("<val>{}</val>", config(kind, &nics, selected));
        let found = management_addresses(&crate::soap::decode_plain(xml.as_bytes()).unwrap());
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expect, "{kind} {selected}");
    }
}

#[test]
fn a_host_that_is_listed_twice_is_one() {
    let host = |id: &str, name: &str| {
        let name = format!("<val>{name}</val>");
        let values = vec![("name".to_owned(), crate::soap::decode_plain(name.as_bytes()).unwrap())];
        let object = MoRef::new("HostSystem", id);
        host_system(&ObjectContent { object, values, missing: Vec::new() }, &HashMap::new())
    };
    // Renamed while the pages were read.
    let hosts = each_once(vec![host("host-1", "b"), host("host-2", "a"), host("host-1", "c")]);
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn the_path_is_what_the_vsphere_client_shows() {
    let place = |kind, name: &str| Place { kind, name: name.into(), parent: None };
    let cluster = place(PlaceKind::Cluster, "Cluster A");
    let folder = place(PlaceKind::Folder, "Racks");
    let hidden = place(PlaceKind::Folder, "host");
    let datacenter = place(PlaceKind::Datacenter, "Berlin");
    let outer = place(PlaceKind::Folder, "Europe");
    let root = place(PlaceKind::Folder, "Datacenters");
    let standalone = place(PlaceKind::ComputeResource, "esx09");
    let check = |above: &[&Place], expect: &[&str]| assert_eq!(shown_path(above), expect);
    check(
        &[&cluster, &folder, &hidden, &datacenter, &outer, &root],
        &["Europe", "Berlin", "Racks", "Cluster A"],
    );
    check(&[&standalone, &hidden, &datacenter, &root], &["Berlin"]);
    check(&[], &[]);
}

#[test]
fn what_is_no_escape_stays() {
    for name in ["50%", "%2", "%41", "%%"] {
        assert_eq!(decode_name(name), name);
    }
}

proptest::proptest! {
    #[test]
    fn decoding_undoes_the_inventorys_escapes(name in proptest::prelude::any::<String>()) {
        let escaped = name.replace('%', "%25").replace('/', "%2f").replace('\\', "%5c");
        proptest::prop_assert_eq!(decode_name(&escaped), name);
    }
}
