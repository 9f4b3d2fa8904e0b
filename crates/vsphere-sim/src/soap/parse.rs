//! Requests: a small tree, read by namespace rather than by prefix.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::value::Moref;
use super::{ENVELOPE, XSI};

/// Deeper requests than this are refused.
const MAX_DEPTH: usize = 64;

/// An element with the local part of its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The namespace that it is in; empty where in none.
    pub(crate) namespace: String,
    /// The plain `type` attribute (references have one).
    pub(crate) reference_type: Option<String>,
    /// The `xsi:type` attribute without its prefix.
    pub(crate) xsi_type: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// A method call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) this: Moref,
    pub(crate) arguments: Element,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    pub(crate) fn bool_of(&self, name: &str) -> Option<bool> {
        match self.text_of(name)?.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    pub(crate) fn int_of(&self, name: &str) -> Option<i64> {
        self.text_of(name)?.trim().parse().ok()
    }

    /// The element as a reference to a managed object.
    pub(crate) fn reference(&self) -> Option<Moref> {
        let kind = self.reference_type.clone()?;
        let id = self.text.trim();
        (!id.is_empty()).then(|| Moref::new(kind, id))
    }
}

/// Reads a SOAP envelope with one call in its body. The error says what is wrong with it.
pub(crate) fn parse_call(bytes: &[u8]) -> Result<Call, String> {
    let root = parse(bytes)?;
    if root.name != "Envelope" {
        return Err(format!("expected a SOAP envelope, found <{}>", root.name));
    }
    let body = root.child("Body").ok_or("the envelope has no body")?;
    let [arguments] = body.children.as_slice() else {
        return Err("the body must hold exactly one call".into());
    };
    let this = arguments
        .child("_this")
        .and_then(Element::reference)
        .ok_or("the call has no _this with a type attribute")?;
    Ok(Call { method: arguments.name.clone(), this, arguments: arguments.clone() })
}

fn parse(bytes: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    let mut reader = NsReader::from_str(text);
    let mut stack: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| format!("malformed XML: {error}"))? {
            Event::Start(start) => {
                if stack.len() >= MAX_DEPTH {
                    return Err("XML is nested too deeply".into());
                }
                let element = open(&reader, &start)?;
                if stack.is_empty() && element.namespace != ENVELOPE {
                    return Err("the root element is not in the SOAP 1.1 namespace".into());
                }
                stack.push(element);
            }
            Event::Empty(start) => {
                let element = open(&reader, &start)?;
                match stack.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
            Event::End(_) => {
                let element = stack.pop().ok_or("malformed XML: end without start")?;
                match stack.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
            Event::Text(text) => {
                if let Some(element) = stack.last_mut() {
                    element.text.push_str(&text.xml10_content());
                }
            }
            Event::CData(text) => {
                if let Some(element) = stack.last_mut() {
                    element.text.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(c) => c,
                    None => entity(&reference.xml10_content())?,
                };
                if let Some(element) = stack.last_mut() {
                    element.text.push(resolved);
                }
            }
            Event::DocType(_) => return Err("a document type is not allowed".into()),
            Event::Eof => return Err("malformed XML: it ends too early".into()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

fn entity(name: &str) -> Result<char, String> {
    Ok(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return Err(format!("unknown entity &{name};")),
    })
}

fn open(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, String> {
    let namespace = match reader.resolver().resolve_element(start.name()).0 {
        ResolveResult::Bound(Namespace(namespace)) => namespace.to_string(),
        _ => String::new(),
    };
    let mut element =
        Element { name: start.local_name().as_ref().to_string(), namespace, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("malformed XML: {error}"))?;
        if attribute.key.local_name().as_ref() != "type" {
            continue;
        }
        let local = attribute.value.rsplit(':').next().unwrap_or_default().to_string();
        match reader.resolver().resolve_attribute(attribute.key).0 {
            ResolveResult::Bound(Namespace(namespace)) if namespace == XSI => {
                element.xsi_type = Some(local);
            }
            ResolveResult::Unbound => element.reference_type = Some(local),
            _ => {}
        }
    }
    Ok(element)
}
