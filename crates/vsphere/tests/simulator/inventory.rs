use std::collections::HashSet;

use vsphere::inventory::{self, ConnectionState, HostSystem, Lockdown};
use vsphere_sim::{
    Answer, FaultRule, HostSpec, Options, ReportCertificates, Simulator, SoapFault, What, varied_hosts,
};

use crate::{one_host, sign_in};

async fn read(options: Options) -> (Simulator, Vec<HostSystem>) {
    let sim = Simulator::start(options).await.unwrap();
    let signed_in = sign_in(&sim).await;
    let hosts = inventory::read(signed_in.session()).await.unwrap();
    signed_in.sign_out().await;
    (sim, hosts)
}

#[tokio::test]
async fn every_host_is_read_as_it_is() {
    let (sim, hosts) = read(Options { hosts: varied_hosts(12), ..Options::default() }).await;
    assert_eq!(hosts.len(), 12);
    for host in &hosts {
        let real = sim.host(&host.name);
        let spec = real.spec();
        assert_eq!(host.object.id, real.moid());
        assert_eq!(host.uuid.as_deref().map(str::to_lowercase), Some(real.uuid().to_string()));
        assert_eq!(host.cluster, spec.cluster);
        assert_eq!(host.datacenter.as_deref(), Some(spec.datacenter.as_str()));
        let path: Vec<&String> =
            [Some(&spec.datacenter), spec.cluster.as_ref()].into_iter().flatten().collect();
        assert_eq!(host.path.iter().collect::<Vec<_>>(), path);
        assert_eq!(host.product.as_ref().map(|p| (&p.version, &p.build)), Some((&spec.version, &spec.build)));
        assert_eq!(host.firmware_system.is_some(), spec.firmware_system);
        let connected = spec.connection == vsphere_sim::ConnectionState::Connected;
        assert_eq!(host.connection == ConnectionState::Connected, connected);
        if connected {
            let lockdown = if spec.lockdown { Lockdown::Normal } else { Lockdown::Disabled };
            assert_eq!(host.lockdown, Some(lockdown));
            assert_eq!(host.management_addresses, [real.address().ip()]);
            assert_eq!((host.in_standby, host.in_maintenance_mode), (Some(false), Some(false)));
            assert_eq!(host.boot_time.map(|at| at.timestamp()), Some(real.boot_time().timestamp()));
        }
        assert_eq!(host.managed_by.as_deref(), Some(sim.address().ip().to_string().as_str()));
        assert!(host.unreadable.is_empty());
    }
    assert!(hosts.iter().any(|host| host.connection != ConnectionState::Connected), "the fleet is varied");
}

#[tokio::test]
async fn a_host_in_standby_is_told_from_one_that_is_up() {
    let asleep = HostSpec { connection: vsphere_sim::ConnectionState::Standby, ..HostSpec::new("esx01") };
    let (_, hosts) = read(Options { hosts: vec![asleep], ..Options::default() }).await;
    assert_eq!((hosts[0].in_standby, hosts[0].boot_time), (Some(true), None));
}

#[tokio::test]
async fn a_host_says_itself_who_manages_it() {
    for managed_by in [None, Some("10.0.0.5".to_owned())] {
        let (_, hosts) = read(Options { managed_by: managed_by.clone(), ..Options::esxi() }).await;
        assert_eq!(hosts[0].managed_by, managed_by);
    }
}

#[tokio::test]
async fn pages_add_up_to_each_host_once() {
    let hosts = vsphere_sim::uniform_hosts(431, 1000);
    let (_, hosts) = read(Options { hosts, page_limit: Some(50), ..Options::default() }).await;
    let objects: HashSet<_> = hosts.iter().map(|host| &host.object).collect();
    assert_eq!((hosts.len(), objects.len()), (431, 431));
}

#[tokio::test]
async fn a_view_is_given_back_even_where_reading_it_failed() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let calls = |kind: &str| sim.requests().iter().filter(|request| request.kind == kind).count();
    inventory::read(signed_in.session()).await.unwrap();
    assert_eq!((calls("CreateContainerView"), calls("DestroyView")), (2, 2));
    sim.add_fault(FaultRule::soap("RetrievePropertiesEx", What::Fault(SoapFault::timed_out())).once());
    inventory::read(signed_in.session()).await.unwrap_err();
    assert_eq!((calls("CreateContainerView"), calls("DestroyView")), (3, 3));
}

#[tokio::test]
async fn a_property_that_a_server_does_not_have_is_not_asked_for() {
    for (newest, is_refused) in [("8.0.3.0", false), ("7.0.2.0", false), ("8.0.3.0", true)] {
        let mut options = Options { hosts: vec![HostSpec::new("esx01")], ..Options::default() };
        options.versions.newest = newest.into();
        options.versions.prior.retain(|version| version.starts_with('6'));
        let sim = Simulator::start(options).await.unwrap();
        let signed_in = sign_in(&sim).await;
        if is_refused {
            // Some are of an older build than the version that they name.
            let unknown = What::Fault(SoapFault::invalid_property("runtime.stateEncryption"));
            sim.add_fault(FaultRule::soap("RetrievePropertiesEx", unknown).after(1).once());
        }
        let hosts = inventory::read(signed_in.session()).await.unwrap();
        let is_told = newest == "8.0.3.0" && !is_refused;
        assert_eq!(hosts[0].sealed_by_tpm, is_told.then_some(false), "{newest} {is_refused}");
        let faults =
            sim.requests().iter().filter(|request| matches!(request.answer, Answer::Fault(_))).count();
        assert_eq!(faults, usize::from(is_refused), "{newest} {is_refused}");
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_named_and_the_rest_is_there() {
    let options = Options {
        hosts: vec![HostSpec::new("esx01")],
        unreadable: vec!["config".into(), "configManager.firmwareSystem".into()],
        ..Options::default()
    };
    let (_, hosts) = read(options).await;
    let unreadable: Vec<_> =
        hosts[0].unreadable.iter().map(|(path, fault)| (path.as_str(), fault.type_name.as_str())).collect();
    assert_eq!(
        unreadable,
        [
            ("configManager.firmwareSystem", "NoPermission"),
            ("config.virtualNicManagerInfo.netConfig", "NoPermission"),
            ("config.lockdownMode", "NoPermission"),
        ]
    );
    assert_eq!((hosts[0].name.as_str(), hosts[0].lockdown), ("esx01", None));
}

#[tokio::test]
async fn a_hosts_certificate_is_found_however_it_is_reported() {
    use ReportCertificates::{Both, ConfigPem, Nothing, SslCertificate, SslThumbprint};
    for report_certificates in [Both, ConfigPem, SslThumbprint, SslCertificate, Nothing] {
        let mut options =
            Options { hosts: vec![HostSpec::new("esx01")], report_certificates, ..Options::default() };
        if report_certificates == SslCertificate {
            options.versions.newest = "9.0.0.0".into();
        }
        let sim = Simulator::start(options).await.unwrap();
        let signed_in = sign_in(&sim).await;
        let host = &inventory::read(signed_in.session()).await.unwrap()[0];
        let thumbprint = match host.thumbprint {
            None => inventory::read_certificate(signed_in.session(), &host.object).await.unwrap(),
            some => some,
        };
        let certificate = sim.host("esx01").certificate();
        let right = thumbprint.map(|thumbprint| thumbprint.matches(&certificate));
        assert_eq!(right, (report_certificates != Nothing).then_some(true), "{report_certificates:?}");
    }
}

#[tokio::test]
async fn one_host_can_be_read_again() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let host = inventory::read(signed_in.session()).await.unwrap().remove(0);
    sim.host("esx01").set_maintenance_mode(true);
    let again = inventory::read_host(signed_in.session(), &host.object).await.unwrap();
    assert_eq!((again.name.as_str(), again.in_maintenance_mode), ("esx01", Some(true)));
}

#[tokio::test]
async fn an_esxi_host_lists_itself() {
    let (_, hosts) = read(Options::esxi()).await;
    assert_eq!(hosts.len(), 1);
    assert!(hosts[0].firmware_system.is_some());
    assert_eq!(hosts[0].cluster, None);
}
