//! Reading properties of managed objects, page by page.

use crate::client::Client;
use crate::error::Error;
use crate::session::Session;
use crate::soap::{Call, DecodeError, Fault, MoRef, Node};

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

/// Large enough that 2,500 hosts are 25 calls, small enough that a page is a few hundred KiB of XML.
const PAGE: u32 = 100;
/// Many times what a vCenter may have.
const MAX_OBJECTS: usize = 200_000;

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
        .expecting_a_page()
}

/// Reads a reply of `RetrievePropertiesEx` or `ContinueRetrievePropertiesEx`.
pub(crate) fn page(reply: Node) -> Result<Page, DecodeError> {
    let mut page = Page { objects: Vec::new(), token: None };
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
    let reply = session.call(&call).await?;
    let unreadable = |error: &DecodeError| session.client().unreadable(call.method, error);
    let page = page(reply).map_err(|error| unreadable(&error))?;
    page.objects.into_iter().next().ok_or_else(|| unreadable(&DecodeError::Missing("the object")))
}

/// Reads `paths` of each object of type `kind` that the property `path` of `from` refers to.
pub(crate) async fn read_related(
    session: &Session,
    from: &MoRef,
    path: &str,
    kind: &str,
    paths: &[&str],
) -> Result<Vec<ObjectContent>, Error> {
    read_pages(session, of_related(session.client(), from, path, kind, paths), |content| content).await
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

/// All pages that begin with this call's.
async fn read_pages<T>(
    session: &Session,
    mut call: Call,
    keep: impl Fn(ObjectContent) -> T,
) -> Result<Vec<T>, Error> {
    let client = session.client();
    let mut objects = Vec::new();
    loop {
        let reply = session.call(&call).await?;
        let page = page(reply).map_err(|error| client.unreadable(call.method, &error))?;
        let is_empty = page.objects.is_empty();
        objects.extend(page.objects.into_iter().map(&keep));
        let Some(token) = page.token else { return Ok(objects) };
        if is_empty || objects.len() > MAX_OBJECTS {
            // A server that goes on for ever must not be followed for ever.
            return Err(client.unreadable(call.method, &DecodeError::Endless));
        }
        call = Call::read("ContinueRetrievePropertiesEx", &client.content().property_collector)
            .text("token", &token)
            .expecting_a_page();
    }
}
