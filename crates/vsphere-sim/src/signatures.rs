//! What calls are made of: the arguments of each method and the fields of their data objects, in the API's order. A real
//! server reads them in that order, and refuses what it does not expect as an invalid request.

use crate::soap::{Call, Element, SoapFault};

/// Each method that there is. `?` is after what may be left out, and a data object's type after a colon.
const METHODS: &[(&str, &str)] = &[
    ("AcquireGenericServiceTicket", "spec:SessionManagerServiceRequestSpec"),
    ("BackupFirmwareConfiguration", ""),
    ("CancelRetrievePropertiesEx", "token"),
    ("CancelTask", ""),
    ("CancelWaitForUpdates", ""),
    ("CheckForUpdates", "version?"),
    ("ContinueRetrievePropertiesEx", "token"),
    ("CreateContainerView", "container type? recursive"),
    ("CreateFilter", "spec:PropertyFilterSpec partialUpdates"),
    ("CreatePropertyCollector", ""),
    ("CurrentTime", ""),
    ("DestroyPropertyCollector", ""),
    ("DestroyPropertyFilter", ""),
    ("DestroyView", ""),
    ("DisconnectHost_Task", ""),
    ("EnterMaintenanceMode_Task", "timeout evacuatePoweredOffVms? maintenanceSpec?:HostMaintenanceSpec"),
    ("ExecuteSoap", "moid version method argument?"),
    ("ExitMaintenanceMode_Task", "timeout"),
    ("Fetch", "prop"),
    ("FindByDnsName", "datacenter? dnsName vmSearch"),
    ("FindByInventoryPath", "inventoryPath"),
    ("FindByIp", "datacenter? ip vmSearch"),
    ("FindByUuid", "datacenter? uuid vmSearch instanceUuid?"),
    ("Login", "userName password locale?"),
    ("Logout", ""),
    ("QueryFirmwareConfigUploadURL", ""),
    ("ReconnectHost_Task", "cnxSpec?:HostConnectSpec reconnectSpec?"),
    ("ResetFirmwareToFactoryDefaults", ""),
    ("RestoreFirmwareConfiguration", "force"),
    ("RetrieveManagedMethodExecuter", ""),
    ("RetrieveProperties", "specSet:PropertyFilterSpec"),
    ("RetrievePropertiesEx", "specSet:PropertyFilterSpec options:RetrieveOptions"),
    ("RetrieveServiceContent", ""),
    ("SessionIsActive", "sessionID userName"),
    ("TerminateSession", "sessionId"),
    ("WaitForUpdates", "version?"),
    ("WaitForUpdatesEx", "version? options?:WaitOptions"),
];

const DATA_OBJECTS: &[(&str, &str)] = &[
    (
        "HostConnectSpec",
        "hostName? port? sslThumbprint? sslCertificate? userName? password? vmFolder? force vimAccountName? \
         vimAccountPassword? managementIp? lockdownMode? hostGateway?",
    ),
    ("HostMaintenanceSpec", "vsanMode?:VsanHostDecommissionMode purpose?"),
    ("ObjectSpec", "obj skip? selectSet?:SelectionSpec"),
    ("PropertyFilterSpec", "propSet:PropertySpec objectSet:ObjectSpec reportMissingObjectsInResults?"),
    ("PropertySpec", "type all? pathSet?"),
    ("RetrieveOptions", "maxObjects?"),
    ("SelectionSpec", "name?"),
    ("SessionManagerHttpServiceRequestSpec", "method? url"),
    ("TraversalSpec", "name? type path skip? selectSet?:SelectionSpec"),
    ("VsanHostDecommissionMode", "objectAction"),
    ("WaitOptions", "maxWaitSeconds? maxObjectUpdates?"),
];

/// Refuses a call that is not made as the API has it.
pub(crate) fn check(call: &Call) -> Result<(), SoapFault> {
    let method = &call.method;
    let refuse = |what: String, whence: &str| {
        let trail = format!("while parsing {whence}\nat line 1, column 171");
        SoapFault::invalid_request(format!("{what}\n\n{trail}"))
    };
    let namespace = &call.arguments.namespace;
    let known = METHODS.iter().find(|(name, _)| name == method && namespace == "urn:vim25");
    let Some((_, parameters)) = known else {
        let what = format!("Unable to resolve WSDL method name {method} for namespace name {namespace}");
        return Err(refuse(what, "SOAP body"));
    };
    let arguments = call.arguments.children.iter().filter(|argument| argument.name != "_this");
    follows(arguments, parameters, method)
        .map_err(|what| refuse(what, &format!("call information for method {method}")))
}

/// Whether elements are those fields, in this order. The error says what is wrong with them.
fn follows<'a>(elements: impl Iterator<Item = &'a Element>, fields: &str, of: &str) -> Result<(), String> {
    let missing = |field: &str| format!("Required property {field} is missing from data object of type {of}");
    let mut elements = elements.peekable();
    for field in fields.split_whitespace() {
        let (field, kind) = field.split_once(':').unwrap_or((field, ""));
        let (name, is_optional) = field.strip_suffix('?').map_or((field, false), |name| (name, true));
        let mut is_there = false;
        while let Some(element) = elements.next_if(|element| element.name == name) {
            is_there = true;
            let kind = element.xsi_type.as_deref().unwrap_or(kind);
            if let Some((_, fields)) = DATA_OBJECTS.iter().find(|(name, _)| *name == kind) {
                follows(element.children.iter(), fields, kind)?;
            }
        }
        if !is_there && !is_optional {
            return Err(missing(name));
        }
    }
    elements.next().map_or(Ok(()), |element| Err(format!("Unexpected element tag \"{}\" seen", element.name)))
}
