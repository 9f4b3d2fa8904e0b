use std::time::Duration;

use vsphere_sim::{Accepts, HostSpec, Kind, Options, SimHost, Simulator};

use crate::client::{Client, esxi, http, vcenter};

fn host(download: Accepts, upload: Accepts) -> Options {
    let spec = HostSpec { download, upload, ..HostSpec::new("esx01.lab.local") };
    Options { hosts: vec![spec], ..Options::default() }
}

async fn ticket(client: &Client, method: &str, url: &str) -> String {
    let manager = client.reference("sessionManager").await;
    let arguments = format!(
        "<spec i:type=\"SessionManagerHttpServiceRequestSpec\"><method>{method}</method><url>{url}</url></spec>"
    );
    let reply = client.call("AcquireGenericServiceTicket", &manager, &arguments).await;
    reply.text("id").unwrap_or_else(|| panic!("{}", reply.body)).to_string()
}

async fn get(client: &Client, url: &str, cookie: Option<String>, basic: Option<(&str, &str)>) -> u16 {
    let mut request = client.http.get(url);
    if let Some(cookie) = cookie {
        request = request.header("Cookie", cookie);
    }
    if let Some((user, password)) = basic {
        request = request.basic_auth(user, Some(password));
    }
    request.send().await.unwrap().status().as_u16()
}

async fn put(client: &Client, url: &str, cookie: Option<String>, basic: Option<(&str, &str)>) -> u16 {
    let mut request = client.http.put(url).body("bytes");
    if let Some(cookie) = cookie {
        request = request.header("Cookie", cookie);
    }
    if let Some((user, password)) = basic {
        request = request.basic_auth(user, Some(password));
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_download_asks_for_what_the_host_wants() {
    let right = Some(("root", "hostkeep-root"));
    let wrong = Some(("root", "wrong"));
    let vcenter_user = Some(("administrator@vsphere.local", "hostkeep-demo"));
    let cases = [
        (Accepts::ANYONE, None, 200),
        (Accepts::AUTHENTICATED, None, 401),
        (Accepts::AUTHENTICATED, right, 200),
        (Accepts::AUTHENTICATED, wrong, 401),
        (Accepts::AUTHENTICATED, vcenter_user, 401),
        (Accepts::TICKET, right, 401),
    ];
    for (accepts, basic, expect) in cases {
        let (simulator, client) = vcenter(host(accepts, Accepts::AUTHENTICATED)).await;
        let url = client.backup_url(&simulator.hosts()[0]).await;
        assert_eq!(get(&client, &url, None, basic).await, expect, "{accepts:?} {basic:?}");
        // A vCenter session is none on the host.
        let status = get(&client, &url, client.cookie.clone(), None).await;
        assert_eq!(status, if accepts.anyone { 200 } else { 401 });
    }
}

#[tokio::test]
async fn a_ticket_is_good_for_one_request_only() {
    let (simulator, client) = vcenter(host(Accepts::TICKET, Accepts::TICKET)).await;
    let esx = &simulator.hosts()[0];
    let url = client.backup_url(esx).await;
    let cookie = |ticket: &str| Some(format!("vmware_cgi_ticket={ticket}"));

    let good = ticket(&client, "httpGet", &url).await;
    assert_eq!(get(&client, &url, cookie(&good), None).await, 200);
    assert_eq!(get(&client, &url, cookie(&good), None).await, 401, "used up");
    let other_verb = ticket(&client, "httpPut", &url).await;
    assert_eq!(get(&client, &url, cookie(&other_verb), None).await, 401);
    let other_url = ticket(&client, "httpGet", &client.backup_url(esx).await).await;
    assert_eq!(get(&client, &url, cookie(&other_url), None).await, 401);

    let upload = client.upload_url(esx).await;
    let good = ticket(&client, "httpPut", &upload).await;
    assert_eq!(put(&client, &upload, cookie(&good), None).await, 201);
    assert_eq!(esx.last_upload().as_deref(), Some(b"bytes".as_slice()));
    let manager = client.reference("sessionManager").await;
    let star = client.call(
        "AcquireGenericServiceTicket",
        &manager,
        "<spec i:type=\"SessionManagerHttpServiceRequestSpec\"><method>httpGet</method><url>https://*/x</url></spec>",
    );
    assert_eq!(star.await.fault(), Some("InvalidArgument"));
}

#[tokio::test]
async fn a_direct_session_opens_its_own_host() {
    let options =
        Options { kind: Kind::Esxi, user: "root".into(), ..host(Accepts::COOKIE, Accepts::AUTHENTICATED) };
    let (simulator, client) = esxi(options).await;
    let esx = &simulator.hosts()[0];
    let url = client.backup_url(esx).await;
    assert_eq!(get(&client, &url, None, None).await, 401);
    assert_eq!(get(&client, &url, client.cookie.clone(), None).await, 200);
    let upload = client.upload_url(esx).await;
    assert_eq!(put(&client, &upload, client.cookie.clone(), None).await, 201);
    simulator.expire_sessions();
    assert_eq!(put(&client, &upload, client.cookie.clone(), None).await, 401);
}

#[tokio::test]
async fn lockdown_keeps_root_from_uploading() {
    let (simulator, client) = vcenter(host(Accepts::ANYONE, Accepts::AUTHENTICATED)).await;
    let esx = &simulator.hosts()[0];
    let upload = client.upload_url(esx).await;
    let root = Some(("root", "hostkeep-root"));
    assert_eq!(put(&client, &upload, None, None).await, 401);
    assert_eq!(put(&client, &upload, None, root).await, 201);
    esx.set_lockdown(true);
    assert_eq!(put(&client, &upload, None, root).await, 403);
    assert_eq!(put(&client, &upload, None, Some(("root", "wrong"))).await, 401);
}

#[tokio::test]
async fn bundles_expire_and_are_served_by_their_own_host_only() {
    let options = Options { bundle_life: Duration::ZERO, ..host(Accepts::ANYONE, Accepts::ANYONE) };
    let (simulator, client) = vcenter(options).await;
    let url = client.backup_url(&simulator.hosts()[0]).await;
    assert_eq!(client.get(&url).await.status(), 404);

    let hosts = vec![HostSpec::new("a"), HostSpec::new("b")];
    let (simulator, client) = vcenter(Options { hosts, ..Options::default() }).await;
    let [a, b] = <[SimHost; 2]>::try_from(simulator.hosts()).unwrap();
    let url = client.backup_url(&a).await;
    let elsewhere = |address: String| url.replace(&a.address().to_string(), &address);
    assert_eq!(client.get(&url).await.status(), 200);
    assert_eq!(client.get(&elsewhere(b.address().to_string())).await.status(), 404);
    assert_eq!(client.get(&elsewhere(simulator.address().to_string())).await.status(), 404);
}

#[tokio::test]
async fn plain_http_is_sent_to_tls() {
    let simulator = Simulator::start(host(Accepts::ANYONE, Accepts::ANYONE)).await.unwrap();
    let client = http(std::iter::empty());
    for address in [simulator.address(), simulator.hosts()[0].address()] {
        let reply = client.get(format!("http://{address}/downloads/x/y.tgz?z=1")).send().await.unwrap();
        assert_eq!(reply.status(), 301);
        let target = reply.headers()["location"].to_str().unwrap();
        assert_eq!(target, format!("https://{address}/downloads/x/y.tgz?z=1"));
        let named =
            client.get(format!("http://{address}/")).header("Host", "esx01.lab.local").send().await.unwrap();
        let target = named.headers()["location"].to_str().unwrap();
        assert_eq!(target, format!("https://esx01.lab.local:{}/", address.port()));
    }
}

#[tokio::test]
async fn certificates_are_of_each_server_and_can_change() {
    let (simulator, client) = vcenter(Options::default()).await;
    let host = &simulator.hosts()[0];
    let url = format!("https://{}/", host.address());
    assert_eq!(client.get(&url).await.status(), 200);
    let before = (simulator.thumbprint(), host.thumbprint());
    host.change_certificate();
    simulator.change_certificate();
    assert_ne!(before.0, simulator.thumbprint());
    assert_ne!(before.1, host.thumbprint());
    assert_eq!(before.1.len(), 95);
    let old = http([host.certificate()].into_iter());
    assert_eq!(old.get(&url).send().await.unwrap().status(), 200);
    // The first client trusts the certificates of before, on a new connection.
    let stale = http([simulator.certificate()].into_iter());
    assert!(stale.get(&url).send().await.is_err());
}
