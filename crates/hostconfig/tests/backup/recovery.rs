//! Recovery keys of hosts that are sealed by their TPM.

use hostconfig::ConfigDir;
use hostconfig::backup::{RunContext, RunReport, back_up};
use hostconfig::recovery_keys::{load, read};
use keyring_core::mock;
use secrecy::ExposeSecret as _;
use vsphere_sim::{FaultRule, HostSpec, Simulator, SoapFault, What};

use crate::{Desk, all_of, vcenter, words};

fn sealed(name: &str) -> HostSpec {
    HostSpec { tpm: true, ..HostSpec::new(name) }
}

fn config(desk: &Desk) -> ConfigDir {
    ConfigDir::at(desk.folder.path().join("config"))
}

async fn run(desk: &Desk, sim: &Simulator) -> RunReport {
    let context = RunContext { recovery_keys: Some(config(desk)), ..desk.context(|_| {}).unwrap() };
    back_up(all_of(sim), context).await.unwrap()
}

fn refused() -> FaultRule {
    let fault = SoapFault::no_permission("HostSystem", "host-1001", "Host.Config.Settings");
    FaultRule::soap("RetrieveManagedMethodExecuter", What::Fault(fault))
}

#[tokio::test]
async fn the_keys_of_sealed_hosts_are_kept_and_older_ones_stay() {
    keyring_core::set_default_store(mock::Store::new().unwrap());
    let (desk, sim) = (Desk::new(), vcenter(vec![sealed("esx01"), HostSpec::new("esx02")]).await);
    let first = sim.host("esx01").recovery_key().unwrap();
    assert_eq!(run(&desk, &sim).await.warnings, [""; 0]);
    sim.host("esx01").rotate_recovery_key();
    let second = sim.host("esx01").recovery_key().unwrap();
    assert_eq!(run(&desk, &sim).await.warnings, [""; 0]);
    assert_eq!(run(&desk, &sim).await.warnings, [""; 0]);

    let kept = load(&config(&desk)).unwrap();
    let told = kept
        .iter()
        .map(|key| (key.id.clone(), read(&config(&desk), key).unwrap().expose_secret().to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), [first, second]);
    let everything = format!("{:?}", desk.archive.list().unwrap());
    assert!(!everything.contains(read(&config(&desk), &kept[0]).unwrap().expose_secret()), "{everything}");
}

#[tokio::test]
async fn a_key_that_may_not_be_read_is_a_warning_and_told_once() {
    let (desk, sim) = (Desk::new(), vcenter(vec![sealed("esx01"), sealed("esx02"), sealed("esx03")]).await);
    sim.add_fault(refused());
    let report = run(&desk, &sim).await;
    assert_eq!(words(&report), ["saved"; 3]);
    let [warning] = report.warnings.as_slice() else { panic!("{:?}", report.warnings) };
    assert!(
        warning.starts_with("the recovery key of esx01 (and of 2 other hosts) is not known: "),
        "{warning}"
    );
    assert!(load(&config(&desk)).unwrap().is_empty());
}

#[tokio::test]
async fn without_a_place_for_keys_no_host_is_asked() {
    let (desk, sim) = (Desk::new(), vcenter(vec![sealed("esx01")]).await);
    sim.add_fault(refused());
    assert_eq!(desk.run(all_of(&sim)).await.unwrap().warnings, [""; 0]);
}
