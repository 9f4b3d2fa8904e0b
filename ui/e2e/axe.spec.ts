/** axe finds nothing on any page and state, in each theme, at 100 % and at 200 %. */
import { expect, type Page } from "@playwright/test";
import type { ScenarioName } from "../src/mock/scenarios";
import { expectNoFindings, open, row, test } from "./pages";

type State = { name: string; scenario: ScenarioName; route: string; ready: (page: Page) => Promise<void> };

const heading = (text: string) => async (page: Page) => {
  await expect(page.getByRole("heading", { name: text, level: 1 })).toBeVisible();
};

const STATES: readonly State[] = [
  {
    name: "first run",
    scenario: "empty",
    route: "/hosts",
    ready: heading("Keep every ESXi host's configuration safe"),
  },
  {
    name: "connect dialog",
    scenario: "empty",
    route: "/hosts",
    ready: async (page) => {
      await page.getByRole("button", { name: "Connect to a server" }).click();
      await page.getByRole("button", { name: "Connect", exact: true }).click();
      await expect(page.getByText("Enter the password.")).toBeVisible();
    },
  },
  {
    name: "certificate",
    scenario: "empty",
    route: "/hosts",
    ready: async (page) => {
      await connect(page, "vc01.lab.local");
      await expect(page.getByRole("heading", { name: "Trust the certificate of vc01.lab.local?" })).toBeVisible();
    },
  },
  {
    name: "changed certificate",
    scenario: "empty",
    route: "/hosts",
    ready: async (page) => {
      await connect(page, "changed.lab.local");
      await expect(
        page.getByRole("heading", { name: "The certificate of changed.lab.local has changed" }),
      ).toBeVisible();
    },
  },
  {
    name: "hosts",
    scenario: "small",
    route: "/hosts",
    ready: async (page) => {
      await row(page, "Hosts", "esx06.lab.local").dblclick();
      await expect(page.getByText("History: 12 bundles")).toBeVisible();
    },
  },
  {
    name: "hosts whose archive is gone",
    scenario: "archiveGone",
    route: "/hosts",
    ready: async (page) => {
      await expect(page.getByRole("button", { name: /Not known$/ })).toBeVisible();
    },
  },
  {
    name: "2,500 hosts",
    scenario: "large",
    route: "/hosts",
    ready: (page) => expect(page.getByText("2,500 hosts", { exact: true })).toBeVisible(),
  },
  {
    name: "hosts, none",
    scenario: "noHosts",
    route: "/hosts",
    ready: (page) => expect(page.getByText("No hosts", { exact: true })).toBeVisible(),
  },
  { name: "hosts, loading", scenario: "loading", route: "/hosts", ready: heading("Hosts") },
  {
    name: "hosts, failing",
    scenario: "failing",
    route: "/hosts",
    ready: (page) => expect(page.getByText("cannot be read").first()).toBeVisible(),
  },
  {
    name: "servers in trouble",
    scenario: "serverErrors",
    route: "/hosts",
    ready: async (page) => {
      await page.getByRole("button", { name: "2 more servers could not be read" }).click();
      await expect(page.getByRole("button", { name: "Enter password" })).toBeVisible();
    },
  },
  {
    name: "back up dialog",
    scenario: "small",
    route: "/hosts",
    ready: async (page) => {
      await page.getByRole("button", { name: "Back up all" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "context menu",
    scenario: "small",
    route: "/hosts",
    ready: async (page) => {
      await row(page, "Hosts", "esx03.lab.local").click({ button: "right" });
      await expect(page.getByRole("menu")).toBeVisible();
    },
  },
  { name: "a run", scenario: "run", route: "/jobs/1", ready: heading("Back up 50 hosts") },
  { name: "a run that ended", scenario: "ended", route: "/jobs/1", ready: heading("Back up 50 hosts") },
  {
    name: "a task that is gone",
    scenario: "small",
    route: "/jobs/9",
    ready: (page) => expect(page.getByText("not in the list any more")).toBeVisible(),
  },
  {
    name: "a report",
    scenario: "small",
    route: "/activity/run-0",
    ready: (page) => expect(page.getByRole("tab", { name: /Failed 3/ })).toBeVisible(),
  },
  {
    name: "a report that cannot be read",
    scenario: "failing",
    route: "/activity/run-0",
    ready: (page) => expect(page.getByText("cannot be read").first()).toBeVisible(),
  },
  {
    name: "shortcuts",
    scenario: "demo",
    route: "/hosts",
    ready: async (page) => {
      await page.getByRole("button", { name: "Help" }).click();
      await page.getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  { name: "no such page", scenario: "small", route: "/nowhere", ready: heading("No such page") },
];

// What is left of 1280x800 when everything is twice as large.
const AT_200 = { width: 640, height: 400 };

for (const state of STATES) {
  test(`nothing to find: ${state.name}`, async ({ page }) => {
    await open(page, state.scenario, state.route);
    await state.ready(page);
    await expectNoFindings(page);
    await expectNothingCutOff(page);
    await expectContrast(page);
    await page.setViewportSize(AT_200);
    await expectNoFindings(page);
    await expectNothingCutOff(page);
  });
}

/** The other themes differ in colours alone. */
async function expectContrast(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator('html[data-theme="dark"]')).toBeAttached();
  await expectNoFindings(page, ["color-contrast"]);
  await page.emulateMedia({ contrast: "more" });
  await expect(page.locator('html[data-theme="highContrast"]')).toBeAttached();
  await expectNoFindings(page, ["color-contrast"]);
  await page.emulateMedia({ colorScheme: "light", contrast: "no-preference" });
  await expect(page.locator('html[data-theme="light"]')).toBeAttached();
}

async function connect(page: Page, address: string): Promise<void> {
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await page.getByLabel("Address").fill(address);
  await page.getByLabel("User name").fill("backup@vsphere.local");
  await page.getByRole("textbox", { name: "Password" }).fill("secret");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
}

/** Neither the window nor a dialog or menu reaches beyond its edges, and every button is within them. */
async function expectNothingCutOff(page: Page): Promise<void> {
  const beyond = await page.evaluate(() =>
    [...document.querySelectorAll('button, a, [role="dialog"], [role="menu"], input')]
      .filter((element) => element.checkVisibility())
      .map((element) => ({ box: element.getBoundingClientRect(), element }))
      .filter(({ box }) => box.left < -1 || box.right > window.innerWidth + 1)
      .map(({ element }) => element.outerHTML.slice(0, 120)),
  );
  expect(beyond).toEqual([]);
}
