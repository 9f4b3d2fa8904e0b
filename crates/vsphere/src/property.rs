//! Reading properties of managed objects, page by page.

use crate::client::Client;
use crate::error::Error;
use crate::session::Session;
use crate::soap::{Call, DecodeError, Fault, FaultKind, MoRef, Node};

/// The properties of one object that the server gave, and those that it withheld.
#[derive(Debug)]
pub(crate) struct ObjectContent {
    pub(crate) object: MoRef,
    pub(crate) values: Vec<(String, Node)>,
    /// Unreadable properties with the reason, such as a missing privilege. Unset ones are just absent.
    pub(crate) missing: Vec<(String, Fault)>,
}

/// One answer of the property collector.
pub(crate) struct Page {
    pub(crate) objects: Vec<ObjectContent>,
    /// Where the next page starts; none on the last.
    pub(crate) token: Option<String>,
    /// About how many bytes of memory it takes.
    size: usize,
}

impl ObjectContent {
    /// A property's value.
    pub(crate) fn value(&self, path: &str) -> Option<&Node> {
        self.values.iter().find(|(name, _)| name == path).map(|(_, value)| value)
    }

    /// A property's value, taken out.
    pub(crate) fn into_value(self, path: &str) -> Option<Node> {
        self.values.into_iter().find(|(name, _)| name == path).map(|(_, value)| value)
    }

    /// A property's text; none if it is empty.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.value(path).map(|value| value.text.as_str()).filter(|text| !text.trim().is_empty())
    }
}

/// Large enough that 2,500 hosts are 50 calls, small enough that a page is a few MiB of XML.
const PAGE: u32 = 50;
/// Many times what a vCenter may have.
const MAX_OBJECTS: usize = 200_000;
/// Many times what they take, read whole; of most of it little is kept.
const MAX_SIZE: usize = 512 * 1024 * 1024;

/// Asks for `paths` of one object.
pub(crate) fn of_object(client: &Client, object: &MoRef, paths: &[&str]) -> Call {
    retrieve(client, &[(object.kind.as_str(), paths)], |spec| {
        spec.object("obj", object).display("skip", false)
    })
}

/// Asks for the given paths of each kind of object that a container view shows.
fn of_view(client: &Client, view: &MoRef, sets: &[(&str, &[&str])]) -> Call {
    retrieve(client, sets, |spec| {
        spec.object("obj", view).display("skip", true).nest("selectSet", Some("TraversalSpec"), |traversal| {
            traversal
                .text("name", "view")
                .text("type", "ContainerView")
                .text("path", "view")
                .display("skip", false)
        })
    })
}

/// Asks for `paths` of each object of type `kind` that the property `path` of `from` refers to.
fn of_related(client: &Client, from: &MoRef, path: &str, kind: &str, paths: &[&str]) -> Call {
    retrieve(client, &[(kind, paths)], |spec| {
        spec.object("obj", from).display("skip", true).nest("selectSet", Some("TraversalSpec"), |traversal| {
            traversal.text("name", path).text("type", &from.kind).text("path", path).display("skip", false)
        })
    })
}

fn retrieve(client: &Client, sets: &[(&str, &[&str])], objects: impl FnOnce(Call) -> Call) -> Call {
    Call::read("RetrievePropertiesEx", &client.content().property_collector)
        .nest("specSet", None, |spec| {
            let with_sets = sets.iter().fold(spec, |spec, (kind, paths)| {
                spec.nest("propSet", None, |set| {
                    let set = set.text("type", kind).display("all", false);
                    paths.iter().fold(set, |set, path| set.text("pathSet", path))
                })
            });
            with_sets.nest("objectSet", None, objects)
        })
        .nest("options", None, |options| options.display("maxObjects", PAGE))
        .expecting_a_page(is_unwanted)
}

/// A host's network adapters for anything but management: a dozen uses, each with all adapters that could serve it, are
/// nine tenths of what a page of hosts holds.
pub(crate) fn is_unwanted(node: &Node) -> bool {
    node.name == "VirtualNicManagerNetConfig"
        && node.text_of("nicType").is_some_and(|kind| kind != "management")
}

impl Page {
    /// Whether it may be what a server says to a session that is gone: nothing, or that all is withheld from whom it does
    /// not know. Some answer so instead of refusing the call (pyVmomi's issues 43 and 294).
    fn may_be_for_nobody(&self) -> bool {
        let withheld = self.objects.iter().flat_map(|object| &object.missing);
        self.objects.is_empty()
            || withheld.into_iter().any(|(_, why)| why.kind == FaultKind::NotAuthenticated)
    }
}

/// Reads a reply of `RetrievePropertiesEx` or `ContinueRetrievePropertiesEx`.
pub(crate) fn page(reply: Node) -> Result<Page, DecodeError> {
    let mut page = Page { objects: Vec::new(), token: None, size: reply.size() };
    // No match at all is an absent returnval.
    for part in reply.into_child("returnval").map(|result| result.children).unwrap_or_default() {
        match part.name.as_str() {
            "token" if !part.text.is_empty() => page.token = Some(part.text),
            "objects" => page.objects.push(object_content(part)?),
            _ => {}
        }
    }
    Ok(page)
}

fn object_content(node: Node) -> Result<ObjectContent, DecodeError> {
    let object =
        node.child("obj").and_then(Node::object).ok_or(DecodeError::Missing("an object's reference"))?;
    let mut content = ObjectContent { object, values: Vec::new(), missing: Vec::new() };
    for part in node.children {
        match part.name.as_str() {
            "propSet" => {
                let name = part.text_of("name").ok_or(DecodeError::Missing("a property's name"))?.to_owned();
                let value = part.into_child("val").ok_or(DecodeError::Missing("a property's value"))?;
                content.values.push((name, value));
            }
            "missingSet" => {
                let path = part.text_of("path").ok_or(DecodeError::Missing("a missing property's path"))?;
                let fault = part.child("fault").ok_or(DecodeError::Missing("a missing property's fault"))?;
                content.missing.push((path.to_owned(), Fault::from_localized(fault)));
            }
            _ => {}
        }
    }
    Ok(content)
}

/// Reads `paths` of one object.
pub(crate) async fn read_object(
    session: &Session,
    object: &MoRef,
    paths: &[&str],
) -> Result<ObjectContent, Error> {
    let call = of_object(session.client(), object, paths);
    let generation = session.generation();
    let page = match read_page(session, &call).await {
        Err(error) if session.was_renewed_since(generation, &error) => read_page(session, &call).await?,
        page => page?,
    };
    let none = || session.client().unreadable(call.method, &DecodeError::Missing("the object"));
    page.objects.into_iter().next().ok_or_else(none)
}

/// Reads `paths` of each object of type `kind` that the property `path` of `from` refers to.
pub(crate) async fn read_related(
    session: &Session,
    from: &MoRef,
    path: &str,
    kind: &str,
    paths: &[&str],
) -> Result<Vec<ObjectContent>, Error> {
    let call = || of_related(session.client(), from, path, kind, paths);
    let generation = session.generation();
    match read_pages(session, call(), |content| content).await {
        Err(error) if session.was_renewed_since(generation, &error) => {
            read_pages(session, call(), |content| content).await
        }
        objects => objects,
    }
}

/// Reads the given paths of each kind of object below the root folder, through a container view of its own. What
/// `keep` makes of them is kept, page by page: 2,500 hosts as XML would be many times as large.
pub(crate) async fn read_all<T>(
    session: &Session,
    sets: &[(&str, &[&str])],
    keep: impl Fn(ObjectContent) -> T,
) -> Result<Vec<T>, Error> {
    let client = session.client();
    let content = client.content();
    let create = sets.iter().fold(
        Call::read("CreateContainerView", &content.view_manager).object("container", &content.root_folder),
        |call, (kind, _)| call.text("type", kind),
    );
    let create = create.display("recursive", true);
    let view =
        session.call_for(&create, |node| node.object().ok_or(DecodeError::Missing("the view"))).await?;
    let objects = read_view(session, &view, sets, keep).await;
    if let Err(error) = session.call(&Call::read("DestroyView", &view)).await {
        tracing::debug!(server = %client.address(), %error, "a view outlives its use until the session ends");
    }
    objects
}

async fn read_view<T>(
    session: &Session,
    view: &MoRef,
    sets: &[(&str, &[&str])],
    keep: impl Fn(ObjectContent) -> T,
) -> Result<Vec<T>, Error> {
    read_pages(session, of_view(session.client(), view, sets), keep).await
}

/// What a call answers, unless its session was gone, which is renewed then: views and the tokens of pages went with it, so
/// what was read before is void, too.
async fn read_page(session: &Session, call: &Call) -> Result<Page, Error> {
    let generation = session.generation();
    let client = session.client();
    let reply = session.call(call).await;
    if let Err(error) = &reply
        && error.fault().is_some_and(|fault| fault.kind == FaultKind::ManagedObjectNotFound)
    {
        session.check().await?;
    }
    let page = page(reply?).map_err(|error| client.unreadable(call.method, &error))?;
    if page.may_be_for_nobody() {
        session.check().await?;
        if session.generation() != generation {
            return Err(client.unreadable(call.method, &DecodeError::SessionGone));
        }
    }
    Ok(page)
}

/// All pages that begin with this call's.
async fn read_pages<T>(
    session: &Session,
    mut call: Call,
    keep: impl Fn(ObjectContent) -> T,
) -> Result<Vec<T>, Error> {
    let client = session.client();
    let mut objects = Vec::new();
    let mut so_far = Progress::default();
    loop {
        let page = read_page(session, &call).await?;
        so_far.count(&page).map_err(|error| client.unreadable(call.method, &error))?;
        objects.extend(page.objects.into_iter().map(&keep));
        let Some(token) = page.token else { return Ok(objects) };
        call = Call::read("ContinueRetrievePropertiesEx", &client.content().property_collector)
            .text("token", &token)
            .expecting_a_page(is_unwanted);
    }
}

/// How much was read of what may be many pages.
#[derive(Default)]
struct Progress {
    objects: usize,
    size: usize,
}

impl Progress {
    /// A server that goes on for ever must not be followed for ever, nor until no memory is left.
    fn count(&mut self, page: &Page) -> Result<(), DecodeError> {
        self.objects += page.objects.len();
        self.size += page.size;
        let goes_on = page.token.is_some();
        let is_too_much = page.objects.is_empty() || self.objects > MAX_OBJECTS || self.size > MAX_SIZE;
        if goes_on && is_too_much { Err(DecodeError::Endless) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, token: &str, pages: usize) -> Result<(), DecodeError> {
        let object = format!(
            "<objects><obj type=\"HostSystem\">host-1</obj><propSet><name>name</name><val>{text}</val></propSet></objects>"
        );
        let xml = format!("<r><returnval><token>{token}</token>{object}</returnval></r>");
        let page = page(crate::soap::decode_plain(xml.as_bytes()).unwrap()).unwrap();
        let mut so_far = Progress::default();
        (0..pages).try_for_each(|_| so_far.count(&page))
    }

    #[test]
    fn pages_that_would_fill_the_memory_are_not_read_to_their_end() {
        let large = "x".repeat(1024 * 1024);
        assert_eq!(read("esx01", "more", 2500), Ok(()));
        assert_eq!(read(&large, "more", 500), Ok(()));
        assert_eq!(read(&large, "more", 520), Err(DecodeError::Endless));
        assert_eq!(read("esx01", "more", MAX_OBJECTS + 1), Err(DecodeError::Endless));
        assert_eq!(read(&large, "", 1), Ok(()));
    }
}
