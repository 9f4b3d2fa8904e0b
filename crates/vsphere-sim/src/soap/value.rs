//! Values as they go over the wire.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};

use super::fault::SoapFault;

/// A reference to a managed object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Moref {
    pub(crate) kind: Cow<'static, str>,
    pub(crate) id: String,
}

impl Moref {
    pub(crate) fn new(kind: impl Into<Cow<'static, str>>, id: impl Into<String>) -> Moref {
        Moref { kind: kind.into(), id: id.into() }
    }
}

/// A value with its vSphere type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Known but not set: left out.
    Unset,
    Text(Cow<'static, str>),
    /// A value of an enumeration: type and value.
    Enum(&'static str, &'static str),
    Bool(bool),
    Int(i64),
    Short(i64),
    Long(i64),
    Time(DateTime<Utc>),
    /// A `byte[]`: one element a byte, signed.
    Bytes(Vec<u8>),
    Ref(Moref),
    /// A data object: type and fields in order.
    Object(&'static str, Vec<(&'static str, Value)>),
    /// An array: the type of its elements and these.
    Array(&'static str, Vec<Value>),
    /// A `LocalizedMethodFault`.
    Fault(SoapFault),
    /// A value where the client expects `anyType`: its type is written.
    Any(Box<Value>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Value {
        Value::Text(Cow::Owned(text.into()))
    }

    pub(crate) fn optional(value: Option<Value>) -> Value {
        value.unwrap_or(Value::Unset)
    }

    pub(crate) fn refs(items: impl IntoIterator<Item = Moref>) -> Value {
        Value::Array("ManagedObjectReference", items.into_iter().map(Value::Ref).collect())
    }

    /// The value at a dotted path below this one. `Err` when its type has no such field.
    pub(crate) fn at(&self, path: &str) -> Result<&Value, ()> {
        let mut value = self;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            value = match value {
                Value::Unset => return Ok(&Value::Unset),
                Value::Object(_, fields) => &fields.iter().find(|(field, _)| *field == name).ok_or(())?.1,
                _ => return Err(()),
            };
        }
        Ok(value)
    }

    /// Writes the value as an element. `typed` says that the reader can't know the type beforehand.
    pub(crate) fn write(&self, tag: &str, typed: bool, xsi: &str, out: &mut String) {
        let simple = |kind: &str, out: &mut String| {
            if typed {
                push(out, &["<", tag, " ", xsi, ":type=\"", kind, "\">"]);
            } else {
                push(out, &["<", tag, ">"]);
            }
        };
        match self {
            Value::Unset => return,
            Value::Any(value) => return value.write(tag, true, xsi, out),
            Value::Text(text) => {
                simple("xsd:string", out);
                escape(text, out);
            }
            Value::Enum(kind, text) => {
                simple(kind, out);
                out.push_str(text);
            }
            Value::Bool(value) => {
                simple("xsd:boolean", out);
                out.push_str(if *value { "true" } else { "false" });
            }
            Value::Int(value) | Value::Short(value) | Value::Long(value) => {
                simple(
                    match self {
                        Value::Int(_) => "xsd:int",
                        Value::Short(_) => "xsd:short",
                        _ => "xsd:long",
                    },
                    out,
                );
                out.push_str(&value.to_string());
            }
            Value::Time(time) => {
                simple("xsd:dateTime", out);
                out.push_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true));
            }
            Value::Ref(reference) => {
                push(out, &["<", tag, " type=\"", &reference.kind, "\""]);
                if typed {
                    push(out, &[" ", xsi, ":type=\"ManagedObjectReference\""]);
                }
                out.push('>');
                escape(&reference.id, out);
            }
            Value::Object(kind, fields) => {
                simple(kind, out);
                for (name, value) in fields {
                    value.write_field(name, xsi, out);
                }
            }
            Value::Array(element, items) => {
                simple(&array_type(element), out);
                for item in items {
                    item.write(element.trim_start_matches("xsd:"), matches!(item, Value::Ref(_)), xsi, out);
                }
            }
            Value::Bytes(bytes) => {
                simple("ArrayOfByte", out);
                write_bytes("byte", bytes, out);
            }
            Value::Fault(fault) => {
                simple("LocalizedMethodFault", out);
                push(out, &["<fault ", xsi, ":type=\"", &fault.kind, "\">"]);
                fault.write_fields(xsi, out);
                out.push_str("</fault><localizedMessage>");
                escape(&fault.message, out);
                out.push_str("</localizedMessage>");
            }
        }
        push(out, &["</", tag, ">"]);
    }

    /// As a field of a data object, where an array is its elements one after the other.
    fn write_field(&self, name: &str, xsi: &str, out: &mut String) {
        match self {
            Value::Array(_, items) => items.iter().for_each(|item| item.write(name, false, xsi, out)),
            Value::Bytes(bytes) => write_bytes(name, bytes, out),
            other => other.write(name, false, xsi, out),
        }
    }
}

/// Escapes text for XML.
pub(super) fn escape(text: &str, out: &mut String) {
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

fn write_bytes(tag: &str, bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len() * (2 * tag.len() + 8));
    for byte in bytes {
        push(out, &["<", tag, ">", &byte.cast_signed().to_string(), "</", tag, ">"]);
    }
}

fn array_type(element: &str) -> String {
    let mut name = element.trim_start_matches("xsd:").to_string();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("ArrayOf{name}")
}

pub(super) fn push(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
