//! The one esxcli command that keeping configurations needs, `system settings encryption recovery list`, as hosts serve it over
//! the API: a document of its own inside a text.

use crate::certificates::sha256;
use crate::firmware::require_reachable;
use crate::sessions::Caller;
use crate::soap::{Element, SoapFault, Value};
use crate::specs::HostSpec;
use crate::world::World;

const HANDLER: &str = "ha-cli-handler-system-settings-encryption-recovery";
const LIST: &str = "vim.EsxCLI.system.settings.encryption.recovery.list";

/// A recovery key: its id and itself.
pub(crate) struct RecoveryKey {
    pub(crate) id: String,
    pub(crate) key: String,
}

/// `ExecuteSoap` on a host's executer.
pub(crate) fn execute(
    world: &World,
    caller: &Caller,
    host: usize,
    arguments: &Element,
) -> Result<Value, SoapFault> {
    require_reachable(world, caller.server, host)?;
    let text = |name: &str| arguments.text_of(name).unwrap_or_default().trim();
    if (text("moid"), text("method")) != (HANDLER, LIST) {
        return Ok(refused(&format!("Unknown command {}.", text("method"))));
    }
    let rows = recovery_key(world, host).map_or_else(String::new, |RecoveryKey { id, key }| {
        format!(
            "<DataObject xsi:type=\"VimEsxCLIsystemsettingsencryptionrecoverylistRecoveryKey\">\
             <Key>{key}</Key><RecoveryID>{id}</RecoveryID></DataObject>"
        )
    });
    let answer = format!(
        "<obj xmlns=\"urn:vim25\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" versionId=\"5.0\" \
         xsi:type=\"ArrayOfDataObject\">{rows}</obj>"
    );
    Ok(Value::Object("ReflectManagedMethodExecuterSoapResult", vec![("response", Value::text(answer))]))
}

/// The key of a host that is sealed by its TPM.
pub(crate) fn recovery_key(world: &World, host: usize) -> Option<RecoveryKey> {
    let spec: &HostSpec = &world.hosts[host].spec;
    let rotations = world.hosts[host].state().recovery_key_rotations;
    let digest = |what: &str| sha256(format!("{what} {rotations} of {}", spec.uuid).as_bytes());
    let id: [u8; 16] = digest("recovery id").first_chunk().copied()?;
    let groups: Vec<String> = digest("recovery key")
        .chunks(2)
        .map(|pair| format!("{:06}", u32::from_be_bytes([0, 0, pair[0], pair[1]]) * 11))
        .collect();
    spec.tpm.then(|| RecoveryKey {
        id: format!("{{{}}}", uuid::Uuid::from_bytes(id).to_string().to_uppercase()),
        key: groups.join("-"),
    })
}

fn refused(message: &str) -> Value {
    let fault = vec![("faultMsg", Value::text(message)), ("faultDetail", Value::text(""))];
    Value::Object(
        "ReflectManagedMethodExecuterSoapResult",
        vec![("fault", Value::Object("ReflectManagedMethodExecuterSoapFault", fault))],
    )
}
