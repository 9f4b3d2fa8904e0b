/** axe finds nothing in any dialog or menu, in each theme, at 100 % and at 200 %; and nothing is cut off. */
import { expect, type Page } from "@playwright/test";
import type { ScenarioName } from "../src/mock/scenarios";
import { expectFlawless } from "./looks";
import { grid, open, row, rows, send, spoil, test } from "./pages";

type State = { name: string; scenario?: ScenarioName; route?: string; ready: (page: Page) => Promise<void> };

const dialog = (page: Page) => page.getByRole("dialog").or(page.getByRole("alertdialog"));
const menu = (page: Page) => page.getByRole("menu").first();
const selections = async (page: Page, item: string) => {
  await page.getByRole("button", { name: "Selections" }).click();
  await page.getByRole("menuitem", { name: item }).click();
};
const REFUSED = {
  code: "settings_in_use",
  message: "the settings are being changed by another program",
  hint: "Try again in a moment.",
  details: ["sharing violation"],
};

const STATES: readonly State[] = [
  {
    name: "hosts from a list",
    ready: async (page) => {
      await selections(page, "From a list of names");
      await page.getByLabel("Host names").fill("esx01.lab.local\nesx99x");
      await page.getByRole("button", { name: "Find" }).click();
      await expect(page.getByText("1 host found, 1 entry without a host")).toBeVisible();
    },
  },
  {
    name: "saving a selection, refused",
    ready: async (page) => {
      await row(page, "Hosts", "esx01.lab.local").click();
      await spoil(page, "save_selection", REFUSED);
      await selections(page, "Save the selection");
      await page.getByLabel("Name").fill("Wien, rack 4");
      await page.getByRole("button", { name: "Replace" }).click();
      await dialog(page).getByRole("button", { name: "Show details" }).click();
      await expect(page.getByText("sharing violation")).toBeVisible();
    },
  },
  {
    name: "removing a selection",
    ready: async (page) => {
      await selections(page, "Remove a saved selection");
      await page.getByRole("menuitem", { name: "Wien, rack 4" }).last().click();
      await expect(dialog(page)).toBeVisible();
    },
  },
  {
    name: "selections",
    ready: async (page) => {
      await page.getByRole("button", { name: "Selections" }).click();
      await expect(menu(page)).toBeVisible();
    },
  },
  {
    name: "a column's menu",
    ready: async (page) => {
      await grid(page, "Hosts").getByRole("columnheader", { name: "Name" }).click({ button: "right" });
      await expect(menu(page)).toBeVisible();
    },
  },
  {
    name: "a node's menu",
    scenario: "large",
    ready: async (page) => {
      await page.setViewportSize({ width: 1000, height: 700 });
      await page.getByRole("treeitem", { name: /^All servers/ }).click({ button: "right" });
      await expect(menu(page)).toBeVisible();
    },
  },
  {
    name: "a host's details over the list",
    ready: async (page) => {
      await page.setViewportSize({ width: 1024, height: 640 });
      await row(page, "Hosts", "esx06.lab.local").dblclick();
      await expect(page.getByText("History: 12 bundles")).toBeVisible();
    },
  },
  {
    name: "exporting a report",
    scenario: "history",
    route: "/activity",
    ready: async (page) => {
      await rows(page, "Runs").first().click();
      await page.getByRole("button", { name: "Export report" }).click();
      await expect(menu(page)).toBeVisible();
    },
  },
  {
    name: "editing a server",
    route: "/settings",
    ready: async (page) => {
      await rows(page, "Servers").first().click();
      await page.getByRole("button", { name: "Edit" }).click();
      await expect(dialog(page)).toBeVisible();
    },
  },
  {
    name: "removing a server",
    route: "/settings",
    ready: async (page) => {
      await rows(page, "Servers").first().click();
      await page.getByRole("button", { name: "Remove" }).click();
      await expect(dialog(page)).toBeVisible();
    },
  },
  {
    name: "a password that is asked for",
    scenario: "serverErrors",
    ready: async (page) => {
      await page.getByRole("button", { name: "2 more servers could not be read" }).click();
      await page.getByRole("button", { name: "Enter password" }).click();
      await expect(page.getByRole("heading", { name: "Password for vc03.lab.local" })).toBeVisible();
    },
  },
  {
    name: "help for a page",
    ready: async (page) => {
      await page.keyboard.press("F1");
      await expect(dialog(page).getByRole("heading", { name: "Hosts" })).toBeVisible();
    },
  },
  {
    name: "about",
    ready: async (page) => {
      await page.getByRole("button", { name: "Help" }).click();
      await page.getByRole("menuitem", { name: "About Hostkeep" }).click();
      await expect(dialog(page)).toBeVisible();
    },
  },
  {
    name: "closing in mid-backup",
    scenario: "run",
    ready: async (page) => {
      await send(page, { kind: "closeAsked" });
      await expect(page.getByRole("heading", { name: "1 task still running" })).toBeVisible();
    },
  },
];

for (const { name, scenario = "small", route = "/hosts", ready } of STATES) {
  test(`dialogs and menus: ${name}`, async ({ page }) => {
    await open(page, scenario, route);
    await ready(page);
    await expectFlawless(page);
  });
}
