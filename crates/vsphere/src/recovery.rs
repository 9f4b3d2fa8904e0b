//! The recovery keys of a host whose configuration is sealed by its TPM. After a change of mainboard or TPM the host starts
//! with one of them or not at all, and no backup of it is of use without ("Recover the Secure ESXi Configuration", vSphere
//! Security).
//!
//! No method lists them but esxcli's `system settings encryption recovery list`. It is called as govc and PowerCLI's `Get-EsxCli`
//! do, by the host's executer (`RetrieveManagedMethodExecuter`, `ExecuteSoap`), which the API reference leaves out; it takes the
//! privilege `Host.Config.Settings`.

use std::fmt;

use secrecy::SecretString;

use crate::error::Error;
use crate::session::Session;
use crate::soap::{self, Call, DecodeError, Fault, FaultKind, MoRef, Node};

/// What brings a sealed configuration back.
#[derive(Clone)]
pub struct RecoveryKey {
    /// Which one it is, as the host shows it when it asks for the key: `{2DDD5424-7F3F-406A-8DA8-D62630F6C8BC}`.
    pub id: String,
    /// Sixteen groups of six digits.
    pub key: SecretString,
}

const HANDLER: &str = "ha-cli-handler-system-settings-encryption-recovery";
const METHOD: &str = "vim.EsxCLI.system.settings.encryption.recovery.list";

/// Asks the host for its recovery keys. Most have one; a host that is not sealed has none.
///
/// # Errors
/// Any of a call's; [`Error::Fault`] also for what esxcli refuses.
pub async fn recovery_keys(session: &Session, host: &MoRef) -> Result<Vec<RecoveryKey>, Error> {
    let executer = Call::read("RetrieveManagedMethodExecuter", host);
    let found = |node: &Node| node.object().ok_or(DecodeError::Missing("the executer"));
    let executer = session.call_for(&executer, found).await?;
    let list = Call::read("ExecuteSoap", &executer)
        .text("moid", HANDLER)
        .text("version", "urn:vim25/5.0")
        .text("method", METHOD);
    let client = session.client();
    let unreadable = |error| client.unreadable("esxcli", &error);
    let reply = session.call(&list).await?;
    let result = reply.returned().map_err(unreadable)?;
    if let Some(fault) = refusal(result) {
        let server = client.address().to_string();
        return Err(Error::Fault { server, operation: "esxcli", fault: Box::new(fault) });
    }
    read(result).map_err(unreadable)
}

/// What esxcli says instead of an answer.
fn refusal(result: &Node) -> Option<Fault> {
    let fault = result.child("fault")?;
    // Of a command that failed this is no more than `EsxCLI.CLIFault.summary` (govmomi's issue 3073): why is in a document of
    // its own, too.
    let summary = fault.text_of("faultMsg").unwrap_or_default().trim();
    let mut why = Vec::new();
    if let Ok(detail) = soap::decode_plain(fault.text_of("faultDetail").unwrap_or_default().as_bytes()) {
        collect_reason(&detail, &mut why);
    }
    let message = if why.is_empty() { summary.to_owned() } else { why.join(" ") };
    Some(Fault { kind: FaultKind::Other, type_name: "esxcli".to_owned(), message })
}

/// The words of a `VimEsxCLICLIFault`, wherever in the document it is.
fn collect_reason(node: &Node, words: &mut Vec<String>) {
    if node.name == "errMsg" {
        words.extend(node.text.split_whitespace().map(str::to_owned));
    }
    node.children.iter().for_each(|child| collect_reason(child, words));
}

/// The answer is a document of its own, in a text: a `DataObject` for each row, an element for each column.
fn read(result: &Node) -> Result<Vec<RecoveryKey>, DecodeError> {
    let Some(answer) = result.text_of("response").filter(|answer| !answer.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let rows = soap::decode_plain(answer.as_bytes())?;
    let column = |row: &Node, name: &'static str| {
        let text = row.children.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        let text = text.map(|column| column.text.trim().to_owned()).filter(|text| !text.is_empty());
        text.ok_or(DecodeError::Missing(name))
    };
    rows.all("DataObject")
        .map(|row| Ok(RecoveryKey { id: column(row, "RecoveryID")?, key: column(row, "Key")?.into() }))
        .collect()
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn result(content: &str) -> Node {
        soap::decode_plain(format!("<returnval>{content}</returnval>").as_bytes()).unwrap()
    }

    #[test]
    fn keys_are_read_out_of_the_document_in_the_answer() {
        let rows = "&lt;obj xmlns=&quot;urn:vim25&quot; xmlns:xsi=&quot;http://www.w3.org/2001/XMLSchema-instance&quot; \
             xsi:type=&quot;ArrayOfDataObject&quot; versionId=&quot;5.0&quot;&gt;&lt;DataObject \
             xsi:type=&quot;VimEsxCLIsystemsettingsencryptionrecoverylistRecoveryKey&quot;&gt;\
             &lt;Key&gt;478269-039194&lt;/Key&gt;&lt;RecoveryID&gt;{2DDD5424}&lt;/RecoveryID&gt;&lt;/DataObject&gt;&lt;/obj&gt;";
        let keys = read(&result(&format!("<response>{rows}</response>"))).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!((keys[0].id.as_str(), keys[0].key.expose_secret()), ("{2DDD5424}", "478269-039194"));
        assert_eq!(format!("{keys:?}"), "[RecoveryKey { id: \"{2DDD5424}\", .. }]");
    }

    #[test]
    fn no_answer_is_no_key_and_half_a_key_is_an_error() {
        assert!(read(&result("")).unwrap().is_empty());
        assert!(read(&result("<response> </response>")).unwrap().is_empty());
        let half = "<response>&lt;obj&gt;&lt;DataObject&gt;&lt;Key&gt;1&lt;/Key&gt;&lt;/DataObject&gt;&lt;/obj&gt;</response>";
        assert_eq!(read(&result(half)).unwrap_err(), DecodeError::Missing("RecoveryID"));
    }

    #[test]
    fn what_esxcli_refuses_is_a_fault() {
        let refused = result("<fault><faultMsg>Not sealed.</faultMsg><faultDetail/></fault>");
        assert_eq!(refusal(&refused).unwrap().message, "Not sealed.");
        let detail = |detail: &str| {
            let summary = "<faultMsg>EsxCLI.CLIFault.summary</faultMsg>";
            let refused = result(&format!("<fault>{summary}<faultDetail>{detail}</faultDetail></fault>"));
            refusal(&refused).unwrap().message
        };
        let in_a_fault = "&lt;obj&gt;&lt;fault&gt;&lt;errMsg&gt;[Error]&lt;/errMsg&gt;&lt;errMsg&gt;Not\nsealed. &lt;/errMsg&gt;\
             &lt;/fault&gt;&lt;localizedMessage&gt;EsxCLI.CLIFault.summary&lt;/localizedMessage&gt;&lt;/obj&gt;";
        assert_eq!(detail(in_a_fault), "[Error] Not sealed.");
        assert_eq!(detail("&lt;errMsg&gt;Not sealed.&lt;/errMsg&gt;"), "Not sealed.");
        for untold in ["", "&lt;obj/&gt;", "&lt;errMsg/&gt;", "no XML"] {
            assert_eq!(detail(untold), "EsxCLI.CLIFault.summary", "{untold}");
        }
        assert!(refusal(&result("<response/>")).is_none());
    }
}
