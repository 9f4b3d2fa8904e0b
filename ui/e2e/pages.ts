/** Opening a page of the mock in a scenario, and what tests look at. */
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import type { Message } from "../src/ipc/bindings";
import type { Spoilt } from "../src/mock/ipc";
import type { ScenarioName } from "../src/mock/scenarios";

/** Whatever a page complains of fails its test. */
export const test = base.extend<{ complaints: undefined }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") {
          complaints.push(message.text());
        }
      });
      // As the real window does it (freezePrototype in tauri.conf.json).
      await page.addInitScript(() => Object.freeze(Object.prototype));
      page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
      await use(undefined);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export async function open(page: Page, scenario: ScenarioName, route: string): Promise<void> {
  await page.goto(`/?scenario=${scenario}#${route}`);
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
}

export function grid(page: Page, name: string): Locator {
  return page.getByRole("grid", { name, exact: true });
}

/** The rows of a grid that are drawn, without its header. */
export function rows(page: Page, name: string): Locator {
  return grid(page, name).locator('[role="row"][data-key]');
}

/** A row by the text of one of its cells. */
export function row(page: Page, name: string, cell: string): Locator {
  return rows(page, name).filter({ has: page.getByRole("gridcell", { name: cell, exact: true }) });
}

/** The texts of a column's drawn cells from top to bottom. */
export async function column(page: Page, name: string, title: string): Promise<string[]> {
  const titles = await grid(page, name).getByRole("columnheader").allTextContents();
  const index = titles.indexOf(title);
  expect(index, `a column ${title}`).toBeGreaterThanOrEqual(0);
  const drawn = await rows(page, name).evaluateAll(
    (elements, at) =>
      elements
        .map((element) => ({
          row: Number(element.getAttribute("aria-rowindex")),
          text: element.children[at]?.textContent ?? "",
        }))
        .sort((a, b) => a.row - b.row)
        .map(({ text }) => text.trim()),
    index,
  );
  return drawn;
}

export async function send(page: Page, message: Message): Promise<void> {
  await page.evaluate((sent) => window.mock.send(sent), message);
}

/** From now on a command fails, or never answers, or does as before. */
export async function spoil(page: Page, command: string, how: Spoilt | null): Promise<void> {
  await page.evaluate(([name, as]) => window.mock.spoil(name, as), [command, how] as const);
}

/** The arguments of each call of a command so far. */
export async function calls(page: Page, command: string): Promise<unknown[]> {
  return page.evaluate(
    (name) => window.mock.calls.filter((call) => call.command === name).map((call) => call.args),
    command,
  );
}

/** axe finds nothing: by all of its rules, or by some. */
export async function expectNoFindings(page: Page, rules?: string[]): Promise<void> {
  // Colours fade even in no time: a frame drawn late would be looked at half-way.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      animation instanceof CSSTransition && animation.finish();
    }
  });
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  const found = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((node) => `  ${node.target.join(" ")}\n  ${node.failureSummary ?? ""}`).join("\n")}`,
  );
  expect(found.join("\n\n")).toBe("");
}

/** Narrows a page to one host, by its picker. */
export async function chooseHost(page: Page, name: string): Promise<void> {
  await page.getByRole("combobox", { name: "Host" }).pressSequentially(name.slice(0, 5));
  await page.getByRole("option", { name }).click();
}
