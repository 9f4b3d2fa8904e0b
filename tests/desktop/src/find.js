// The elements that can be seen at the end of a way. Each step is { role, name, exact } or { text }.
const steps = arguments[0];

const OF_TAG = {
  article: "article", aside: "complementary", button: "button", dialog: "dialog", fieldset: "group", footer: "contentinfo",
  h1: "heading", h2: "heading", h3: "heading", h4: "heading", header: "banner", img: "img", li: "listitem", main: "main",
  nav: "navigation", ol: "list", option: "option", progress: "progressbar", section: "region", select: "combobox",
  summary: "button", table: "table", td: "cell", textarea: "textbox", th: "columnheader", tr: "row", ul: "list",
};
const OF_INPUT = { button: "button", checkbox: "checkbox", number: "spinbutton", radio: "radio", range: "slider", submit: "button" };
const CANDIDATES = ["[role]", "a[href]", "input", ...Object.keys(OF_TAG)].join(",");

function roleOf(element) {
  const given = element.getAttribute("role")?.split(" ")[0];
  // One that insists on an answer is a dialog as well.
  if (given) return given === "alertdialog" ? "dialog" : given;
  if (element.localName === "a") return "link";
  if (element.localName === "input") return OF_INPUT[element.type] ?? "textbox";
  return OF_TAG[element.localName];
}

// A zero-width space only says where a long word may break.
const squeeze = (text) => (text ?? "").replaceAll("\u200b", "").replace(/\s+/g, " ").trim();

function nameOf(element) {
  const labelledBy = squeeze(element.getAttribute("aria-labelledby"));
  if (labelledBy) {
    const parts = labelledBy.split(" ").map((id) => document.getElementById(id)).filter(Boolean);
    const name = squeeze(parts.map((part) => part.getAttribute("aria-label") ?? part.innerText).join(" "));
    if (name) return name;
  }
  const label = squeeze(element.getAttribute("aria-label"));
  if (label) return label;
  if (element.labels?.length) {
    // The star of a required field is for the eye alone.
    return squeeze([...element.labels].map((part) => part.innerText).join(" ")).replace(/ ?\*$/, "");
  }
  return squeeze(element.innerText) || squeeze(element.title || element.placeholder || element.alt);
}

function isShown(element) {
  return element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true], [inert]");
}

function innermostWith(scope, text) {
  const holds = (element) => squeeze(element.textContent).includes(text);
  return [...scope.querySelectorAll("*")].filter(
    (element) => holds(element) && ![...element.children].some(holds) && isShown(element),
  );
}

function found(scope, { role, name, exact, text }) {
  if (text !== undefined) return innermostWith(scope, text);
  return [...scope.querySelectorAll(CANDIDATES)].filter((element) => {
    if (roleOf(element) !== role || !isShown(element)) return false;
    return exact ? nameOf(element) === name : nameOf(element).includes(name);
  });
}

let scopes = [document.body];
for (const step of steps) {
  scopes = [...new Set(scopes.flatMap((scope) => found(scope, step)))];
}
return scopes;
