use std::time::Duration;

use vsphere_sim::{Answer, Credentials, HostSpec, Options, Simulator};

use crate::client::{Client, between, esxi, vcenter};

#[tokio::test]
async fn a_login_is_refused_for_the_documented_reasons() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let client = Client::new(&simulator);
    let manager = client.reference("sessionManager").await;
    assert_eq!(manager.1, "SessionManager");
    let cases = [
        ("administrator@vsphere.local", "wrong", "en", Some("InvalidLogin")),
        ("root", "hostkeep-demo", "en", Some("InvalidLogin")),
        ("administrator@vsphere.local", "hostkeep-demo", "tlh", Some("InvalidLocale")),
        ("administrator@vsphere.local", "hostkeep-demo ", "en", Some("InvalidLogin")),
        ("administrator@vsphere.local", "hostkeep-demo", "en_US", None),
    ];
    for (user, password, locale, expect) in cases {
        let arguments =
            format!("<userName>{user}</userName><password>{password}</password><locale>{locale}</locale>");
        let reply = client.call("Login", &manager, &arguments).await;
        assert_eq!(reply.fault(), expect, "{user} {password} {locale}");
    }
    assert_eq!((simulator.open_sessions(), simulator.sessions_ever()), (1, 1));
}

#[tokio::test]
async fn passwords_may_hold_anything_that_xml_can() {
    let password = " a&b<c>\"d' ]]>\u{20ac} ";
    let options = Options { password: password.into(), ..Options::default() };
    let simulator = Simulator::start(options).await.unwrap();
    let client = Client::new(&simulator);
    let escaped = " a&amp;b&lt;c&gt;&quot;d&#39; ]]&gt;&#x20ac; ";
    assert_eq!(client.login("administrator@vsphere.local", escaped).await.fault(), None);
    let cdata = "<![CDATA[ a&b<c>\"d' ]]]]><![CDATA[>\u{20ac} ]]>";
    assert_eq!(client.login("administrator@vsphere.local", cdata).await.fault(), None);
}

#[tokio::test]
async fn a_session_ends_by_logout_by_expiry_and_by_idleness() {
    let (simulator, mut client) = vcenter(Options::default()).await;
    let alive = ("ServiceInstance".to_string(), "ServiceInstance".to_string());
    let manager = client.reference("sessionManager").await;
    assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), None);
    let again = "<userName>administrator@vsphere.local</userName><password>hostkeep-demo</password>";
    assert_eq!(client.call("Login", &manager, again).await.fault(), Some("InvalidLogin"), "twice");

    assert_eq!(client.call("Logout", &manager, "").await.fault(), None);
    assert_eq!(client.call("Logout", &manager, "").await.fault(), Some("NotAuthenticated"), "twice");
    assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), Some("NotAuthenticated"));
    assert_eq!(simulator.open_sessions(), 0);

    client.log_in("administrator@vsphere.local", "hostkeep-demo").await;
    simulator.expire_sessions();
    assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), Some("NotAuthenticated"));

    let options = Options { session_idle: Some(Duration::ZERO), ..Options::default() };
    let (idle, client) = vcenter(options).await;
    assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), Some("NotAuthenticated"));
    assert_eq!((idle.open_sessions(), idle.sessions_ever()), (0, 1));
}

#[tokio::test]
async fn a_quoted_cookie_has_to_come_back_quoted() {
    let (_simulator, mut client) = vcenter(Options { quoted_cookies: true, ..Options::default() }).await;
    let alive = ("ServiceInstance".to_string(), "ServiceInstance".to_string());
    let cookie = client.cookie.clone().unwrap();
    assert!(cookie.starts_with("vmware_soap_session=\"") && cookie.ends_with('"'), "quoted");
    assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), None);
    client.cookie = Some(cookie.replace('"', ""));
    assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), Some("NotAuthenticated"));
}

#[tokio::test]
async fn the_current_session_can_be_asked_for_with_and_without_one() {
    let (_simulator, mut client) = vcenter(Options::default()).await;
    let reply = client.property("SessionManager", "SessionManager", "currentSession").await;
    assert_eq!(reply.text("userName"), Some("administrator@vsphere.local"));
    client.cookie = None;
    let reply = client.property("SessionManager", "SessionManager", "currentSession").await;
    assert_eq!((reply.fault(), reply.text("userName")), (None, None));
    let reply = client.property("HostSystem", "host-1001", "name").await;
    assert_eq!(reply.fault(), Some("NotAuthenticated"));
}

#[tokio::test]
async fn too_many_sessions_are_a_503() {
    let (simulator, client) = vcenter(Options { sessions_max: Some(1), ..Options::default() }).await;
    assert_eq!(client.login("administrator@vsphere.local", "hostkeep-demo").await.status, 503);
    assert_eq!(simulator.open_sessions(), 1);
}

#[tokio::test]
async fn a_host_has_its_own_ids_and_users() {
    let (simulator, client) = esxi(Options::esxi()).await;
    let content = client
        .call("RetrieveServiceContent", &("ServiceInstance".into(), "ServiceInstance".into()), "")
        .await;
    assert_eq!(content.text("apiType"), Some("HostAgent"));
    assert_eq!(client.reference("sessionManager").await.1, "ha-sessionmgr");
    assert_eq!(simulator.hosts()[0].moid(), "ha-host");
    assert_eq!(
        client.login("administrator@vsphere.local", "hostkeep-demo").await.fault(),
        Some("InvalidLogin")
    );
    let manager = client.reference("sessionManager").await;
    let active = "<sessionID>x</sessionID><userName>root</userName>";
    assert_eq!(client.call("SessionIsActive", &manager, active).await.fault(), Some("NotSupported"));

    simulator.hosts()[0].set_lockdown(true);
    assert_eq!(client.login("root", "hostkeep-demo").await.fault(), Some("NoPermission"));
    simulator.hosts()[0].set_lockdown(false);
    simulator.hosts()[0].set_root_password("another");
    assert_eq!(client.login("root", "hostkeep-demo").await.fault(), Some("InvalidLogin"));
    assert_eq!(client.login("root", "another").await.fault(), None);
}

#[tokio::test]
async fn versions_are_announced_and_insisted_on() {
    let (simulator, mut client) = vcenter(Options::default()).await;
    let document =
        client.get(&format!("{}/sdk/vimServiceVersions.xml", simulator.url())).await.text().await.unwrap();
    assert_eq!(between(&document, "<version>", "</version>"), Some("8.0.3.0"));
    assert!(document.contains("<version>7.0.3.0</version>"));
    let wsdl = client.get(&format!("{}/sdk/vimService.wsdl", simulator.url())).await;
    assert_eq!(wsdl.status(), 200);

    let alive = ("ServiceInstance".to_string(), "ServiceInstance".to_string());
    for (action, expect) in [
        ("\"urn:vim25/8.0.3.0\"", None),
        ("urn:vim25/6.7", None),
        ("urn:vim25", None),
        ("urn:vim25/99.0", Some("InvalidRequest")),
    ] {
        client.version = action.into();
        assert_eq!(client.call("CurrentTime", &alive, "").await.fault(), expect, "{action}");
    }
}

#[tokio::test]
async fn nonsense_is_a_fault_and_not_the_end() {
    let (_simulator, client) = vcenter(Options::default()).await;
    let host = ("HostSystem".to_string(), "host-1001".to_string());
    let cases = [
        ("BackupFirmwareConfiguration", host.clone(), "MethodNotFound"),
        ("MakeCoffee", host, "InvalidRequest"),
        ("CurrentTime", ("HostSystem".to_string(), "host-9999".to_string()), "ManagedObjectNotFound"),
        ("CurrentTime", ("HostSystem".to_string(), "ha-host".to_string()), "ManagedObjectNotFound"),
        ("CurrentTime", ("Folder".to_string(), "host-1001".to_string()), "ManagedObjectNotFound"),
    ];
    for (method, this, expect) in cases {
        assert_eq!(client.call(method, &this, "").await.fault(), Some(expect), "{method} on {this:?}");
    }
    for body in ["", "no xml", "<a>", "<a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"] {
        let reply = client.try_post(body.into()).await.unwrap();
        assert_eq!(reply.fault(), Some("InvalidRequest"), "{body}");
    }
}

#[tokio::test]
async fn a_call_has_to_be_made_as_the_api_has_it() {
    let (_simulator, client) = vcenter(Options::default()).await;
    let host = ("HostSystem".to_string(), "host-1001".to_string());
    let timeout = "<timeout>0</timeout>";
    let vsan =
        |mode: &str| format!("{timeout}<maintenanceSpec><vsanMode>{mode}</vsanMode></maintenanceSpec>");
    let no_action = "<objectAction>noAction</objectAction>";
    let cases = [
        (String::new(), Some("Required property timeout is missing")),
        (
            format!("<evacuatePoweredOffVms>true</evacuatePoweredOffVms>{timeout}"),
            Some("Required property timeout is"),
        ),
        (format!("{timeout}<force>true</force>"), Some("Unexpected element tag \"force\" seen")),
        (
            vsan(""),
            Some(
                "Required property objectAction is missing from data object of type VsanHostDecommissionMode",
            ),
        ),
        (vsan(&format!("{no_action}<purpose/>")), Some("Unexpected element tag \"purpose\" seen")),
        (
            vsan("<objectAction>nothing</objectAction>"),
            Some("A specified parameter was not correct: maintenanceSpec"),
        ),
        (vsan(no_action), None),
    ];
    for (arguments, expect) in cases {
        let reply = client.call("EnterMaintenanceMode_Task", &host, &arguments).await;
        let said = reply.text("faultstring").map(|said| said.replace("&quot;", "\""));
        let is_expected = match expect {
            Some(expect) => said.as_ref().is_some_and(|said| said.starts_with(expect)),
            None => said.is_none(),
        };
        assert!(is_expected, "{arguments}: {said:?}");
    }
    let of_nobody = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><CurrentTime>\
         <_this type=\"ServiceInstance\">ServiceInstance</_this></CurrentTime></s:Body></s:Envelope>";
    let reply = client.try_post(of_nobody.into()).await.unwrap();
    assert!(reply.text("faultstring").unwrap().contains("CurrentTime for namespace name "), "{}", reply.body);
    // What stands in the place of its base class has to say so.
    let view = "<objectSet><obj type=\"Folder\">group-d1</obj><selectSet><name>v</name><type>Folder</type><path>childEntity</path></selectSet></objectSet>";
    let arguments = format!("<specSet><propSet><type>Folder</type></propSet>{view}</specSet><options/>");
    let reply =
        client.call("RetrievePropertiesEx", &client.reference("propertyCollector").await, &arguments).await;
    assert_eq!(reply.fault(), Some("InvalidRequest"));
}

#[tokio::test]
async fn what_happened_can_be_read_and_holds_no_secret() {
    let options = Options { hosts: vec![HostSpec::new("esx01.lab.local")], ..Options::default() };
    let (simulator, client) = vcenter(options).await;
    let url = client.backup_url(&simulator.host("esx01.lab.local")).await;
    assert_eq!(client.get(&url).await.status(), 200);
    let requests = simulator.requests();
    let kinds: Vec<(&str, &str, Credentials)> = requests
        .iter()
        .map(|request| (request.server.as_str(), request.kind.as_str(), request.credentials))
        .collect();
    assert_eq!(
        kinds,
        [
            ("vCenter", "RetrieveServiceContent", Credentials::None),
            ("vCenter", "Login", Credentials::None),
            ("vCenter", "BackupFirmwareConfiguration", Credentials::Cookie),
            ("esx01.lab.local", "GET /downloads/<uuid>/configBundle-esx01.lab.local.tgz", Credentials::None),
        ]
    );
    assert!(requests.iter().all(|request| request.answer == Answer::Status(200)));
    let text = format!("{requests:?} {simulator:?} {:?}", Options::default());
    let cookie = client.cookie.unwrap();
    for secret in
        ["hostkeep-demo", cookie.split('=').nth(1).unwrap(), between(&url, "/downloads/", "/").unwrap()]
    {
        assert!(!text.contains(secret), "{secret}");
    }
}
