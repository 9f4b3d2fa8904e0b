use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use vsphere::{
    ApiType, Client, ConnectOptions, Error, FaultKind, SignedIn, Timeouts, inventory, read_surroundings,
};
use vsphere_sim::{FaultRule, HostSpec, Options, Simulator, SoapFault, What, WithoutSession};

use crate::{connect, connect_options, credentials, one_host, sign_in};

#[tokio::test]
async fn a_session_is_opened_once_and_signed_out() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    assert_eq!(sim.open_sessions(), 1);
    signed_in.sign_out().await;
    assert_eq!((sim.open_sessions(), sim.sessions_ever()), (0, 1));
}

#[tokio::test]
async fn a_password_that_a_server_repeats_is_in_no_error() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let client = connect(&sim).await.unwrap();
    let password = Options::default().password;
    let fault = |name| SoapFault::new(name, format!("Cannot use the password {password}."));
    sim.add_fault(FaultRule::soap("Login", What::Fault(fault("InvalidLogin"))).once());
    let error = SignedIn::sign_in(&client, credentials()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} refused Login: InvalidLogin", client.address()));
    assert!(!format!("{error:?}").contains(&password), "{error:?}");
}

#[tokio::test]
async fn a_session_that_nobody_uses_is_kept_alive() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let calls = || sim.requests().iter().filter(|request| request.kind == "CurrentTime").count();
    // Somewhat longer than a call has to be waited for.
    let pause = Duration::from_secs(6 * 60);
    let mut nth = 0;
    while pause * u32::try_from(nth).unwrap() <= Options::default().session_idle.unwrap() {
        // Once this is answered, so is the call before, and the next is waited for.
        connect(&sim).await.unwrap();
        nth += 1;
        tokio::time::pause();
        tokio::time::advance(pause).await;
        while calls() < nth {
            tokio::task::yield_now().await;
        }
        tokio::time::resume();
    }
    assert_eq!((sim.open_sessions(), sim.sessions_ever()), (1, 1), "it is the same session");
    signed_in.sign_out().await;
}

#[tokio::test]
async fn a_session_that_is_dropped_is_signed_out_too() {
    let sim = one_host(HostSpec::new("esx01")).await;
    drop(sign_in(&sim).await);
    while sim.open_sessions() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_sign_in_that_is_cut_off_leaves_no_session() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let client = connect(&sim).await.unwrap();
    let asked = Arc::new(Notify::new());
    sim.add_fault(FaultRule::soap("Login", What::Until(asked.clone())));
    // Long enough to ask, and gone before the answer.
    let cut_off = tokio::time::timeout(Duration::from_millis(100), SignedIn::sign_in(&client, credentials()));
    assert!(cut_off.await.is_err());
    asked.notify_one();
    while sim.sessions_ever() == 0 || sim.open_sessions() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_sign_out_that_is_cut_off_is_carried_out() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let asked = Arc::new(Notify::new());
    sim.add_fault(FaultRule::soap("Logout", What::Until(asked.clone())));
    let cut_off = tokio::time::timeout(Duration::from_millis(100), signed_in.sign_out());
    assert!(cut_off.await.is_err());
    assert_eq!(sim.open_sessions(), 1);
    asked.notify_one();
    while sim.open_sessions() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_for_all_calls() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    sim.expire_sessions();
    let reads = (0..8).map(|_| inventory::read(session));
    for hosts in futures_util::future::join_all(reads).await {
        assert_eq!(hosts.unwrap()[0].name, "esx01");
    }
    assert_eq!((sim.open_sessions(), sim.sessions_ever()), (1, 2));
}

#[tokio::test]
async fn a_session_that_expires_between_two_pages_starts_the_inventory_again() {
    let hosts = vsphere_sim::uniform_hosts(9, 1000);
    let sim = Simulator::start(Options { hosts, page_limit: Some(2), ..Options::default() }).await.unwrap();
    let signed_in = sign_in(&sim).await;
    let gone = SoapFault::not_authenticated("PropertyCollector", "propertyCollector");
    sim.add_fault(FaultRule::soap("ContinueRetrievePropertiesEx", What::Fault(gone)).after(2).once());
    assert_eq!(inventory::read(signed_in.session()).await.unwrap().len(), 9);
    assert_eq!(sim.sessions_ever(), 2);
}

/// Some servers say nothing, or withhold everything, instead of that the session is gone.
#[tokio::test]
async fn a_session_that_is_gone_without_a_word_is_renewed() {
    for without_session in [WithoutSession::Withheld, WithoutSession::Nothing] {
        let options =
            Options { without_session, hosts: vsphere_sim::uniform_hosts(9, 1000), ..Options::default() };
        let sim = Simulator::start(options).await.unwrap();
        let signed_in = sign_in(&sim).await;
        let session = signed_in.session();
        let hosts = inventory::read(session).await.unwrap();
        let esx01 = &hosts[0].object;
        let around = read_surroundings(session, esx01).await.unwrap();
        let certificate = inventory::read_certificate(session, esx01).await.unwrap();

        sim.expire_sessions();
        let again = inventory::read_host(session, esx01).await.unwrap();
        assert_eq!(again.uuid, hosts[0].uuid, "{without_session:?}");
        sim.expire_sessions();
        assert_eq!(read_surroundings(session, esx01).await.unwrap(), around, "{without_session:?}");
        sim.expire_sessions();
        let again = inventory::read_certificate(session, esx01).await.unwrap();
        assert_eq!(again, certificate, "{without_session:?}");
        sim.expire_sessions();
        assert_eq!(inventory::read(session).await.unwrap().len(), 9, "{without_session:?}");
        assert_eq!((sim.open_sessions(), sim.sessions_ever()), (1, 5), "{without_session:?}");
    }
}

/// What a session made, such as a view, goes with it: the first that is heard of that may be that the object is not there.
#[tokio::test]
async fn an_object_that_went_with_its_session_is_looked_for_again() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    let host = inventory::read(session).await.unwrap().remove(0).object;
    let gone = || What::Fault(SoapFault::object_not_found("ContainerView", "view-1"));
    sim.expire_sessions();
    sim.add_fault(FaultRule::soap("RetrievePropertiesEx", gone()).once());
    assert_eq!(inventory::read_host(session, &host).await.unwrap().name, "esx01");
    assert_eq!(sim.sessions_ever(), 2);
    // With a session that lives it is what it says.
    sim.add_fault(FaultRule::soap("RetrievePropertiesEx", gone()).once());
    assert_eq!(inventory::read_host(session, &host).await.unwrap_err().code(), "object_not_found");
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_says_so() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.expire_sessions();
    sim.add_fault(FaultRule::soap("Login", What::Fault(SoapFault::invalid_login())));
    let error = inventory::read(signed_in.session()).await.unwrap_err();
    assert_eq!(error.fault().unwrap().kind, FaultKind::InvalidLogin);
}

#[tokio::test]
async fn a_refused_renewal_is_not_tried_again() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.expire_sessions();
    sim.add_fault(FaultRule::soap("Login", What::Fault(SoapFault::password_expired())));
    let reads = (0..20).map(|_| inventory::read(signed_in.session()));
    for read in futures_util::future::join_all(reads).await {
        assert_eq!(read.unwrap_err().code(), "password_expired");
    }
    let logins = sim.requests().iter().filter(|request| request.kind == "Login").count();
    assert_eq!(logins, 2, "a wrong password tried for each of 2,500 hosts would lock the account");
}

#[tokio::test]
async fn a_renewal_that_fails_for_another_reason_is_tried_again() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.expire_sessions();
    let starting = SoapFault::new("SystemError", "A general system error occurred: the service is starting.");
    sim.add_fault(FaultRule::soap("Login", What::Fault(starting)).once());
    assert!(inventory::read(signed_in.session()).await.is_err());
    assert_eq!(inventory::read(signed_in.session()).await.unwrap()[0].name, "esx01");
}

#[tokio::test]
async fn a_session_that_was_signed_out_stays_so() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let late = signed_in.session().clone();
    signed_in.sign_out().await;
    assert_eq!(inventory::read(&late).await.unwrap_err().code(), "not_authenticated");
    assert_eq!((sim.open_sessions(), sim.sessions_ever()), (0, 1));
}

#[tokio::test]
async fn a_renewal_that_outlasts_the_sign_out_leaves_no_session() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let patient = ConnectOptions { timeouts: Timeouts::default(), ..connect_options(&sim) };
    let client = Client::connect(patient).await.unwrap();
    let signed_in = SignedIn::sign_in(&client, credentials()).await.unwrap();
    let asked = Arc::new(Notify::new());
    sim.expire_sessions();
    sim.add_fault(FaultRule::soap("Login", What::Until(asked.clone())));
    let cut_off = tokio::time::timeout(Duration::from_secs(1), inventory::read(signed_in.session()));
    assert!(cut_off.await.is_err());
    tokio::time::pause();
    signed_in.sign_out().await;
    // What it leaves to the background has given up as well, and the renewal not yet.
    tokio::time::sleep(Duration::from_secs(60)).await;
    tokio::time::resume();
    asked.notify_one();
    while sim.sessions_ever() < 2 || sim.open_sessions() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_quoted_cookie_and_another_xsi_prefix_are_fine() {
    let odd = Options {
        quoted_cookies: true,
        xsi_prefix: "XMLSchema-instance".into(),
        hosts: vec![HostSpec::new("esx01")],
        ..Options::default()
    };
    let sim = Simulator::start(odd).await.unwrap();
    let signed_in = sign_in(&sim).await;
    assert_eq!(inventory::read(signed_in.session()).await.unwrap()[0].name, "esx01");
}

#[tokio::test]
async fn passwords_are_sent_as_they_are() {
    let password = " p&<>\"'ü\u{1F511}]]> ";
    let options =
        Options { password: password.into(), hosts: vec![HostSpec::new("esx01")], ..Options::default() };
    let sim = Simulator::start(options).await.unwrap();
    let credentials = vsphere::Credentials { password: password.into(), ..credentials() };
    let client = connect(&sim).await.unwrap();
    assert!(SignedIn::sign_in(&client, credentials).await.is_ok());
}

#[tokio::test]
async fn the_version_is_agreed_on() {
    for (newest, expect) in [("8.0.3.0", "8.0.3.0"), ("7.0.2.0", "7.0.2.0"), ("11.0.0.0", "7.0")] {
        let versions =
            vsphere_sim::Versions { newest: newest.into(), prior: vec!["7.0".into(), "6.7".into()] };
        let options = Options { versions, hosts: vec![HostSpec::new("esx01")], ..Options::default() };
        let sim = Simulator::start(options).await.unwrap();
        let client = connect(&sim).await.unwrap();
        assert_eq!(client.version(), expect);
        assert_eq!(client.about().api_type, ApiType::VCenter);
    }
    let sim = one_host(HostSpec::new("esx01")).await;
    sim.add_fault(FaultRule::get(What::Status(404)));
    assert_eq!(connect(&sim).await.unwrap().version(), "6.0", "a server without a list");
}

#[tokio::test]
async fn a_call_is_repeated_only_where_that_changes_nothing() {
    let sim = one_host(HostSpec::new("esx01")).await;
    sim.add_fault(FaultRule::get(What::Status(502)).once());
    sim.add_fault(FaultRule::soap("RetrieveServiceContent", What::Status(503)).once());
    let client = connect(&sim).await.unwrap();
    sim.add_fault(FaultRule::soap("Login", What::Status(503)).once());
    let error = SignedIn::sign_in(&client, credentials()).await.unwrap_err();
    assert!(matches!(error, Error::Status { status: 503, operation: "Login", .. }), "{error:?}");
    assert_eq!(sim.sessions_ever(), 0);
}
