/** axe finds nothing on the pages of a restore, in each theme, at 100 % and at 200 %; and nothing is cut off. */
import { expect, type Page } from "@playwright/test";
import type { ScenarioName } from "../src/mock/scenarios";
import { expectFlawless } from "./looks";
import { open, send, test } from "./pages";

type State = { name: string; scenario: ScenarioName; route: string; ready: (page: Page) => Promise<void> };

const REPORT = "/restores/20261122T221000Z-7c1e0";
const text = (words: string) => async (page: Page) => {
  await expect(page.getByText(words).first()).toBeVisible();
};
const planned = async (page: Page) => {
  await page.getByRole("button", { name: "Look at the plan" }).click();
  await expect(page.getByRole("heading", { name: "What would be done" })).toBeVisible();
};

const STATES: readonly State[] = [
  { name: "nothing chosen", scenario: "small", route: "/restore", ready: text("Choose the bundle first") },
  {
    name: "everything open",
    scenario: "restoreUnknownFile",
    route: "/restore?file=1",
    ready: async (page) => {
      await page.getByRole("button", { name: "Choose a host…" }).click();
      await page.getByRole("radio").first().check();
      await page.getByRole("button", { name: "Change the options" }).click();
      await page.getByLabel("Back up the host first").uncheck();
    },
  },
  {
    name: "damaged bundle",
    scenario: "restoreDamagedFile",
    route: "/restore?file=1",
    ready: text("is no sound bundle"),
  },
  {
    name: "plan with warnings",
    scenario: "small",
    route: "/restore?file=1&own=true",
    ready: async (page) => {
      await planned(page);
      await page.getByRole("button", { name: "7 checks are fine" }).click();
      await page
        .getByRole("checkbox", { name: /^Accept: / })
        .first()
        .check();
    },
  },
  { name: "plan with blockers", scenario: "restoreBlocked", route: "/restore?file=1", ready: planned },
  {
    name: "plan that has changed",
    scenario: "restoreChanges",
    route: "/restore?file=1",
    ready: async (page) => {
      await planned(page);
      await page.getByRole("button", { name: "Look again" }).click();
      await expect(page.getByText("The plan has changed since it was shown.")).toBeVisible();
    },
  },
  { name: "under way", scenario: "restoreBegun", route: "/jobs/1", ready: text("Cancel the restore") },
  {
    name: "told to restore",
    scenario: "restoreTold",
    route: "/jobs/1",
    ready: text("It cannot be cancelled any more"),
  },
  { name: "proven", scenario: "restoreProven", route: REPORT, ready: text("and that is proven") },
  { name: "not proven", scenario: "restoreNotProven", route: REPORT, ready: text("Different: 23") },
  { name: "nothing restored", scenario: "restoreNothing", route: REPORT, ready: text("is as it was found") },
  { name: "left changed", scenario: "restoreLeftChanged", route: REPORT, ready: text("is left changed") },
  {
    name: "nobody knows, watched on",
    scenario: "restoreUnknown",
    route: REPORT,
    ready: async (page) => {
      await page.getByRole("button", { name: "Keep watching", exact: true }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  { name: "announced", scenario: "restoreInterrupted", route: "/hosts", ready: text("It is left to be looked after.") },
  {
    name: "list",
    scenario: "restoreInterrupted",
    route: "/activity",
    ready: async (page) => {
      await page.getByRole("tab", { name: "Restores 4" }).click();
    },
  },
  {
    name: "closing",
    scenario: "restoreTold",
    route: "/settings",
    ready: async (page) => {
      await send(page, { kind: "closeAsked" });
      await expect(page.getByRole("alertdialog")).toBeVisible();
    },
  },
];

for (const { name, scenario, route, ready } of STATES) {
  test(`restoring: ${name}`, async ({ page }) => {
    await open(page, scenario, route);
    await ready(page);
    await expectFlawless(page);
  });
}
