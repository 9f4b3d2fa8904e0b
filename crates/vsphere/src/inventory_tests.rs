use super::*;
use crate::soap::decode_envelope;

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

fn decoded(xml: &str) -> (Option<String>, HostSystem) {
    let page = property::page(decode_envelope(xml.as_bytes(), property::is_unwanted).unwrap()).unwrap();
    (page.token, host_system(&page.objects[0], &HashMap::new()))
}

#[test]
fn however_a_server_writes_its_xml_it_says_the_same() {
    let plain = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
        <soapenv:Body><RetrievePropertiesExResponse xmlns=\"urn:vim25\"><returnval><objects><obj type=\"HostSystem\">host-1</obj>\
        <propSet><name>name</name><val xsi:type=\"xsd:string\">a &amp; b]]&gt; é</val></propSet>\
        <propSet><name>runtime.inMaintenanceMode</name><val xsi:type=\"xsd:boolean\">true</val></propSet>\
        <propSet><name>runtime.bootTime</name><val xsi:type=\"xsd:dateTime\">2026-11-27T08:12:13.5Z</val></propSet>\
        <propSet><name>configManager.firmwareSystem</name><val type=\"HostFirmwareSystem\" xsi:type=\"ManagedObjectReference\">fw-1</val></propSet>\
        <propSet><name>config.virtualNicManagerInfo.netConfig</name><val xsi:type=\"ArrayOfVirtualNicManagerNetConfig\">\
        <VirtualNicManagerNetConfig><nicType>management</nicType>\
        <candidateVnic><key>vmk0</key><spec><ip><ipAddress>192.0.2.1</ipAddress></ip></spec></candidateVnic>\
        <selectedVnic>vmk0</selectedVnic></VirtualNicManagerNetConfig></val></propSet>\
        <missingSet><path>config.lockdownMode</path><fault><fault xsi:type=\"NoPermission\"><privilegeId>System.Read</privilegeId></fault>\
        <localizedMessage>No.</localizedMessage></fault></missingSet></objects></returnval></RetrievePropertiesExResponse>\
        </soapenv:Body></soapenv:Envelope>";
    // Another's prefixes, quotes, order of attributes, comments, CDATA, references, white space, nil, and what nobody has heard of yet.
    let odd = "\u{FEFF}<?xml version='1.0' standalone=\"yes\" ?>\r\n<!-- a proxy's --><?pi x?>\n\
        <S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Header><S:Body/></S:Header>\n <S:Body >\n\
        <v:RetrievePropertiesExResponse xmlns:v='urn:vim25' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' S:encodingStyle=''>\n\
        <v:returnval><v:token i:nil='true'/><v:soon i:type='Unheard'><v:objects/></v:soon><v:objects>\n\
        <v:obj i:type='v:ManagedObjectReference' type='HostSystem'>host<!-- - -->-1</v:obj>\
        <v:propSet><v:soon i:nil='1'/><v:name><![CDATA[name]]></v:name>\
        <v:val i:type='xs:string' xmlns:xs='http://www.w3.org/2001/XMLSchema'><![CDATA[a & b]]]]>&#x3E; &#233;</v:val></v:propSet>\
        <v:propSet><v:name>runtime.inMaintenanceMode</v:name><v:val>\n1\n</v:val></v:propSet>\
        <v:propSet><v:name>runtime.bootTime</v:name><v:val>\n2026-11-27T09:12:13.500000+01:00\n</v:val></v:propSet>\
        <v:propSet><v:name>runtime.stateEncryption</v:name><v:val i:nil='true'/></v:propSet>\
        <v:propSet><v:name>summary.managementServerIp</v:name><v:val></v:val></v:propSet>\
        <v:propSet><v:name>configManager.firmwareSystem</v:name><v:val i:type='v:ManagedObjectReference' type='HostFirmwareSystem'>fw-1</v:val></v:propSet>\
        <v:propSet><v:name>config.virtualNicManagerInfo.netConfig</v:name><v:val i:type='v:ArrayOfVirtualNicManagerNetConfig'>\
        <v:VirtualNicManagerNetConfig><v:nicType>vmotion</v:nicType><v:selectedVnic/></v:VirtualNicManagerNetConfig>\
        <v:VirtualNicManagerNetConfig><v:soon/><v:nicType>management</v:nicType>\
        <v:candidateVnic><v:key>vmk0</v:key><v:spec><v:ip><v:ipAddress> 192.0.2.1 </v:ipAddress></v:ip></v:spec></v:candidateVnic>\
        <v:selectedVnic>vmk0</v:selectedVnic></v:VirtualNicManagerNetConfig></v:val></v:propSet>\
        <v:missingSet><v:path>config.lockdownMode</v:path><v:fault><v:fault i:type='v:NoPermission'><v:object i:nil='true'/>\
        <v:privilegeId>System.Read</v:privilegeId></v:fault><v:localizedMessage>\n No.\n</v:localizedMessage></v:fault></v:missingSet>\
        </v:objects></v:returnval></v:RetrievePropertiesExResponse></S:Body></S:Envelope>\n<!-- end -->";
    let read = |xml: &str| format!("{:#?}", decoded(xml));
    assert_eq!(read(odd), read(plain));
    assert_eq!(decoded(plain).1.management_addresses.len(), 1);
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
