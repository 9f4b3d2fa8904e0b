//! The wire: requests in, replies out, bytes only. Knows nothing of hosts. Deliberately not shared with the client, so
//! that a mistake in one is seen by the other.

mod fault;
mod parse;
mod value;

pub use fault::{FaultField, SoapFault};
pub(crate) use parse::{Call, Element, parse_call};
pub(crate) use value::{Moref, Value, escape};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A whole reply: `returnval` once for each value.
pub(crate) fn reply(method: &str, returned: &[Value], xsi: &str) -> String {
    let mut body = String::with_capacity(1024);
    let name = method.trim_end_matches("_Task");
    let name =
        if method.ends_with("_Task") { format!("{name}_TaskResponse") } else { format!("{name}Response") };
    if returned.is_empty() {
        body.push_str(&format!("<{name} xmlns=\"urn:vim25\"/>"));
    } else {
        body.push_str(&format!("<{name} xmlns=\"urn:vim25\">"));
        for value in returned {
            value.write("returnval", matches!(value, Value::Any(_)), xsi, &mut body);
        }
        body.push_str(&format!("</{name}>"));
    }
    envelope(&body, xsi)
}

/// A whole fault.
pub(crate) fn fault(fault: &SoapFault, xsi: &str) -> String {
    let mut body = String::from("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>");
    escape(&fault.message, &mut body);
    body.push_str("</faultstring><detail>");
    body.push_str(&format!("<{}Fault xmlns=\"urn:vim25\" {xsi}:type=\"{}\">", fault.kind, fault.kind));
    fault.write_fields(xsi, &mut body);
    body.push_str(&format!("</{}Fault></detail></soapenv:Fault>", fault.kind));
    envelope(&body, xsi)
}

fn envelope(body: &str, xsi: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" \
         xmlns:soapenv=\"{ENVELOPE}\" xmlns:xsd=\"{XSD}\" xmlns:{xsi}=\"{XSI}\">\n<soapenv:Body>\n{body}\n</soapenv:Body>\n</soapenv:Envelope>"
    )
}
