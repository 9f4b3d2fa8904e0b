/** axe finds nothing on the pages about what is in bundles, in each theme, at 100 % and at 200 %; and nothing is cut off. */
import { expect, type Page } from "@playwright/test";
import type { ScenarioName } from "../src/mock/scenarios";
import { expectFlawless } from "./looks";
import { open, row, rows, test } from "./pages";

type State = { name: string; scenario: ScenarioName; route: string; ready: (page: Page) => Promise<void> };

const text = (words: string) => async (page: Page) => {
  await expect(page.getByText(words).first()).toBeVisible();
};
const changes = (words: string) => async (page: Page) => {
  await row(page, "Bundles", "esx01.lab.local").nth(1).click();
  const show = page.getByRole("button", { name: "Show details" });
  await ((await show.isVisible()) ? show.click() : null);
  await page.getByRole("button", { name: "Show the host's changes" }).click();
  await text(words)(page);
};
const COMPARED = "/compare?firstFile=1&secondFile=2";

const STATES: readonly State[] = [
  { name: "nothing to look inside", scenario: "small", route: "/inside", ready: text("No bundle is chosen") },
  {
    name: "settings",
    scenario: "small",
    route: "/inside?file=1",
    ready: async (page) => {
      await rows(page, "Settings").nth(3).click();
      await expect(page.getByRole("region", { name: "Details" })).toBeVisible();
    },
  },
  {
    name: "a text",
    scenario: "small",
    route: "/inside?file=1&tab=files&path=etc/ntp.conf",
    ready: text("server ntp2.lab.local"),
  },
  {
    name: "a certificate",
    scenario: "small",
    route: "/inside?file=1&tab=files",
    ready: async (page) => {
      await row(page, "Files", "etc/vmware/ssl/rui.crt").click();
      await expect(page.getByText("Valid to")).toBeVisible();
    },
  },
  { name: "sealed", scenario: "bundleSealed", route: "/inside?file=1", ready: text("sealed by its host's TPM") },
  { name: "unreadable", scenario: "bundleUnreadable", route: "/inside?file=1", ready: text("is cut off") },
  { name: "damaged", scenario: "bundlesFailing", route: "/inside?file=1", ready: text("is damaged") },
  { name: "being read", scenario: "bundlesLoading", route: "/inside?file=1", ready: text("Reading the bundle") },
  { name: "many settings", scenario: "bundlesMany", route: "/inside?file=1", ready: text("of 31,250 settings") },
  {
    name: "many found",
    scenario: "bundlesMany",
    route: "/search?text=net",
    ready: text("could not be looked through"),
  },
  { name: "nothing to compare", scenario: "small", route: "/compare", ready: text("Choose two bundles") },
  { name: "no bundle to compare", scenario: "empty", route: "/compare", ready: text("Choose two bundles") },
  {
    name: "no bundle to search",
    scenario: "empty",
    route: "/search",
    ready: text("Search what hosts were configured"),
  },
  { name: "compared", scenario: "small", route: COMPARED, ready: text("5 settings and 2 files differ") },
  { name: "files compared", scenario: "small", route: `${COMPARED}&tab=files`, ready: text("12 more lines") },
  { name: "the same", scenario: "bundlesSame", route: COMPARED, ready: text("All settings are alike") },
  { name: "not compared", scenario: "bundleSealed", route: COMPARED, ready: text("Only the manifests were compared") },
  { name: "comparing", scenario: "bundlesLoading", route: COMPARED, ready: text("Comparing the bundles") },
  { name: "cannot be compared", scenario: "bundlesFailing", route: COMPARED, ready: text("is damaged") },
  { name: "nothing searched", scenario: "small", route: "/search", ready: text("Search what hosts were configured") },
  {
    name: "found",
    scenario: "small",
    route: "/search?text=ntp2",
    ready: async (page) => {
      await expect(page.getByRole("region", { name: "Details" })).toContainText("60 bundles");
    },
  },
  { name: "nothing found", scenario: "small", route: "/search?text=xyz", ready: text('Nothing has "xyz" in it') },
  { name: "searching", scenario: "searchSlow", route: "/search?text=ntp", ready: text("12 of 60") },
  { name: "search fails", scenario: "bundlesFailing", route: "/search?text=ntp", ready: text("is damaged") },
  {
    name: "changes of a host",
    scenario: "bundlesUnread",
    route: "/archive?text=esx01",
    ready: changes("first bundle"),
  },
  {
    name: "changes that cannot be read",
    scenario: "bundlesFailing",
    route: "/archive?text=esx01",
    ready: changes("is damaged"),
  },
];

for (const { name, scenario, route, ready } of STATES) {
  test(`bundles: ${name}`, async ({ page }) => {
    await open(page, scenario, route);
    await ready(page);
    await expectFlawless(page);
  });
}
