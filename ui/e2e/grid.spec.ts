/** The grid, on the hosts: sorting, selection, keys, columns, copies, and that a refresh loses nothing. */
import { expect } from "@playwright/test";
import { calls, column, grid, open, row, rows, send, test } from "./pages";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("sorts names, builds and addresses by their numbers, and ages by time", async ({ page }) => {
  await open(page, "large", "/hosts");
  expect((await column(page, "Hosts", "Name")).slice(0, 4)).toEqual([
    "esx01.lab.local",
    "esx01.lab.local",
    "esx02.lab.local",
    "esx02.lab.local",
  ]);
  const name = grid(page, "Hosts").getByRole("columnheader", { name: "Name" });
  await expect(name).toHaveAttribute("aria-sort", "ascending");
  await name.click();
  await expect(name).toHaveAttribute("aria-sort", "descending");
  expect((await column(page, "Hosts", "Name"))[0]).toBe("esx1700.lab.local");

  await grid(page, "Hosts").getByRole("columnheader", { name: "Last backup" }).click();
  const ages = await column(page, "Hosts", "Last backup");
  expect(ages[0]).toMatch(/ d ago$/);
  await grid(page, "Hosts").getByRole("columnheader", { name: "Last backup" }).click();
  expect((await column(page, "Hosts", "Last backup"))[0]).toBe("1 h ago");
});

test("selects as Explorer does, with the mouse", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", "esx02.lab.local").click();
  await row(page, "Hosts", "esx05.lab.local").click({ modifiers: ["Shift"] });
  await expect(page.getByText("4 of 60 hosts selected")).toBeVisible();
  await row(page, "Hosts", "esx03.lab.local").click({ modifiers: ["Control"] });
  await expect(page.getByText("3 of 60 hosts selected")).toBeVisible();
  await row(page, "Hosts", "esx08.lab.local").locator("[data-tick]").click();
  await expect(page.getByText("4 of 60 hosts selected")).toBeVisible();
  await expect(row(page, "Hosts", "esx08.lab.local")).toHaveAttribute("aria-selected", "true");
  await expect(row(page, "Hosts", "esx03.lab.local")).toHaveAttribute("aria-selected", "false");
  await grid(page, "Hosts").getByRole("columnheader", { name: "Select all" }).click();
  await expect(page.getByText("60 of 60 hosts selected")).toBeVisible();
});

test("everything works from the keyboard", async ({ page }) => {
  await open(page, "large", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").first().click();
  await page.keyboard.press("End");
  const last = row(page, "Hosts", "esx1700.lab.local");
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  await expect(last).toHaveAttribute("aria-rowindex", "2501");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(page.getByText("2 of 2,500 hosts selected")).toBeVisible();
  await page.keyboard.press("Control+ArrowDown");
  await page.keyboard.press("Space");
  await expect(page.getByText("3 of 2,500 hosts selected")).toBeVisible();
  await page.keyboard.press("PageDown");
  await expect(page.locator('[role="row"]:focus')).not.toHaveAttribute("aria-rowindex", /^[1-9]$/);
  await page.keyboard.press("Control+a");
  await expect(page.getByText("2,500 of 2,500 hosts selected")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("2,500 hosts", { exact: true })).toBeVisible();

  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  const header = grid(page, "Hosts").getByRole("columnheader", { name: "Select all" });
  await expect(header).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(grid(page, "Hosts").getByRole("columnheader", { name: "Name" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
});

test("the Menu key and a right click offer the same commands, and the focus comes back", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", "esx04.lab.local").click({ button: "right" });
  const items = page.getByRole("menu").getByRole("menuitem");
  await expect(items.first()).toHaveText(/Back up 1 host/);
  const byMouse = await items.allTextContents();
  await page.keyboard.press("Escape");
  await expect(row(page, "Hosts", "esx04.lab.local")).toBeFocused();
  await page.keyboard.press("Shift+F10");
  await expect(items.first()).toBeVisible();
  expect(await items.allTextContents()).toEqual(byMouse);
  await page.keyboard.press("Escape");
  await expect(row(page, "Hosts", "esx04.lab.local")).toBeFocused();
  await page.keyboard.press("ContextMenu");
  await expect(items.first()).toBeVisible();
});

test("columns are hidden, moved and resized, and that is remembered", async ({ page }) => {
  await page.setViewportSize({ width: 1700, height: 800 });
  await open(page, "small", "/hosts");
  const header = (name: string) => grid(page, "Hosts").getByRole("columnheader", { name, exact: true });
  await header("Backup").click({ button: "right" });
  await page.getByRole("menuitemcheckbox", { name: "Cluster" }).click();
  await page.keyboard.press("Escape");
  await header("Version").click();
  await page.keyboard.press("Control+ArrowLeft");
  await page.keyboard.press("Shift+ArrowRight");
  const width = (await header("Version").boundingBox())?.width ?? 0;
  expect(width).toBeCloseTo(84, 0);
  const backup = await header("Backup").boundingBox();
  const last = await header("Last backup").boundingBox();
  await page.mouse.move((backup?.x ?? 0) + 20, (backup?.y ?? 0) + 10);
  await page.mouse.down();
  await page.mouse.move((last?.x ?? 0) + 80, (last?.y ?? 0) + 10, { steps: 8 });
  await page.mouse.up();
  const titles = [
    "Select all",
    "Name",
    "Last backup",
    "Backup",
    "Last outcome",
    "Configuration",
    "Version",
    "State",
    "Build",
    "Lockdown",
    "TPM",
  ];
  const shown = () => grid(page, "Hosts").getByRole("columnheader").allTextContents();
  expect(await shown()).toEqual(titles);
  await page.reload();
  await expect(rows(page, "Hosts").first()).toBeVisible();
  expect(await shown()).toEqual(titles);
  expect((await header("Version").boundingBox())?.width).toBeCloseTo(84, 0);
  await header("Name").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Reset columns" }).click();
  expect((await shown()).slice(0, 4)).toEqual(["Select all", "Name", "Backup", "Last backup"]);
});

test("a column is resized with the mouse", async ({ page }) => {
  await open(page, "small", "/hosts");
  const name = grid(page, "Hosts").getByRole("columnheader", { name: "Name", exact: true });
  const before = await name.boundingBox();
  const edge = (before?.x ?? 0) + (before?.width ?? 0);
  await page.mouse.move(edge, (before?.y ?? 0) + 10);
  await page.mouse.down();
  await page.mouse.move(edge + 60, (before?.y ?? 0) + 10, { steps: 4 });
  await page.mouse.up();
  expect((await name.boundingBox())?.width).toBeCloseTo((before?.width ?? 0) + 60, 0);
  await expect(name).toHaveAttribute("aria-sort", "ascending");
});

test("selected rows are copied as tab-separated text", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").click();
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Control+c");
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const lines = text.split(/\r?\n/).map((line) => line.split("\t"));
  expect(lines.map((cells) => cells[0])).toEqual(["Name", "esx01.lab.local", "esx02.lab.local"]);
  expect(lines[1]).toContain("Fresh");
  expect(lines[1]?.length).toBe(lines[0]?.length);
});

test("a refresh keeps scroll, selection and focus, and draws only what changed", async ({ page }) => {
  await open(page, "large", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").first().click();
  await page.keyboard.press("End");
  const last = row(page, "Hosts", "esx1700.lab.local");
  await expect(last).toBeFocused();
  const before = await grid(page, "Hosts").evaluate((element) => element.scrollTop);
  // Rows out of sight come and go while the scrolling settles.
  const inSight = [1698, 1699, 1700].map((number) => row(page, "Hosts", `esx${number}.lab.local`));
  for (const one of inSight) {
    await one.evaluate((element) => element.setAttribute("data-old", ""));
  }
  await send(page, { kind: "hostsChanged" });
  await expect(page.getByText("Read 3 d ago", { exact: true })).toBeVisible();
  await expect(last).toBeFocused();
  await expect(last).toHaveAttribute("aria-selected", "true");
  expect(await grid(page, "Hosts").evaluate((element) => element.scrollTop)).toBe(before);
  for (const one of inSight) {
    await expect(one).toHaveAttribute("data-old");
  }
});

test("only the rows in sight exist", async ({ page }) => {
  await open(page, "large", "/hosts");
  await expect(page.getByText("2,500 hosts", { exact: true })).toBeVisible();
  expect(await rows(page, "Hosts").count()).toBeLessThan(60);
  await expect(grid(page, "Hosts")).toHaveAttribute("aria-rowcount", "2501");
});

test("a column of reasons takes the room that is left, until it is given a width", async ({ page }) => {
  await open(page, "history", "/activity");
  const scroller = grid(page, "Runs");
  const header = (name: string) => scroller.getByRole("columnheader", { name, exact: true });
  const box = async (name: string) => (await header(name).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const room = async () => ((await scroller.boundingBox())?.x ?? 0) + ((await scroller.boundingBox())?.width ?? 0);
  await page.setViewportSize({ width: 1600, height: 800 });
  const servers = await box("Servers");
  expect(servers.x + servers.width).toBeCloseTo(await room(), -1.5);
  const grown = await box("Note");
  expect(grown.width).toBeGreaterThan(300);

  await page.mouse.move(grown.x + grown.width, grown.y + 10);
  await page.mouse.down();
  await page.mouse.move(grown.x + grown.width - 100, grown.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await box("Note")).width).toBeCloseTo(grown.width - 100, -1);
  await header("Note").click();
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(async () => (await box("Note")).width).toBeCloseTo(grown.width - 84, -1);
  await page.mouse.dblclick(grown.x + grown.width - 84, grown.y + 10);
  await expect.poll(async () => (await box("Note")).width).toBeCloseTo(grown.width, 0);
});

test("a grid whose columns fit does not scroll sideways, and nothing lies over its last row", async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 800 });
  for (const [scenario, route, name] of [
    ["small", "/hosts", "Hosts"],
    ["history", "/archive", "Bundles"],
    ["history", "/activity", "Runs"],
    ["small", "/inside?file=1", "Settings"],
    ["small", "/settings", "Servers"],
  ] as const) {
    await open(page, scenario, route);
    await expect(rows(page, name).first()).toBeVisible();
    if (name === "Hosts") {
      await page.keyboard.press("Alt+Enter");
    }
    const width = await grid(page, name).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(width, name).toBe(0);
  }
  await page.setViewportSize({ width: 1024, height: 640 });
  await open(page, "small", "/hosts");
  await rows(page, "Hosts").first().click();
  await page.keyboard.press("End");
  const last = await row(page, "Hosts", "esx60.lab.local").boundingBox();
  const all = await grid(page, "Hosts").boundingBox();
  const below = (box: typeof all) => (box?.y ?? 0) + (box?.height ?? 0);
  expect(below(all) - below(last)).toBeGreaterThanOrEqual(12);
});

test("every list can be saved from its menu, as it is shown", async ({ page }) => {
  await open(page, "small", "/inside?file=1");
  await page.getByLabel("Filter settings").fill("mtu");
  await expect(rows(page, "Settings")).toHaveCount(1);
  await rows(page, "Settings").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Export CSV…" }).click();
  await expect.poll(() => calls(page, "save_text")).toHaveLength(1);
  const [saved] = (await calls(page, "save_text")) as { suggestedName: string; text: string }[];
  expect(saved?.suggestedName).toMatch(/^settings-\d{4}-\d{2}-\d{2}\.csv$/);
  expect(saved?.text.trimEnd().split("\r\n")).toHaveLength(2);
  expect(saved?.text).toMatch(/^Section,Object,Setting,Value\r\n/);

  await open(page, "small", "/hosts");
  await rows(page, "Hosts").first().click({ button: "right" });
  await expect(page.getByRole("menuitem", { name: "Export CSV…" })).toHaveCount(1);
});
