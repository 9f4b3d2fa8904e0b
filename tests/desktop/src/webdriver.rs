//! The few calls of `WebDriver` that are needed (<https://www.w3.org/TR/webdriver2/>), on the HTTP client that is there anyway:
//! a crate for it would change features of shared crates, and so build all of Tauri twice.

use std::time::Duration;

use serde_json::{Value, json};

/// A program that the driver has started.
#[derive(Debug)]
pub(crate) struct Session {
    http: reqwest::Client,
    url: String,
}

impl Session {
    /// Asks the driver to start `program`. Fails while the driver does not listen yet, and when the program shows no
    /// web view.
    pub(crate) async fn start(port: u16, program: &str, arguments: &[&str]) -> Result<Self, String> {
        let http = client();
        let options = json!({ "binary": program, "args": arguments });
        let wanted = json!({ "alwaysMatch": { "webkitgtk:browserOptions": options } });
        let base = format!("http://127.0.0.1:{port}/session");
        let reply = post(&http, &base, &json!({ "capabilities": wanted })).await?;
        let id = reply["sessionId"].as_str().ok_or_else(|| format!("the driver gave no session: {reply}"))?;
        Ok(Self { url: format!("{base}/{id}"), http })
    }

    /// Runs a function's body in the page; its `return` value.
    pub(crate) async fn run(&self, script: &str, arguments: &Value) -> Result<Value, String> {
        self.post("execute/sync", &json!({ "script": script, "args": arguments })).await
    }

    /// Runs a function's body that calls its last argument with the result.
    pub(crate) async fn run_async(&self, script: &str, arguments: &Value) -> Result<Value, String> {
        self.post("execute/async", &json!({ "script": script, "args": arguments })).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        post(&self.http, &format!("{}/{path}", self.url), body).await
    }

    /// Ends the program.
    pub(crate) async fn end(&self) -> Result<(), String> {
        read(self.http.delete(&self.url)).await.map(drop)
    }
}

/// The driver answers once it listens.
pub(crate) async fn is_listening(port: u16) -> bool {
    read(client().get(format!("http://127.0.0.1:{port}/status"))).await.is_ok()
}

fn client() -> reqwest::Client {
    // The second to install one finds the first's.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(90));
    builder.build().expect("a client without TLS can be built")
}

async fn post(http: &reqwest::Client, url: &str, body: &Value) -> Result<Value, String> {
    read(http.post(url).header("content-type", "application/json").body(body.to_string())).await
}

async fn read(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let told = |error: reqwest::Error| error.to_string();
    let response = request.send().await.map_err(told)?;
    let succeeded = response.status().is_success();
    let bytes = response.bytes().await.map_err(told)?;
    let mut reply: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    let value = reply["value"].take();
    if succeeded {
        return Ok(value);
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(format!("{}: {}", text("error"), text("message")))
}
