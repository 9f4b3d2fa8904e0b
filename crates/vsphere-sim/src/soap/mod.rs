//! The wire: requests in, replies out, bytes only. Knows nothing of hosts. Deliberately not shared with the client, so
//! that a mistake in one is seen by the other.

mod fault;
mod parse;
mod value;

pub use fault::{FaultField, SoapFault};
pub(crate) use parse::{Call, Element, parse_call};
pub(crate) use value::{Moref, Value};

use value::{escape, push};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A whole reply: `returnval` once for each value.
pub(crate) fn reply(method: &str, returned: &[Value], xsi: &str) -> String {
    let mut body = String::with_capacity(1024);
    if returned.is_empty() {
        push(&mut body, &["<", method, "Response xmlns=\"urn:vim25\"/>"]);
    } else {
        push(&mut body, &["<", method, "Response xmlns=\"urn:vim25\">"]);
        for value in returned {
            value.write("returnval", matches!(value, Value::Any(_)), xsi, &mut body);
        }
        push(&mut body, &["</", method, "Response>"]);
    }
    envelope(&body, xsi)
}

/// A whole fault.
pub(crate) fn fault(fault: &SoapFault, xsi: &str) -> String {
    let mut body = String::from("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>");
    escape(&fault.message, &mut body);
    push(&mut body, &["</faultstring><detail><", &fault.kind, "Fault xmlns=\"urn:vim25\" "]);
    push(&mut body, &[xsi, ":type=\"", &fault.kind, "\">"]);
    fault.write_fields(xsi, &mut body);
    push(&mut body, &["</", &fault.kind, "Fault></detail></soapenv:Fault>"]);
    envelope(&body, xsi)
}

fn envelope(body: &str, xsi: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" \
         xmlns:soapenv=\"{ENVELOPE}\" xmlns:xsd=\"{XSD}\" xmlns:{xsi}=\"{XSI}\">\n<soapenv:Body>\n{body}\n</soapenv:Body>\n</soapenv:Envelope>"
    )
}
