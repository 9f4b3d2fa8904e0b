use vsphere::{Certificate, Client, ConnectOptions, Error, NotTrusted, Thumbprint, Trust};
use vsphere_sim::{FaultRule, HostSpec, Simulator, What};

use crate::{connect, connect_options, one_host, sign_in};

async fn refused(options: ConnectOptions) -> NotTrusted {
    match Client::connect(options).await.unwrap_err() {
        Error::NotTrusted(not_trusted) => *not_trusted,
        other => panic!("{other:?}"),
    }
}

fn nothing_was_said(sim: &Simulator) -> bool {
    sim.requests().is_empty()
}

#[tokio::test]
async fn a_server_that_the_system_does_not_know_gets_nothing_but_shows_its_certificate() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let refused = refused(ConnectOptions { trust: Trust::System, ..connect_options(&sim) }).await;
    assert_eq!(refused.presented, Certificate::from_der(&sim.certificate()));
    assert_eq!(refused.presented.sha256.to_string(), sim.thumbprint());
    assert_eq!(refused.presented.sha1.to_string(), sim.thumbprint_sha1());
    assert_eq!(refused.expected, None);
    assert!(nothing_was_said(&sim));
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_is_a_stop() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let options = connect_options(&sim);
    let pinned = options.trust.pinned();
    sim.change_certificate();
    let refused = refused(options).await;
    assert_eq!(refused.expected, pinned);
    assert_ne!(Some(refused.presented.sha256), pinned);
    assert!(nothing_was_said(&sim));
}

#[tokio::test]
async fn a_certificate_that_changes_under_a_session_is_a_stop() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    // breaks the connection and shows another certificate from then on
    sim.add_fault(FaultRule::soap("CreateContainerView", What::ChangedCertificate).once());
    let session = signed_in.session();
    assert!(matches!(vsphere::inventory::read(session).await, Err(Error::Interrupted { .. })));
    assert!(matches!(vsphere::inventory::read(session).await, Err(Error::NotTrusted(_))));
}

#[tokio::test]
async fn an_impostor_is_told_nothing() {
    let sim = one_host(HostSpec::new("esx01")).await;
    sim.add_fault(FaultRule::connect(What::ChangedCertificate).once());
    assert!(matches!(connect(&sim).await, Err(Error::NotTrusted(_))));
    assert!(nothing_was_said(&sim));
    assert!(connect(&sim).await.is_ok(), "the real one is still trusted");
}

#[tokio::test]
async fn a_sha1_pin_is_honoured_as_vcenter_reports_it() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let trust = Trust::Pinned(Thumbprint::sha1(&sim.certificate()));
    assert!(Client::connect(ConnectOptions { trust, ..connect_options(&sim) }).await.is_ok());
}
