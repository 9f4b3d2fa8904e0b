use secrecy::ExposeSecret as _;
use vsphere::{FaultKind, inventory, recovery_keys};
use vsphere_sim::{FaultRule, HostSpec, Options, Simulator, SoapFault, What};

use crate::{one_host, sign_in};

fn sealed() -> HostSpec {
    HostSpec { tpm: true, ..HostSpec::new("esx01") }
}

async fn keys(sim: &Simulator) -> vsphere::Result<Vec<(String, String)>> {
    let signed_in = sign_in(sim).await;
    let host = inventory::read(signed_in.session()).await?.remove(0);
    let keys = recovery_keys(signed_in.session(), &host.object).await?;
    Ok(keys.into_iter().map(|key| (key.id, key.key.expose_secret().to_owned())).collect())
}

#[tokio::test]
async fn the_recovery_key_of_a_sealed_host_is_told_through_vcenter_and_directly() {
    let direct = Options { hosts: vec![sealed()], ..Options::esxi() };
    for sim in [one_host(sealed()).await, Simulator::start(direct).await.unwrap()] {
        let host = sim.host("esx01");
        assert_eq!(keys(&sim).await.unwrap(), [host.recovery_key().unwrap()]);
        let before = host.recovery_key();
        host.rotate_recovery_key();
        assert_ne!(host.recovery_key(), before);
        assert_eq!(keys(&sim).await.unwrap(), [host.recovery_key().unwrap()]);
    }
}

#[tokio::test]
async fn a_host_that_is_not_sealed_has_none() {
    assert!(keys(&one_host(HostSpec::new("esx01")).await).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_may_not_be_read_is_a_fault() {
    let sim = one_host(sealed()).await;
    let refused = SoapFault::no_permission("HostSystem", "host-1001", "Host.Config.Settings");
    sim.add_fault(FaultRule::soap("RetrieveManagedMethodExecuter", What::Fault(refused)));
    let error = keys(&sim).await.unwrap_err();
    let privilege = Some("Host.Config.Settings".to_owned());
    assert_eq!(error.fault().unwrap().kind, FaultKind::NoPermission { privilege, at_hosts_login: false });
}
