//! Finding things in the page as people and screen readers do: by role and name. Never by class or place.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::PATIENCE;
use crate::webdriver::Session;

const FIND: &str = include_str!("find.js");
/// What a reply of the driver calls an element by; a constant of the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The whole page, or something in it. Nothing is looked for before it is used, and then until it is there.
#[derive(Clone, Debug)]
#[must_use = "nothing is looked for before it is used"]
pub struct Element {
    session: Arc<Session>,
    /// The way to it: each step is looked for within the one before.
    steps: Vec<Value>,
}

impl Element {
    pub(crate) fn page(session: Arc<Session>) -> Self {
        Self { session, steps: Vec::new() }
    }

    /// The element of this ARIA role with exactly this accessible name.
    pub fn role(&self, role: &str, name: &str) -> Self {
        self.step(json!({ "role": role, "name": name, "exact": true }))
    }

    /// The first of this role whose accessible name holds this.
    pub fn containing(&self, role: &str, part: &str) -> Self {
        self.step(json!({ "role": role, "name": part, "exact": false }))
    }

    /// The button with exactly this name.
    pub fn button(&self, name: &str) -> Self {
        self.role("button", name)
    }

    /// The field with exactly this label.
    pub fn field(&self, label: &str) -> Self {
        self.role("textbox", label)
    }

    /// The innermost element that shows this text.
    pub fn text(&self, text: &str) -> Self {
        self.step(json!({ "text": text }))
    }

    /// Waits until it can be seen.
    pub async fn seen(&self) {
        self.patiently("seen", async || self.find().await.map(drop)).await;
    }

    /// Waits until it cannot be seen.
    pub async fn gone(&self) {
        self.patiently("gone", async || match self.count().await? {
            0 => Ok(()),
            count => Err(format!("there are {count}")),
        })
        .await;
    }

    /// How many there are that can be seen.
    pub async fn count(&self) -> Result<usize, String> {
        let found = self.session.run(FIND, &json!([self.steps])).await?;
        Ok(found.as_array().map_or(0, Vec::len))
    }

    /// Whether one can be seen now.
    pub async fn is_there(&self) -> bool {
        self.count().await.is_ok_and(|count| count > 0)
    }

    /// Clicks it as soon as it can be clicked.
    pub async fn click(&self) {
        self.patiently("click", async || {
            let element = self.find_enabled().await?;
            self.session.post(&format!("element/{element}/click"), &json!({})).await.map(drop)
        })
        .await;
    }

    /// Replaces the text of a field.
    pub async fn fill(&self, text: &str) {
        self.patiently("fill", async || {
            let element = self.find_enabled().await?;
            let select = "arguments[0].focus(); arguments[0].select()";
            self.session.run(select, &json!([{ ELEMENT: element }])).await?;
            // What is typed replaces what is selected; nothing typed is the backspace key.
            let keys = if text.is_empty() { "\u{E003}" } else { text };
            self.session.post(&format!("element/{element}/value"), &json!({ "text": keys })).await?;
            let value = self.session.run("return arguments[0].value", &json!([{ ELEMENT: element }])).await?;
            if value == text { Ok(()) } else { Err(format!("it holds {value}")) }
        })
        .await;
    }

    /// What it shows, as text.
    pub async fn read(&self) -> String {
        self.patiently("read", async || {
            let element = self.find().await?;
            let script = "return arguments[0].innerText.replace(/\\s+/g, ' ').trim()";
            let text = self.session.run(script, &json!([{ ELEMENT: element }])).await?;
            text.as_str().map(str::to_owned).ok_or_else(|| "it has no text".to_owned())
        })
        .await
    }

    /// What a field holds.
    pub async fn value(&self) -> String {
        self.patiently("value", async || {
            let element = self.find().await?;
            let value = self.session.run("return arguments[0].value", &json!([{ ELEMENT: element }])).await?;
            value.as_str().map(str::to_owned).ok_or_else(|| "it is no field".to_owned())
        })
        .await
    }

    /// An attribute of it; none when it has no such attribute.
    pub async fn attribute(&self, name: &str) -> Option<String> {
        self.patiently("attribute", async || {
            let element = self.find().await?;
            let script = "return arguments[0].getAttribute(arguments[1])";
            self.session.run(script, &json!([{ ELEMENT: element }, name])).await
        })
        .await
        .as_str()
        .map(str::to_owned)
    }

    /// Waits until it shows this somewhere.
    pub async fn shows(&self, text: &str) {
        self.text(text).seen().await;
    }

    async fn find(&self) -> Result<String, String> {
        let found = self.session.run(FIND, &json!([self.steps])).await?;
        let element = found.get(0).and_then(|element| element[ELEMENT].as_str());
        element.map(str::to_owned).ok_or_else(|| "it is not there".to_owned())
    }

    async fn find_enabled(&self) -> Result<String, String> {
        let element = self.find().await?;
        let asked = "return arguments[0].matches(':disabled, [aria-disabled=true]')";
        match self.session.run(asked, &json!([{ ELEMENT: element }])).await? {
            Value::Bool(false) => Ok(element),
            _ => Err("it is disabled".to_owned()),
        }
    }

    async fn patiently<T>(&self, doing: &str, attempt: impl AsyncFn() -> Result<T, String>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            match attempt().await {
                Ok(value) => return value,
                Err(why) if Instant::now() > end => {
                    let page = self.session.run(SHOWN, &json!([])).await.unwrap_or_default();
                    let page = page.as_str().unwrap_or("it cannot be read");
                    panic!("{doing} {}: {why}\n-- the page --\n{page}", Value::Array(self.steps.clone()));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }

    fn step(&self, step: Value) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { session: Arc::clone(&self.session), steps }
    }
}

/// What the page shows, for whoever reads why a test failed.
const SHOWN: &str = "return `${location.href}\n${document.body.innerText.slice(0, 3000)}`";
