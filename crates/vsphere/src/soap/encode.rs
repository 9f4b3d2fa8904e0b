//! Writes a call. Element order matters to vSphere, so a call is written in the order of its fields here.

use std::fmt;

use super::Node;

/// A managed object reference, such as `HostSystem:host-23`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MoRef {
    /// The managed object's type.
    pub kind: String,
    /// The server's id for it; means nothing on another server.
    pub id: String,
}

impl MoRef {
    /// A reference to the object `id` of type `kind`.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

impl fmt::Display for MoRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// One method call on one managed object.
///
/// Deliberately without `Debug`: the body of a login holds the password.
#[derive(Clone)]
pub(crate) struct Call {
    /// The method's name, which is also the element's.
    pub(crate) method: &'static str,
    /// Whether it may be sent again after a proxy has answered: true only where that changes nothing.
    pub(crate) repeatable: bool,
    /// How many bytes the reply may have.
    pub(crate) reply_limit: u64,
    /// What of the reply is not even kept until all of it is read.
    pub(crate) unwanted: fn(&Node) -> bool,
    body: String,
    /// The first field whose text cannot be written as XML.
    illegal: Option<&'static str>,
}

const SMALL_REPLY: u64 = 1024 * 1024;
/// A host's properties are some ten KiB for each of its virtual network adapters.
const PAGE_REPLY: u64 = 32 * 1024 * 1024;

impl Call {
    /// A call without side effects.
    pub(crate) fn read(method: &'static str, this: &MoRef) -> Self {
        Self {
            method,
            repeatable: true,
            reply_limit: SMALL_REPLY,
            unwanted: |_| false,
            body: String::new(),
            illegal: None,
        }
        .object("_this", this)
    }

    /// A call that changes something; it is never sent twice.
    pub(crate) fn change(method: &'static str, this: &MoRef) -> Self {
        Self { repeatable: false, ..Self::read(method, this) }
    }

    /// Expects up to a page of properties, of which something may be unwanted.
    pub(crate) fn expecting_a_page(self, unwanted: fn(&Node) -> bool) -> Self {
        Self { reply_limit: PAGE_REPLY, unwanted, ..self }
    }

    pub(crate) fn text(self, name: &'static str, value: &str) -> Self {
        self.element(name, "", |call| call.push_text(name, value))
    }

    pub(crate) fn display(self, name: &'static str, value: impl fmt::Display) -> Self {
        self.text(name, &value.to_string())
    }

    pub(crate) fn object(self, name: &'static str, object: &MoRef) -> Self {
        let mut attribute = String::from(" type=\"");
        push_escaped(&mut attribute, &object.kind);
        attribute.push('"');
        self.element(name, &attribute, |call| call.push_text("managed object id", &object.id))
    }

    /// A nested value; `xsi_type` where the declared type is a base class of the value's.
    pub(crate) fn nest(
        self,
        name: &'static str,
        xsi_type: Option<&str>,
        fields: impl FnOnce(Self) -> Self,
    ) -> Self {
        let attribute = xsi_type.map(|name| format!(" xsi:type=\"{name}\"")).unwrap_or_default();
        self.element(name, &attribute, fields)
    }

    fn element(mut self, name: &str, attributes: &str, content: impl FnOnce(Self) -> Self) -> Self {
        self.body.extend(["<", name, attributes, ">"]);
        let mut call = content(self);
        call.body.extend(["</", name, ">"]);
        call
    }

    fn push_text(mut self, name: &'static str, value: &str) -> Self {
        if value.chars().any(|c| !is_xml_character(c)) {
            self.illegal.get_or_insert(name);
        }
        push_escaped(&mut self.body, value);
        self
    }

    /// The whole envelope.
    ///
    /// # Errors
    /// The name of the field that holds a character which XML cannot carry (a control character).
    pub(crate) fn envelope(&self) -> Result<String, &'static str> {
        if let Some(field) = self.illegal {
            return Err(field);
        }
        let Self { method, body, .. } = self;
        Ok(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
             <soapenv:Body><{method} xmlns=\"urn:vim25\">{body}</{method}></soapenv:Body></soapenv:Envelope>"
        ))
    }
}

/// Escapes what XML needs, and CR, which a parser would otherwise turn into LF: a password keeps every character.
fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}

/// XML 1.0, production 2.
fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::decode_plain;

    fn login(password: &str) -> Call {
        Call::read("Login", &MoRef::new("SessionManager", "SessionManager"))
            .text("userName", r"LAB\admin")
            .text("password", password)
    }

    #[test]
    fn a_call_is_an_envelope_in_the_order_of_its_fields() {
        insta::assert_snapshot!(login("p&<>]]>\r\" ").envelope().unwrap());
    }

    #[test]
    fn a_nested_value_names_its_type() {
        let spec = Call::read("AcquireGenericServiceTicket", &MoRef::new("SessionManager", "s")).nest(
            "spec",
            Some("SessionManagerHttpServiceRequestSpec"),
            |spec| spec.text("method", "httpGet"),
        );
        insta::assert_snapshot!(spec.envelope().unwrap());
    }

    #[test]
    fn a_control_character_is_refused_by_name() {
        assert_eq!(login("a\u{1}b").envelope(), Err("password"));
        assert_eq!(login("a\u{FFFF}b").envelope(), Err("password"));
    }

    proptest::proptest! {
        #[test]
        fn every_password_arrives_as_it_was(password in "[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]*") {
            let sent = login(&password).envelope().unwrap();
            let read = decode_plain(sent.as_bytes()).unwrap();
            let got = read.at(&["Body", "Login", "password"]).unwrap().text.clone();
            proptest::prop_assert_eq!(got, password);
        }
    }
}
