/** axe finds nothing on the archive's, the activity's and the settings' pages in any state. */
import { expect, type Page, test } from "@playwright/test";
import type { ScenarioName } from "../src/mock/scenarios";
import { expectFlawless } from "./looks";
import { open, rows } from "./pages";

type State = { name: string; scenario: ScenarioName; route: string; ready: (page: Page) => Promise<void> };

const text = (words: string | RegExp) => (page: Page) => expect(page.getByText(words).first()).toBeVisible();
const dialog = (page: Page) => page.getByRole("dialog").or(page.getByRole("alertdialog"));

const STATES: readonly State[] = [
  { name: "archive", scenario: "history", route: "/archive", ready: text("4,448 bundles") },
  {
    name: "a day and a damaged bundle",
    scenario: "history",
    route: "/archive",
    ready: async (page) => {
      await page.locator("[data-day]").last().click();
      await rows(page, "Bundles").first().click();
      await rows(page, "Bundles")
        .nth(2)
        .click({ modifiers: ["Shift"] });
      await page.getByRole("button", { name: "Verify", exact: true }).click();
      await rows(page, "Bundles").filter({ hasText: "Damaged" }).first().click();
      await expect(page.getByText("Damaged,")).toBeVisible();
    },
  },
  {
    name: "a note that is refused",
    scenario: "archiveLocked",
    route: "/archive",
    ready: async (page) => {
      await rows(page, "Bundles").first().click();
      await page.getByRole("button", { name: "Add note" }).click();
      await page.getByRole("textbox", { name: "Note" }).fill("Before the move");
      await page.getByRole("button", { name: "Save note" }).click();
      await expect(page.getByText(/is in use by/)).toBeVisible();
    },
  },
  {
    name: "5,000 of many bundles, and a choice of 2,500 hosts",
    scenario: "manyRecords",
    route: "/archive",
    ready: async (page) => {
      await text("newest 5,000 of")(page);
      await page.getByRole("combobox", { name: "Host" }).click();
      await expect(page.getByRole("listbox")).toBeVisible();
    },
  },
  {
    name: "no bundle fits",
    scenario: "history",
    route: "/archive",
    ready: async (page) => {
      await page.getByRole("searchbox", { name: "Filter bundles" }).fill("nothing at all");
      await text("No bundle fits the filters")(page);
    },
  },
  {
    name: "what would be deleted",
    scenario: "history",
    route: "/archive",
    ready: async (page) => {
      await rows(page, "Bundles").first().click();
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Delete");
      await expect(dialog(page).getByRole("button", { name: /^Delete [\d,]+ bundles$/ })).toBeVisible();
    },
  },
  {
    name: "deleting",
    scenario: "slowDeletion",
    route: "/archive",
    ready: async (page) => {
      await rows(page, "Bundles").first().click();
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Delete");
      await dialog(page)
        .getByRole("button", { name: /^Delete [\d,]+ bundles$/ })
        .click();
      await expect(dialog(page).getByRole("heading", { name: /^Deleting / })).toBeVisible();
    },
  },
  {
    name: "what is kept",
    scenario: "history",
    route: "/archive",
    ready: async (page) => {
      await rows(page, "Bundles").first().click();
      await page.getByRole("button", { name: "Delete…" }).click();
      await text("Nothing will be deleted")(page);
    },
  },
  {
    name: "looking what can go",
    scenario: "slowPlan",
    route: "/archive",
    ready: async (page) => {
      await rows(page, "Bundles").first().click();
      await page.getByRole("button", { name: "Delete…" }).click();
      await text(/^21 bundles read/)(page);
    },
  },
  {
    name: "how many to keep",
    scenario: "history",
    route: "/archive",
    ready: async (page) => {
      await page.getByRole("button", { name: "Prune…" }).click();
      await dialog(page).getByRole("textbox").fill("0");
      await text(/^Enter a whole number/)(page);
    },
  },
  {
    name: "what cannot be understood",
    scenario: "archiveProblems",
    route: "/archive",
    ready: async (page) => {
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await expect(rows(page, "What cannot be understood")).toHaveCount(3);
    },
  },
  { name: "problems, told", scenario: "archiveProblems", route: "/archive", ready: text("3 things in") },
  { name: "archive, vanished", scenario: "archiveVanished", route: "/archive", ready: text(/is gone/) },
  { name: "archive, none", scenario: "empty", route: "/archive", ready: text("There is no archive yet") },
  { name: "archive, loading", scenario: "loading", route: "/archive", ready: text("Reading the archive") },
  { name: "activity", scenario: "history", route: "/activity", ready: text("75 runs") },
  { name: "activity, running", scenario: "activityRunning", route: "/activity", ready: text("Running now") },
  { name: "activity, none", scenario: "empty", route: "/activity", ready: text("No runs yet") },
  { name: "activity, loading", scenario: "loading", route: "/activity", ready: text("Reading the runs") },
  { name: "activity, failing", scenario: "archiveVanished", route: "/activity", ready: text(/is gone/) },
  {
    name: "a report with a failed host",
    scenario: "history",
    route: "/activity/run-0",
    ready: async (page) => {
      await rows(page, "Hosts of the run").first().click();
      await text(/Reconnect the host in the vSphere Client/)(page);
    },
  },
  { name: "a report with a long name", scenario: "history", route: "/activity/run-8", ready: text("30 of 60 hosts") },
  { name: "a report with a server's error", scenario: "history", route: "/activity/run-4", ready: text("vc02.lab") },
  {
    name: "a report that cannot be read",
    scenario: "history",
    route: "/activity/20261116T223000Z-5a1c",
    ready: text(/cannot be read/),
  },
  {
    name: "trying again",
    scenario: "history",
    route: "/activity/run-8",
    ready: async (page) => {
      await page.getByRole("button", { name: "Retry failed…" }).click();
      await text("29 hosts will be backed up")(page);
    },
  },
  {
    name: "settings",
    scenario: "small",
    route: "/settings",
    ready: async (page) => {
      await page.getByLabel("Hosts at once").fill("12");
      await page.getByLabel("Stale after").fill("0");
      await text("Saved.")(page);
    },
  },
  {
    name: "schedules",
    scenario: "small",
    route: "/schedules",
    ready: async (page) => {
      await page.getByLabel("As user").fill("LAB\\svc-hostkeep");
      await page.getByLabel("At", { exact: true }).fill("25:00");
      await text(/Enter hours and minutes/)(page);
    },
  },
  {
    name: "settings, refused",
    scenario: "settingsRefused",
    route: "/settings",
    ready: async (page) => {
      await page.getByRole("radio", { name: "Dark" }).click();
      await text(/being changed by another program/)(page);
    },
  },
];

// The mock's days count back from now.
test.beforeEach(({ page }) => page.clock.setFixedTime("2026-11-23T08:00:00Z"));

// axe looks six times at each state: a busy machine takes its time.
test.describe.configure({ timeout: 120_000 });

for (const state of STATES) {
  test(`nothing to find: ${state.name}`, async ({ page }) => {
    await open(page, state.scenario, state.route);
    await state.ready(page);
    await expectFlawless(page);
  });
}
