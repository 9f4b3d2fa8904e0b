/** The frame: navigation, panes, shortcuts, help, zoom, the demo's banner. */
import { expect, type Locator } from "@playwright/test";
import { calls, grid, open, row, rows, send, spoil, test } from "./pages";

test("F6 goes around the panes, Shift+F6 back", async ({ page }) => {
  await page.setViewportSize({ width: 1500, height: 800 });
  await open(page, "run", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").click();
  const focused = () => page.evaluate(() => document.activeElement?.closest("[data-pane]")?.getAttribute("data-pane"));
  const visited: unknown[] = [];
  for (let step = 0; step < 7; step += 1) {
    await page.keyboard.press("F6");
    visited.push(await focused());
  }
  expect(visited).toEqual(["details", "tasks", "status", "navigation", "page", "tree", "grid"]);
  await page.keyboard.press("Shift+F6");
  expect(await focused()).toBe("tree");
});

test("F5 reads the hosts again instead of loading the page again", async ({ page }) => {
  await open(page, "small", "/hosts");
  await expect(page.getByText("Read just now", { exact: true })).toBeVisible();
  const before = (await calls(page, "refresh_hosts")).length;
  await page.keyboard.press("F5");
  await expect.poll(async () => (await calls(page, "refresh_hosts")).length).toBe(before + 1);
});

test("a button that is busy keeps the focus, and does not do it twice", async ({ page }) => {
  await open(page, "small", "/hosts");
  await expect(page.getByText("Read just now", { exact: true })).toBeVisible();
  await spoil(page, "refresh_hosts", "hangs");
  const before = (await calls(page, "refresh_hosts")).length;
  const refresh = page.getByRole("button", { name: "Refresh" });
  await refresh.click();
  await expect(refresh).toBeDisabled();
  await expect(refresh).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("F5");
  expect((await calls(page, "refresh_hosts")).length).toBe(before + 1);
});

test("a clipboard that takes nothing is told of where the version was to be copied", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
    document.execCommand = () => false;
  });
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("menuitem", { name: "About Hostkeep" }).click();
  await page.getByRole("button", { name: "Copy version" }).click();
  await expect(page.getByRole("button", { name: "Clipboard not available" })).toBeVisible();
});

test("no shortcut acts behind an open dialog", async ({ page }) => {
  await open(page, "small", "/hosts");
  await expect(page.getByText("Read just now", { exact: true })).toBeVisible();
  const before = (await calls(page, "refresh_hosts")).length;
  await page.getByRole("button", { name: "Back up all" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  for (const key of ["F5", "Control+f", "Control+,", "F6", "F1", "Alt+Enter"]) {
    await page.keyboard.press(key);
  }
  expect((await calls(page, "refresh_hosts")).length).toBe(before);
  await expect(page).toHaveURL(/#\/hosts$/);
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await expect(page.getByLabel("Note")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("when a dialog goes, the focus is where it was opened", async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 800 });
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  const openAndLeave = async () => {
    await expect(dialog).toBeVisible();
    await expect(dialog.locator(":focus")).toBeAttached();
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  };
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await page.keyboard.press("Delete");
  await openAndLeave();
  await page.keyboard.press("ArrowDown");
  await expect(rows(page, "Bundles").nth(1)).toBeFocused();

  const more = page.getByRole("button", { name: "More commands" });
  await more.click();
  await page.getByRole("menuitem", { name: "Prune…" }).click();
  await openAndLeave();
  await expect(more).toBeFocused();

  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
  await openAndLeave();
  await expect(page.getByRole("button", { name: "Help" })).toBeFocused();

  await open(page, "small", "/settings");
  await rows(page, "Servers").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await openAndLeave();
  await expect(rows(page, "Servers").first()).toBeFocused();
});

test("when what a dialog was opened from is gone, the focus is in the list", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").nth(10).click();
  await page.keyboard.press("Shift+End");
  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("button", { name: /^Delete [\d,]+ bundles/ }).click();
  await expect(page.getByText(/ deleted, .* freed/)).toBeVisible();
  await expect(page.getByRole("grid", { name: "Bundles" }).locator(":focus")).toBeAttached();
});

test("each page gives the window its title, and takes the focus that was lost with the page before", async ({
  page,
}) => {
  const expectListFocused = async (name: string) => expect(grid(page, name).locator("[data-key]:focus")).toBeAttached();
  await open(page, "history", "/archive");
  await expect(page).toHaveTitle("Archive - Hostkeep");
  await rows(page, "Bundles").nth(3).click();
  await page.keyboard.press("Enter");
  await expectListFocused("Settings");
  await expect(page).toHaveTitle("Inside a bundle - Hostkeep");
  await page.keyboard.press("Alt+ArrowLeft");
  await expectListFocused("Bundles");
  await page.getByRole("link", { name: "Schedules" }).click();
  await expect(page.getByRole("link", { name: "Schedules" })).toBeFocused();
  await page.getByRole("button", { name: "Copy" }).first().click();
  await page.keyboard.press("Control+,");
  await expectListFocused("Servers");
  await expect(page).toHaveTitle("Settings - Hostkeep");
  await page.getByRole("link", { name: "Activity" }).click();
  await rows(page, "Runs").first().click();
  await page.keyboard.press("Enter");
  await expectListFocused("Hosts of the run");
  await expect(page).toHaveTitle(/^Run of [-\d]+ [:\d]+ - Hostkeep$/);
  await page.keyboard.press("Alt+ArrowLeft");
  await expectListFocused("Runs");
  await page.getByRole("link", { name: "Hosts" }).click();
  await page.getByRole("button", { name: "Back up all" }).click();
  await page.keyboard.press("Enter");
  await expectListFocused("Back up 60 hosts");
});

test("a page that has no list takes the focus at its heading", async ({ page }) => {
  await open(page, "history", "/archive");
  await spoil(page, "look_inside", "hangs");
  await rows(page, "Bundles").first().click();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Inside a bundle" })).toBeFocused();
});

test("the focus goes on when what has it goes", async ({ page }) => {
  await open(page, "run", "/jobs/1");
  await page.getByRole("button", { name: "Cancel the run" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Cancel the run" })).toBeHidden();
  await expect(page.getByRole("toolbar").locator(":focus")).toBeAttached();

  await open(page, "activityRunning", "/activity");
  await page.getByRole("region", { name: "Running now" }).getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Running now" })).toBeHidden();
  await expect(page.getByRole("grid", { name: "Runs" }).locator(":focus")).toBeAttached();

  await open(page, "activityRunning", "/hosts");
  const tasks = page.getByRole("grid", { name: "Recent tasks" });
  await tasks.getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Enter");
  await expect(tasks.getByRole("button", { name: "Cancel" })).toBeHidden();
  await expect(tasks.locator(":focus")).toBeAttached();

  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  const note = page.getByRole("button", { name: "Add note" });
  for (const key of ["Escape", "Control+Enter"]) {
    await note.click();
    await expect(page.getByRole("textbox", { name: "Note" })).toBeFocused();
    await page.keyboard.press(key);
    await expect(note).toBeFocused();
  }
  await page
    .getByRole("button", { name: "Export CSV…" })
    .or(page.getByRole("button", { name: "More commands" }))
    .first()
    .click();
  const inMenu = page.getByRole("menuitem", { name: "Export CSV…" });
  (await inMenu.count()) > 0 && (await inMenu.click());
  await expect(page.getByText("The list was saved.")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(rows(page, "Bundles").first()).toBeFocused();

  await open(page, "small", "/activity");
  await expect(rows(page, "Runs").first()).toBeVisible();
  await spoil(page, "list_runs", { code: "gone", message: "The share is away", hint: null, details: [] });
  await send(page, ARCHIVE_CHANGED);
  await spoil(page, "list_runs", null);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("The share is away")).toBeHidden();
  await expect(rows(page, "Runs").first()).toBeFocused();
});

test("the web view's own menu is for text alone", async ({ page }) => {
  await open(page, "history", "/archive");
  await page.evaluate(() =>
    window.addEventListener("contextmenu", ({ defaultPrevented }) => {
      document.body.dataset.menu = defaultPrevented ? "ours" : "theirs";
    }),
  );
  const menuOf = async (locator: Locator) => {
    await locator.click({ button: "right" });
    return page.evaluate(() => document.body.dataset.menu);
  };
  await rows(page, "Bundles").first().click();
  const uuid = page.getByRole("region", { name: "Details" }).getByRole("definition").first();
  expect(await menuOf(page.getByRole("heading", { name: "Archive" }))).toBe("ours");
  expect(await menuOf(page.getByRole("link", { name: "Settings" }))).toBe("ours");
  expect(await menuOf(uuid)).toBe("ours");
  expect(await menuOf(page.getByRole("searchbox"))).toBe("theirs");
  await uuid.evaluate((element) => window.getSelection()?.selectAllChildren(element));
  expect(await menuOf(uuid)).toBe("theirs");
});

test("the system's dialogs are opened one at a time", async ({ page }) => {
  const press = async (command: string, button: Locator) => {
    await spoil(page, command, "hangs");
    for (let click = 0; click < 3; click += 1) {
      await button.click({ force: true });
    }
    expect(await calls(page, command)).toHaveLength(1);
  };
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await press("export_bundle", page.getByRole("button", { name: "Export…" }));
  await expect(page.getByRole("button", { name: "Export…" })).toBeFocused();
  await expect(page.getByRole("button", { name: "Export…" })).toBeDisabled();
  await page.reload();
  await rows(page, "Bundles").first().click({ button: "right" });
  await spoil(page, "save_text", "hangs");
  await page.getByRole("menuitem", { name: "Export CSV…" }).click();
  await page.getByRole("button", { name: "Export…" }).click({ force: true });
  expect(await calls(page, "save_text")).toHaveLength(1);
  expect(await calls(page, "export_bundle")).toHaveLength(0);
  await open(page, "small", "/restore");
  await page.reload();
  await press("choose_bundle_file", page.getByRole("button", { name: "Choose a file…" }));
});

const ARCHIVE_CHANGED = { kind: "archiveChanged" } as const;
for (const { route, command, shown, scenario = "small", message = null } of [
  { route: "/hosts", command: "list_hosts", shown: "Read just now", message: { kind: "hostsChanged" } as const },
  { route: "/archive", command: "archive_overview", shown: "esx01.lab.local" },
  { route: "/archive", command: "list_records", shown: "esx01.lab.local", message: ARCHIVE_CHANGED },
  { route: "/inside?file=1", command: "look_inside", shown: "ntp1.lab.local, ntp2.lab.local" },
  { route: "/compare?firstFile=1&secondFile=2", command: "compare_bundles", shown: "5 settings and 2 files differ" },
  { route: "/activity", command: "list_runs", shown: "All saved", message: ARCHIVE_CHANGED },
  { route: "/activity/run-0", command: "read_run", shown: "esx" },
  {
    route: "/restores/20261122T221000Z-7c1e0",
    command: "read_restore",
    shown: "What came of it",
    scenario: "restoreProven" as const,
  },
]) {
  test(`a refresh that fails takes nothing away: ${command} of ${route}`, async ({ page }) => {
    await open(page, scenario, route);
    const main = page.getByRole("main");
    await expect(main.getByText(shown).first()).toBeVisible();
    await spoil(page, command, { code: "gone", message: "The share is away", hint: null, details: [] });
    message === null ? await page.keyboard.press("F5") : await send(page, message);
    await expect(main.getByText("The share is away").first()).toBeVisible();
    await expect(main.getByText(shown).first()).toBeVisible();
  });
}

test("a page that is left and gone back to shows what was looked for on it", async ({ page }) => {
  const go = (name: string) => page.getByRole("navigation").getByRole("link", { name }).click();
  const filters = page.getByRole("search");
  await open(page, "restoreInterrupted", "/archive");
  await page.getByRole("button", { name: "Newest" }).click();
  await go("Compare");
  for (const side of ["first", "second"]) {
    const choice = page.getByRole("combobox", { name: `Host of the ${side} bundle` });
    await choice.click();
    await page.getByRole("option", { name: "esx02.lab.local" }).click();
  }
  await page.getByLabel("First bundle", { exact: true }).last().selectOption({ index: 1 });
  await go("Search");
  await page.getByRole("searchbox", { name: "Search settings" }).fill("ntp2");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 setting found")).toBeVisible();
  await go("Activity");
  await expect(page.getByRole("heading", { name: "Activity" })).toBeVisible();
  await filters.getByRole("searchbox").fill("firmware");
  await filters.getByRole("button", { name: "Not complete" }).click();
  await expect(page).toHaveURL(/text=firmware/);
  await rows(page, "Runs").first().dblclick();
  await expect(page.getByRole("link", { name: "Activity" })).toHaveAttribute("aria-current", "page");
  await page.getByRole("button", { name: "All runs" }).click();
  await expect(filters.getByRole("searchbox")).toHaveValue("firmware");

  await go("Archive");
  await expect(page.getByRole("button", { name: "Newest" })).toHaveAttribute("aria-pressed", "true");
  await go("Compare");
  await expect(page).toHaveURL(/\/compare\?first=.*esx02/);
  await go("Search");
  await expect(page.getByText("1 setting found")).toBeVisible();
  await go("Activity");
  await expect(filters.getByRole("searchbox")).toHaveValue("firmware");
  await expect(filters.getByRole("button", { name: "Not complete" })).toHaveAttribute("aria-pressed", "true");
});

test("F1 explains the page, Ctrl+, opens the settings", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.keyboard.press("F1");
  await expect(page.getByRole("dialog").getByRole("heading", { name: "Hosts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+,");
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("help opens folders and copies diagnostic information", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "small", "/hosts");
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("menuitem", { name: "Open logs folder" }).click();
  expect(await calls(page, "open_folder")).toEqual([{ folder: "logs" }]);
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("menuitem", { name: "Copy diagnostic information" }).click();
  await expect(page.getByRole("dialog").getByText("Diagnostic information copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("Hostkeep 0.1.0");
});

test("zooms and remembers it", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.keyboard.press("Control+=");
  await page.keyboard.press("Control+=");
  await page.keyboard.press("Control+-");
  await expect.poll(() => calls(page, "set_zoom")).toEqual([{ factor: 1.1 }, { factor: 1.25 }, { factor: 1.1 }]);
  await page.reload();
  await expect.poll(() => calls(page, "set_zoom")).toEqual([{ factor: 1.1 }]);
  await page.keyboard.press("Control+0");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("zoom"))).toBe("1");
});

test("the demo says that it is one, and is left with a click", async ({ page }) => {
  await open(page, "demo", "/hosts");
  await expect(page.getByText("Demo: a simulated vCenter")).toBeVisible();
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Leave the demo" }).click();
  await loaded;
});

test("the tasks pane stays folded away", async ({ page }) => {
  await open(page, "run", "/hosts");
  const toggle = page.getByRole("button", { name: "Recent tasks" });
  await toggle.click();
  await expect(toggle).toHaveAttribute("aria-expanded", "false");
  await page.reload();
  await expect(toggle).toHaveAttribute("aria-expanded", "false");
});

test("everything works where nothing can be remembered", async ({ page }) => {
  await page.addInitScript(() => {
    const own = Storage.prototype.setItem;
    Object.defineProperty(Storage.prototype, "setItem", {
      value(this: Storage, key: string, text: string) {
        // The mock's own.
        if (key !== "scenario") {
          throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
        }
        own.call(this, key, text);
      },
    });
  });
  await open(page, "ended", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").click();
  await expect(row(page, "Hosts", "esx01.lab.local")).toHaveAttribute("aria-selected", "true");
  await page.getByRole("columnheader", { name: "Version" }).click();
  await page.getByRole("button", { name: "Recent tasks" }).click();
  await expect(grid(page, "Recent tasks")).toHaveCount(0);
  await page.keyboard.press("Control+=");
  await expect(page.locator("html")).toHaveCSS("zoom", "1.1");
  await page.getByRole("link", { name: "Archive" }).first().click();
  await page.keyboard.press("Alt+Enter");
  await expect(page.getByRole("heading", { name: "Archive", level: 1 })).toBeVisible();
});

test("the page listens once", async ({ page }) => {
  await open(page, "small", "/hosts");
  await expect.poll(() => calls(page, "watch")).toHaveLength(1);
});

test("a page that does not exist leads back", async ({ page }) => {
  await open(page, "small", "/nowhere");
  await page.getByRole("link", { name: "Go to the hosts" }).click();
  await expect(page.getByRole("heading", { name: "Hosts", level: 1 })).toBeVisible();
});

test("the theme follows the system", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, "small", "/hosts");
  await expect(page.locator('html[data-theme="dark"]')).toBeAttached();
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator('html[data-theme="light"]')).toBeAttached();
});
