//! Version negotiation: what is announced, and what a `SOAPAction` asks for.

use crate::options::Versions;

/// A minimal `vimService.wsdl`: enough for a client that only looks whether there is one.
pub(crate) const WSDL: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<definitions targetNamespace=\"urn:vim25Service\" xmlns=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:interface=\"urn:vim25\"><import location=\"vim.wsdl\" namespace=\"urn:vim25\"/><service name=\"VimService\"/></definitions>\n";

/// `vimServiceVersions.xml`.
pub(crate) fn document(versions: &Versions) -> String {
    let prior: String = versions
        .prior
        .iter()
        .fold(String::new(), |text, version| text + "   <version>" + version + "</version>\n");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<namespaces version=\"1.0\">\n <namespace>\n  <name>urn:vim25</name>\n  \
         <version>{}</version>\n  <priorVersions>\n{prior}  </priorVersions>\n </namespace>\n <namespace>\n  \
         <name>urn:vim2</name>\n  <version>2.0</version>\n </namespace>\n</namespaces>\n",
        versions.newest
    )
}

/// The version that a `SOAPAction` names, as numbers. Without one it is the oldest; an unknown one gives `None`.
pub(crate) fn negotiated(versions: &Versions, action: &str) -> Option<Vec<u32>> {
    let action = action.trim().trim_matches('"');
    let Some(version) = action.strip_prefix("urn:vim25/") else { return Some(vec![2, 5]) };
    let known = version == versions.newest || versions.prior.iter().any(|prior| prior == version);
    known.then(|| version.split('.').map_while(|part| part.parse().ok()).collect())
}
