//! Reads a reply into a small tree.
//!
//! A tree rather than serde, because property values carry a plain `type` attribute beside the namespaced
//! one and their shape is known only from it. What a hostile server could do with XML is limited here: no
//! document type, no entities beyond the five of XML, a bounded depth and number of elements; the caller
//! bounds the number of bytes.

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// An element: its name without prefix, its types, its text and its children.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// `xsi:type` by namespace, without the value's prefix: servers bind other prefixes than `xsi`.
    pub(crate) xsi_type: Option<String>,
    /// The plain `type` attribute, which names the type of a managed object reference.
    pub(crate) object_type: Option<String>,
    /// All text directly inside, not trimmed.
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
}

/// Why a reply cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    /// It is XML or HTML, but no SOAP envelope.
    #[error("it is no SOAP reply but a document that starts with <{0}>")]
    NotSoap(String),
    #[error("its XML is malformed near byte {at}: {reason}")]
    Malformed { at: u64, reason: String },
    #[error("its XML declares a document type, which SOAP forbids")]
    DocumentType,
    #[error("its XML refers to the entity &{0}; which nothing defines")]
    Entity(String),
    #[error("its XML nests deeper than {MAX_DEPTH} elements")]
    TooDeep,
    #[error("its XML has more than {MAX_NODES} elements")]
    TooMany,
    #[error("it has page after page without an end")]
    Endless,
    #[error("its session was gone")]
    SessionGone,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{what} is \"{value}\"")]
    Value { what: &'static str, value: String },
}

const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 500_000;
const XSI: Namespace = Namespace("http://www.w3.org/2001/XMLSchema-instance");

/// The first element of a SOAP body: a method's response, or a `Fault`. An element that is `unwanted`, as far as it was read,
/// is passed over from there and left out.
pub(crate) fn decode_envelope(bytes: &[u8], unwanted: fn(&Node) -> bool) -> Result<Node, DecodeError> {
    let envelope = decode(bytes, unwanted)?;
    if envelope.name != "Envelope" {
        return Err(DecodeError::NotSoap(envelope.name));
    }
    let body = envelope.children.into_iter().find(|child| child.name == "Body");
    let body = body.ok_or(DecodeError::Missing("the SOAP body"))?;
    body.children.into_iter().next().ok_or(DecodeError::Missing("the content of the SOAP body"))
}

/// Any document's root element.
pub(crate) fn decode_plain(bytes: &[u8]) -> Result<Node, DecodeError> {
    decode(bytes, |_| false)
}

fn decode(bytes: &[u8], unwanted: fn(&Node) -> bool) -> Result<Node, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(|error| DecodeError::Malformed {
        at: error.valid_up_to() as u64,
        reason: "it is not UTF-8".into(),
    })?;
    let mut reader = NsReader::from_str(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let mut open: Vec<Node> = Vec::new();
    let mut count = 0;
    // How many elements are open that are passed over.
    let mut passed_over = 0_usize;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(malformed(&reader, &error)),
        };
        if passed_over > 0 {
            match event {
                Event::Start(_) => passed_over += 1,
                Event::End(_) => passed_over -= 1,
                Event::Eof => return Err(cut_off(&reader)),
                _ => {}
            }
            continue;
        }
        let closed = match event {
            Event::Start(start) => {
                count += 1;
                check_limits(open.len(), count)?;
                open.push(node(&reader, &start)?);
                None
            }
            Event::Empty(start) => {
                count += 1;
                check_limits(open.len(), count)?;
                Some(node(&reader, &start)?)
            }
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                push_text(&mut open, &text.xml10_content());
                None
            }
            Event::CData(text) => {
                push_text(&mut open, &text.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                push_text(&mut open, &resolve(&reference)?);
                None
            }
            Event::DocType(_) => return Err(doc_type(text)),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => None,
            Event::Eof => return Err(cut_off(&reader)),
        };
        if let Some(done) = closed {
            match open.last_mut() {
                Some(parent) => {
                    parent.children.push(done);
                    if unwanted(parent) {
                        count -= open.pop().map_or(0, |parent| parent.count());
                        passed_over = 1;
                    }
                }
                // What follows the root element cannot change what was said.
                None => return Ok(done),
            }
        }
    }
}

impl Node {
    /// The first child called `name`.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first child called `name`, taken out.
    pub(crate) fn into_child(self, name: &str) -> Option<Self> {
        self.children.into_iter().find(|child| child.name == name)
    }

    /// All children called `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The descendant at `path`, the first at each step.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// The text of the child called `name`.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The reply's `returnval`.
    pub(crate) fn returned(&self) -> Result<&Self, DecodeError> {
        self.child("returnval").ok_or(DecodeError::Missing("returnval"))
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.children.iter().map(Self::size).sum::<usize>()
    }

    /// How many elements it is made of.
    fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }

    /// This element as a managed object reference; the type may be plain or namespaced.
    pub(crate) fn object(&self) -> Option<super::MoRef> {
        let kind = self.object_type.as_deref()?;
        (!self.text.is_empty()).then(|| super::MoRef::new(kind, self.text.as_str()))
    }

    /// The text as a boolean in either of XML Schema's spellings.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.text.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

fn node(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Node, DecodeError> {
    let mut node = Node { name: start.local_name().as_ref().to_owned(), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(reader, &error))?;
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        if name.as_ref() != "type" {
            continue;
        }
        match namespace {
            ResolveResult::Bound(XSI) => {
                node.xsi_type = attribute.value.rsplit(':').next().map(str::to_owned);
            }
            ResolveResult::Unbound => node.object_type = Some(attribute.value.into_owned()),
            _ => {}
        }
    }
    Ok(node)
}

fn check_limits(depth: usize, count: usize) -> Result<(), DecodeError> {
    match (depth, count) {
        (depth, _) if depth >= MAX_DEPTH => Err(DecodeError::TooDeep),
        (_, count) if count > MAX_NODES => Err(DecodeError::TooMany),
        _ => Ok(()),
    }
}

fn push_text(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, DecodeError> {
    let name: &str = reference;
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character.to_string());
    }
    quick_xml::escape::resolve_xml_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| DecodeError::Entity(name.to_owned()))
}

/// An HTML page begins like that; anything else that does is an attack.
fn doc_type(text: &str) -> DecodeError {
    let start: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
    if start.contains("<!doctype html") {
        DecodeError::NotSoap("html".into())
    } else {
        DecodeError::DocumentType
    }
}

fn cut_off(reader: &NsReader<&[u8]>) -> DecodeError {
    let reason = "it ends before its root element does".into();
    DecodeError::Malformed { at: reader.buffer_position(), reason }
}

fn malformed(reader: &NsReader<&[u8]>, error: &impl std::fmt::Display) -> DecodeError {
    DecodeError::Malformed { at: reader.error_position(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(body: &str) -> String {
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:XMLSchema-instance=\"http://www.w3.org/2001/XMLSchema-instance\"><e:Body>{body}</e:Body></e:Envelope>"
        )
    }

    fn check_error(xml: &str, expect: &str) {
        let error = decode_envelope(xml.as_bytes(), |_| false).unwrap_err().to_string();
        assert_eq!(error, expect, "{xml:.200}");
    }

    #[test]
    fn types_are_read_by_namespace_and_never_by_prefix() {
        let xml = envelope(
            "<val type=\"HostFirmwareSystem\" XMLSchema-instance:type=\"vim25:ManagedObjectReference\" other:type=\"x\" \
             xmlns:other=\"urn:x\">fw-1</val>",
        );
        let node = decode_envelope(xml.as_bytes(), |_| false).unwrap();
        assert_eq!(node.xsi_type.as_deref(), Some("ManagedObjectReference"));
        assert_eq!(node.object(), Some(super::super::MoRef::new("HostFirmwareSystem", "fw-1")));
    }

    #[test]
    fn text_is_kept_as_it_is() {
        let xml = envelope("<a> x &amp;&#65;&#x42;<![CDATA[<&]]>\u{e9} </a>");
        assert_eq!(decode_envelope(xml.as_bytes(), |_| false).unwrap().text, " x &AB<&\u{e9} ");
    }

    #[test]
    fn what_is_unwanted_is_dropped_and_does_not_count() {
        let reply = |many: usize| {
            envelope(&format!("<a>{}<kept/></a>", "<b><c>no</c><b>x</b>&undefined;<c/></b>".repeat(many)))
        };
        let unwanted = |node: &Node| node.name == "b" && node.text_of("c") == Some("no");
        let node = decode_envelope(reply(MAX_NODES).as_bytes(), unwanted).unwrap();
        assert_eq!(node.children.len(), 1);
        assert_eq!(node.children[0].name, "kept");
        let wanted = envelope("<a><b><c>yes</c></b></a>");
        assert_eq!(decode_envelope(wanted.as_bytes(), unwanted).unwrap().children.len(), 1);
        let cut = decode_envelope(b"<a><b><c>no</c><d>", unwanted).unwrap_err().to_string();
        assert_eq!(cut, "its XML is malformed near byte 18: it ends before its root element does");
        let all = envelope(&format!("<a>{}</a>", "<b/>".repeat(MAX_NODES)));
        let all = decode_envelope(all.as_bytes(), unwanted).unwrap_err();
        assert_eq!(all.to_string(), "its XML has more than 500000 elements");
    }

    #[test]
    fn hostile_and_broken_xml_is_refused() {
        check_error(
            "<!DOCTYPE html><html><body>Sign in</body></html>",
            "it is no SOAP reply but a document that starts with <html>",
        );
        check_error("<html><body/></html>", "it is no SOAP reply but a document that starts with <html>");
        check_error(
            "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>",
            "its XML declares a document type, which SOAP forbids",
        );
        check_error(&envelope("<a>&b;</a>"), "its XML refers to the entity &b; which nothing defines");
        check_error(&"<a>".repeat(100), "its XML nests deeper than 64 elements");
        check_error("", "its XML is malformed near byte 0: it ends before its root element does");
        check_error(
            "<a><b></a>",
            "its XML is malformed near byte 6: ill-formed document: expected `</b>`, but `</a>` was found",
        );
        check_error("<a>\u{1}", "its XML is malformed near byte 4: it ends before its root element does");
        check_error(&envelope(""), "the content of the SOAP body is missing");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = decode_envelope(&bytes, |_| false);
        }

        #[test]
        fn never_panics_on_what_looks_like_xml(text in "(<[a-c:]{1,3}( type=\"[a-z&;#0-9]*\")?/?>|</[a-c]>|&[a-z#0-9]{0,4};|[a-z ]|<!\\[CDATA\\[|\\]\\]>|<!--|-->|<\\?){0,40}") {
            let _ = decode_envelope(text.as_bytes(), |_| false);
        }
    }
}
