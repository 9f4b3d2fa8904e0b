use vsphere_sim::{ConnectionState, HostSpec, Options, ReportCertificates, uniform_hosts, varied_hosts};

use crate::client::{Client, Reply, between, esxi, vcenter};

/// Retrieves properties of all hosts through a container view.
async fn hosts(client: &Client, paths: &[&str], options: &str) -> Reply {
    let root = client.reference("rootFolder").await;
    let views = client.reference("viewManager").await;
    let arguments = format!(
        "<container type=\"Folder\">{}</container><type>HostSystem</type><recursive>true</recursive>",
        root.1
    );
    let view = client.call("CreateContainerView", &views, &arguments).await;
    let paths = format!("<pathSet>{}</pathSet>", paths.join("</pathSet><pathSet>"));
    let arguments = format!(
        "<specSet><propSet><type>HostSystem</type>{paths}</propSet><objectSet><obj type=\"ContainerView\">{}</obj>\
         <skip>true</skip><selectSet i:type=\"TraversalSpec\"><name>v</name><type>ContainerView</type><path>view</path>\
         <skip>false</skip></selectSet></objectSet></specSet><options>{options}</options>",
        view.returned()
    );
    client.call("RetrievePropertiesEx", &client.reference("propertyCollector").await, &arguments).await
}

#[tokio::test]
async fn every_host_once_whatever_the_page_size() {
    let options = Options { hosts: varied_hosts(10), page_limit: Some(3), ..Options::default() };
    let (simulator, client) = vcenter(options).await;
    let collector = client.reference("propertyCollector").await;
    for (asked, first) in [(2, 2), (3, 3), (7, 3)] {
        let mut reply = hosts(&client, &["name"], &format!("<maxObjects>{asked}</maxObjects>")).await;
        assert_eq!(reply.count("<objects>"), first);
        let mut names = Vec::new();
        loop {
            names.extend(
                reply
                    .body
                    .split("</val>")
                    .filter_map(|part| Some(part.rsplit_once("string\">")?.1.to_string())),
            );
            let Some(token) = reply.text("token") else { break };
            let arguments = format!("<token>{token}</token>");
            reply = client.call("ContinueRetrievePropertiesEx", &collector, &arguments).await;
        }
        let expect: Vec<String> = varied_hosts(10).into_iter().map(|host| host.name).collect();
        names.sort();
        assert_eq!(names, expect);
    }
    let reply = client.call("ContinueRetrievePropertiesEx", &collector, "<token>used</token>").await;
    assert_eq!(reply.fault(), Some("InvalidProperty"));
    let reply = hosts(&client, &["name"], "<maxObjects>2</maxObjects>").await;
    let arguments = format!("<token>{}</token>", reply.text("token").unwrap());
    let mut other = Client::new(&simulator);
    other.log_in("administrator@vsphere.local", "hostkeep-demo").await;
    for method in ["ContinueRetrievePropertiesEx", "CancelRetrievePropertiesEx"] {
        let reply = other.call(method, &collector, &arguments).await;
        assert_eq!(reply.fault(), Some("InvalidProperty"), "{method} in another session");
    }
    assert_eq!(client.call("CancelRetrievePropertiesEx", &collector, &arguments).await.fault(), None);
    let again = client.call("ContinueRetrievePropertiesEx", &collector, &arguments).await;
    assert_eq!(again.fault(), Some("InvalidProperty"));
}

#[tokio::test]
async fn properties_are_refused_missing_or_absent_as_on_a_real_server() {
    let hosts_of = |connection| vec![HostSpec { connection, ..HostSpec::new("esx01.lab.local") }];
    let connected = ConnectionState::Connected;
    let gone = ConnectionState::Disconnected;
    let unset = "unset";
    let cases = [
        ("8.0.3.0", connected, "name", "esx01.lab.local"),
        ("8.0.3.0", connected, "runtime.connectionState", "connected"),
        ("8.0.3.0", connected, "runtime.powerState", "poweredOn"),
        ("8.0.3.0", ConnectionState::Standby, "runtime.connectionState", "connected"),
        ("8.0.3.0", ConnectionState::Standby, "runtime.powerState", "standBy"),
        ("8.0.3.0", ConnectionState::Standby, "runtime.standbyMode", "in"),
        ("8.0.3.0", gone, "runtime.powerState", "unknown"),
        ("8.0.3.0", connected, "summary.hardware.vendor", "Dell Inc."),
        ("8.0.3.0", connected, "config.product.version", "8.0.3"),
        ("8.0.3.0", connected, "runtime.stateEncryption.protectionMode", "none"),
        ("7.0.2.0", connected, "runtime.stateEncryption", "InvalidProperty"),
        ("8.0.3.0", connected, "summary.config.sslCertificate", "InvalidProperty"),
        ("8.0.3.0", connected, "runtime.nonsense", "InvalidProperty"),
        ("8.0.3.0", connected, "nonsense", "InvalidProperty"),
        ("8.0.3.0", gone, "config.nonsense", "InvalidProperty"),
        ("8.0.3.0", gone, "config.certificate", unset),
        ("8.0.3.0", gone, "runtime.bootTime", unset),
        ("8.0.3.0", gone, "runtime.connectionState", "disconnected"),
        ("8.0.3.0", connected, "config.lockdownMode", "NoPermission"),
        ("8.0.3.0", connected, "config.lockdownModeX", "InvalidProperty"),
    ];
    for (version, connection, path, expect) in cases {
        let options = Options {
            hosts: hosts_of(connection),
            unreadable: vec!["config.lockdownMode".into()],
            ..Options::default()
        };
        let (_simulator, mut client) = vcenter(options).await;
        client.version = format!("urn:vim25/{version}");
        let reply = hosts(&client, &[path], "").await;
        let got = reply
            .fault()
            .or_else(|| between(&reply.body, "<fault xsi:type=\"", "\""))
            .or_else(|| reply.text("val"))
            .unwrap_or(unset);
        assert_eq!(got, expect, "{version} {path}");
    }
}

#[tokio::test]
async fn the_tree_can_be_walked_down_and_up() {
    let hosts = ["a", "b", "c"].map(|name| HostSpec {
        cluster: (name != "c").then(|| "Cluster%2f/\\".to_string()),
        ..HostSpec::new(name)
    });
    let (simulator, client) = vcenter(Options { hosts: hosts.to_vec(), ..Options::default() }).await;
    let root = client.reference("rootFolder").await;
    // The classic specification: named selections that refer to each other.
    let traversal = |name: &str, kind: &str, path: &str, next: &str| {
        format!(
            "<selectSet i:type=\"TraversalSpec\"><name>{name}</name><type>{kind}</type><path>{path}</path>\
             <skip>false</skip>{next}</selectSet>"
        )
    };
    let refer = |name: &str| format!("<selectSet i:type=\"SelectionSpec\"><name>{name}</name></selectSet>");
    let all = refer("folder") + &refer("datacenter") + &refer("compute");
    let arguments = format!(
        "<specSet><propSet><type>ManagedEntity</type><pathSet>name</pathSet><pathSet>parent</pathSet></propSet>\
         <objectSet><obj type=\"Folder\">{}</obj><skip>false</skip>{}{}{}</objectSet></specSet>",
        root.1,
        traversal("folder", "Folder", "childEntity", &all),
        traversal("datacenter", "Datacenter", "hostFolder", &all),
        traversal("compute", "ComputeResource", "host", ""),
    );
    let collector = client.reference("propertyCollector").await;
    let reply = client.call("RetrieveProperties", &collector, &arguments).await;
    assert_eq!(
        reply.count("<returnval>"),
        1 + 1 + 1 + 2 + 3,
        "root, datacenter, folder, two resources, three hosts"
    );
    for part in [
        "<obj type=\"ClusterComputeResource\">domain-c1001</obj>",
        "<obj type=\"ComputeResource\">domain-s1002</obj>",
        "Cluster%252f%2f%5c",
        "<val type=\"ClusterComputeResource\" xsi:type=\"ManagedObjectReference\">domain-c1001</val>",
    ] {
        assert!(reply.body.contains(part), "{part} in {}", reply.body);
    }
    assert_eq!(simulator.host("c").moid(), "host-1003");
}

#[tokio::test]
async fn certificates_are_reported_as_asked() {
    let cases = [
        (ReportCertificates::Both, true, true, false),
        (ReportCertificates::ConfigPem, true, false, false),
        (ReportCertificates::SslThumbprint, false, true, false),
        (ReportCertificates::SslCertificate, false, false, true),
        (ReportCertificates::Nothing, false, false, false),
    ];
    for (report, pem, thumbprint, certificate) in cases {
        let mut options =
            Options { hosts: uniform_hosts(1, 0), report_certificates: report, ..Options::default() };
        options.versions.newest = "9.0.0.0".into();
        options.versions.prior.insert(0, "8.0.3.0".into());
        let (simulator, mut client) = vcenter(options).await;
        client.version = "urn:vim25/9.0.0.0".into();
        let paths = ["config.certificate", "summary.config.sslThumbprint", "summary.config.sslCertificate"];
        let reply = hosts(&client, &paths, "").await;
        assert_eq!(reply.body.contains("ArrayOfByte\"><byte>45</byte>"), pem, "{report:?}");
        assert_eq!(reply.body.contains(&simulator.hosts()[0].thumbprint_sha1()), thumbprint, "{report:?}");
        assert_eq!(reply.body.contains("-----BEGIN CERTIFICATE-----"), certificate, "{report:?}");
    }
}

#[tokio::test]
async fn hosts_can_be_searched_for() {
    let options = Options { hosts: varied_hosts(6), ..Options::default() };
    let (simulator, client) = vcenter(options).await;
    let index = client.reference("searchIndex").await;
    let host = &simulator.hosts()[2];
    let hosts = "<vmSearch>false</vmSearch>";
    let cases = [
        ("FindByDnsName", format!("<dnsName>{}</dnsName>{hosts}", host.name()), true),
        ("FindByIp", format!("<ip>{}</ip>{hosts}", host.address().ip()), true),
        ("FindByUuid", format!("<uuid>{}</uuid>{hosts}", host.uuid()), true),
        ("FindByUuid", format!("<uuid>{}</uuid><vmSearch>true</vmSearch>", host.uuid()), false),
        ("FindByDnsName", format!("<dnsName>nobody</dnsName>{hosts}"), false),
        (
            "FindByInventoryPath",
            format!("<inventoryPath>Frankfurt/host/Test/{}</inventoryPath>", host.name()),
            true,
        ),
    ];
    for (method, arguments, found) in cases {
        let reply = client.call(method, &index, &arguments).await;
        assert_eq!(reply.body.contains(&format!(">{}<", host.moid())), found, "{method} {}", reply.body);
    }
}

#[tokio::test]
async fn pyvmomi_style_fetches_are_answered() {
    let (simulator, client) = vcenter(Options { hosts: varied_hosts(2), ..Options::default() }).await;
    let host = ("HostSystem".to_string(), simulator.hosts()[0].moid());
    let reply = client.call("Fetch", &host, "<prop>runtime</prop>").await;
    assert!(
        reply.body.contains("<returnval xsi:type=\"HostRuntimeInfo\"><connectionState>connected<"),
        "{}",
        reply.body
    );
    assert_eq!(client.call("Fetch", &host, "<prop>nonsense</prop>").await.fault(), Some("InvalidProperty"));
}

#[tokio::test]
async fn golden_replies() {
    let hosts_of =
        || vec![HostSpec { cluster: Some("Production".into()), ..HostSpec::new("esx01.lab.local") }];
    let (simulator, client) = vcenter(Options { hosts: hosts_of(), ..Options::default() }).await;
    let service = ("ServiceInstance".to_string(), "ServiceInstance".to_string());
    let address = simulator.address().ip().to_string();
    let host = simulator.hosts()[0].address().ip().to_string();
    let stable = |body: &str| body.replace(&address, "[vcenter]").replace(&host, "[host]");

    let reply = client.call("RetrieveServiceContent", &service, "").await;
    insta::assert_snapshot!("service_content", reply.body);
    let paths = [
        "name",
        "parent",
        "runtime.connectionState",
        "runtime.inMaintenanceMode",
        "summary.hardware.uuid",
        "summary.config.product",
        "summary.managementServerIp",
        "configManager.firmwareSystem",
        "config.virtualNicManagerInfo.netConfig",
    ];
    let reply = hosts(&client, &paths, "").await;
    insta::assert_snapshot!("host_properties", stable(&reply.body));
    let reply = client.login("administrator@vsphere.local", "wrong").await;
    insta::assert_snapshot!("invalid_login", reply.body);

    let options = Options { xsi_prefix: "XMLSchema-instance".into(), ..Options::esxi() };
    let (_simulator, client) = esxi(options).await;
    let reply = client.property("HostSystem", "ha-host", "configManager.firmwareSystem").await;
    insta::assert_snapshot!("another_prefix", reply.body);
}
