/** The hosts: how safe they are, filters, the tree, details, selections, lists of names, export. */
import { expect } from "@playwright/test";
import { calls, column, grid, open, row, rows, spoil, test } from "./pages";

test("the counts on top are filters, and tell with more than colour", async ({ page }) => {
  await open(page, "small", "/hosts");
  const failing = page.getByRole("button", { name: "5 Failing" });
  await failing.click();
  await expect(page.getByText("5 of 60 hosts", { exact: true })).toBeVisible();
  expect(new Set(await column(page, "Hosts", "Backup"))).toEqual(new Set(["Failing"]));
  await page.getByRole("button", { name: "5 Stale" }).click();
  await expect(page.getByText("10 of 60 hosts", { exact: true })).toBeVisible();
  await expect(failing).toHaveAttribute("aria-pressed", "true");
  await failing.click();
  await page.getByRole("button", { name: "5 Stale" }).click();
  await expect(page.getByText("60 hosts", { exact: true })).toBeVisible();
});

test("where the archive cannot be read no host is called fresh or never backed up", async ({ page }) => {
  await open(page, "small", "/hosts");
  await expect(page.getByRole("button", { name: /Fresh$/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /Not known$/ })).toHaveCount(0);

  await open(page, "archiveGone", "/hosts");
  await expect(page.getByText("Connect the drive, or choose another folder in Settings.")).toBeVisible();
  const unknown = page.getByRole("button", { name: "58 Not known" });
  await expect(unknown).toBeVisible();
  for (const state of ["0 Fresh", "0 Failing", "0 Never backed up", "2 Not supported"]) {
    await expect(page.getByRole("button", { name: state })).toBeVisible();
  }
  await unknown.click();
  expect(new Set(await column(page, "Hosts", "Backup"))).toEqual(new Set(["Not known"]));
});

test("the quick filter takes Ctrl+F and gives way to Esc", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.keyboard.press("Control+f");
  const filter = page.getByRole("searchbox", { name: "Filter hosts" });
  await expect(filter).toBeFocused();
  await page.keyboard.type("esx1 graz");
  await expect(page.getByText("2 of 60 hosts", { exact: true })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(rows(page, "Hosts").first()).toBeFocused();
  await page.keyboard.press("Control+f");
  await page.keyboard.type("nothing like that");
  await expect(page.getByText("No host matches the filter")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("60 hosts", { exact: true })).toBeVisible();
  await expect(filter).toHaveValue("");
});

test("the tree narrows the grid, by mouse and keyboard", async ({ page }) => {
  await page.setViewportSize({ width: 1500, height: 800 });
  await open(page, "small", "/hosts");
  const tree = page.getByRole("tree", { name: "Inventory" });
  await tree.getByRole("treeitem", { name: /^Graz/ }).click();
  await expect(page.getByText("12 of 60 hosts", { exact: true })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByText("48 of 60 hosts", { exact: true })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(tree.getByRole("treeitem", { name: /^Cluster A,/ })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await tree.getByRole("treeitem", { name: "esx04.lab.local" }).click();
  await expect(row(page, "Hosts", "esx04.lab.local")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("heading", { name: "esx04.lab.local" })).toBeVisible();
  await tree.getByRole("treeitem", { name: /^vc01/ }).click();
  await expect(page.getByText("60 hosts", { exact: true })).toBeVisible();
});

test("with several servers the tree leads back to all of them", async ({ page }) => {
  await open(page, "large", "/hosts");
  const node = (name: RegExp) => page.getByRole("tree", { name: "Inventory" }).getByRole("treeitem", { name });
  await expect(node(/^All servers, 2,500 hosts/)).toHaveAttribute("aria-selected", "true");
  await node(/^vc02/).click();
  await expect(page.getByText("800 of 2,500 hosts", { exact: true })).toBeVisible();
  await node(/^All servers/).click();
  await expect(page.getByText("2,500 hosts", { exact: true })).toBeVisible();
  await node(/^vc02/).click();
  await page.keyboard.press("Home");
  await expect(node(/^All servers/)).toBeFocused();
  await expect(page.getByText("2,500 hosts", { exact: true })).toBeVisible();
});

test("when the server that was chosen is gone, the others' hosts are shown", async ({ page }) => {
  await open(page, "large", "/hosts");
  await page.getByRole("treeitem", { name: /^vc02/ }).click();
  await expect(page.getByText("800 of 2,500 hosts", { exact: true })).toBeVisible();
  await page.keyboard.press("Control+,");
  await page.getByRole("row", { name: /vc02/ }).click();
  await page.keyboard.press("Delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("row", { name: /vc02/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Hosts" }).first().click();
  await expect(page.getByText("1,700 hosts", { exact: true })).toBeVisible();
});

test("the tree has the same menu as the grid, for the hosts of a node", async ({ page }) => {
  await open(page, "large", "/hosts");
  const node = (name: RegExp) => page.getByRole("tree", { name: "Inventory" }).getByRole("treeitem", { name });
  const items = page.getByRole("menu").getByRole("menuitem");
  await node(/^vc02/).click({ button: "right" });
  await expect(items).toHaveText([/^Back up 800 hosts/, /^Select 800 hosts/]);
  await page.keyboard.press("Escape");
  await expect(node(/^vc02/)).toBeFocused();
  await expect(page.getByText("2,500 hosts", { exact: true })).toBeVisible();
  for (const key of ["Shift+F10", "ContextMenu"]) {
    await page.keyboard.press(key);
    await expect(items.first()).toHaveText(/^Back up 800 hosts/);
    await page.keyboard.press("Escape");
    await expect(node(/^vc02/)).toBeFocused();
  }
  await page.keyboard.press("Shift+F10");
  await items.nth(1).click();
  await expect(page.getByText("800 of 800 hosts selected")).toBeVisible();
  await expect(node(/^vc02/)).toBeFocused();

  await node(/^vc01/).click({ button: "right" });
  await items.first().click();
  await expect(page.getByRole("dialog").getByRole("heading", { name: "Back up 1,700 hosts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(node(/^vc01/)).toBeFocused();

  await node(/^Wien, 1,360/).click();
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press("ArrowRight");
  }
  await expect(node(/^esx01/)).toBeFocused();
  await page.keyboard.press("Shift+F10");
  await expect(items).toHaveText([/^Back up 1 host/, /^Restore…/, /^Look inside the last bundle/, /^Details/]);
});

test("what is filtered and selected survives another page and a reload", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.getByRole("button", { name: "5 Failing" }).click();
  await row(page, "Hosts", "esx06.lab.local").click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Hosts", exact: true }).click();
  await expect(row(page, "Hosts", "esx06.lab.local")).toHaveAttribute("aria-selected", "true");
  await page.reload();
  await expect(page.getByText("5 of 60 hosts", { exact: true })).toBeVisible();
  await expect(row(page, "Hosts", "esx06.lab.local")).toHaveAttribute("aria-selected", "true");
});

test("commands act on what is seen alone", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.keyboard.press("Control+a");
  await page.getByRole("button", { name: "5 Failing" }).click();
  await page.getByRole("button", { name: "Back up 5 hosts" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Back up" }).click();
  await expect(page).toHaveURL(/#\/jobs\/1$/);
  const [request] = await calls(page, "start_backup");
  expect(request).toMatchObject({ request: { note: null, hosts: { length: 5 } } });
});

test("details tell why the last attempt failed and what came before it", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", "esx06.lab.local").dblclick();
  const details = page.getByRole("region", { name: "Details" });
  await expect(details.getByRole("definition").first()).toHaveText(/^\s*Failing, last good bundle \d+ d ago$/);
  await expect(details.getByText("esx06.lab.local is disconnected in the vCenter").first()).toBeVisible();
  await expect(details.getByText("Reconnect the host in the vSphere Client").first()).toBeVisible();
  await expect(details.getByText("History: 12 bundles")).toBeVisible();
  await details
    .getByRole("button", { name: /^\d+ KB · 8.0.3/ })
    .first()
    .click();
  await expect(page).toHaveURL(/#\/archive\?record=.*esx06/);
  await expect(
    page.getByRole("region", { name: "Details" }).getByRole("heading", { name: "esx06.lab.local" }),
  ).toBeVisible();
  await page.getByRole("link", { name: "Hosts" }).click();
  await details.getByRole("listitem").getByRole("button", { name: "esx06.lab.local is disconnected" }).click();
  await expect(page).toHaveURL(/#\/activity\/run-0/);
  await page.getByRole("link", { name: "Hosts" }).click();
  await page.keyboard.press("Alt+Enter");
  await expect(details).toBeHidden();
  await page.keyboard.press("Alt+Enter");
  await page.keyboard.press("Control+a");
  await expect(details.getByRole("heading", { name: "60 hosts" })).toBeVisible();
});

test("the reason of a failure is read in the list, and is saved with it", async ({ page }) => {
  await open(page, "small", "/hosts");
  const cell = row(page, "Hosts", "esx06.lab.local").getByTitle("Failed: disconnected in the vCenter", { exact: true });
  await expect(cell).toHaveText("Disconnected in the vCenter");
  expect(await cell.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  const standing = row(page, "Hosts", "esx06.lab.local").getByTitle(/^Unchanged since \d{4}-\d\d-\d\d$/);
  await expect(standing).toHaveText(/^Since \d{4}-\d\d-\d\d$/);
  expect(await standing.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
});

test("hosts from a pasted list: what matched and what did not", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.getByRole("button", { name: "Selections" }).click();
  await page.getByRole("menuitem", { name: "From a list of names" }).click();
  await page.getByLabel("Host names").fill("esx01.lab.local\nesx07.lab.local\nesx99x");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByText("2 hosts found, 1 entry without a host")).toBeVisible();
  await expect(page.getByText('No host is called "esx99x".')).toBeVisible();
  await page.getByRole("button", { name: "Select 2 hosts" }).click();
  await expect(page.getByText("2 of 60 hosts selected")).toBeVisible();
  await expect(row(page, "Hosts", "esx07.lab.local")).toHaveAttribute("aria-selected", "true");
});

test("a selection is saved, taken again and removed after asking", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").click();
  await row(page, "Hosts", "esx03.lab.local").click({ modifiers: ["Control"] });
  const menu = page.getByRole("button", { name: "Selections" });
  await menu.click();
  await page.getByRole("menuitem", { name: "Save the selection" }).click();
  await page.getByLabel("Name").fill("Two of them");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await row(page, "Hosts", "esx08.lab.local").click();
  await menu.click();
  await page.getByRole("menuitem", { name: /Two of them/ }).click();
  await expect(page.getByText("2 of 60 hosts selected")).toBeVisible();
  await menu.click();
  await page.getByRole("menuitem", { name: "Remove a saved selection" }).click();
  await page.getByRole("menuitem", { name: "Two of them" }).last().click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  expect(await calls(page, "remove_selection")).toEqual([{ name: "Two of them" }]);
});

test("exports what is shown, in its order", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.getByRole("button", { name: "5 Failing" }).click();
  await grid(page, "Hosts").getByRole("columnheader", { name: "Name" }).click();
  await page.getByRole("button", { name: "Export CSV…" }).click();
  const [saved] = (await calls(page, "save_text")) as { suggestedName: string; text: string }[];
  expect(saved?.suggestedName).toMatch(/^hosts-\d{4}-\d{2}-\d{2}\.csv$/);
  const lines = saved?.text.trimEnd().split("\r\n") ?? [];
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/^Name,Backup,Last backup/);
  expect(lines[1]).toMatch(/^esx58\.lab\.local,Failing/);
});

test("each server in trouble says so in place, with what helps", async ({ page }) => {
  await open(page, "serverErrors", "/hosts");
  const troubles = page.getByRole("region", { name: "Servers that could not be read" });
  await troubles.getByRole("button", { name: "2 more servers could not be read" }).click();
  await expect(troubles.getByText("vc02.lab.local cannot be reached: no answer within 15 seconds.")).toBeVisible();
  await troubles.getByRole("button", { name: "Enter password" }).click();
  await expect(page.getByRole("heading", { name: "Password for vc03.lab.local" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Password" })).toBeFocused();
  await page.getByRole("button", { name: "Cancel" }).click();
  await troubles.getByRole("button", { name: "Show certificate" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("heading", { name: "The certificate of vc01.lab.local has changed" })).toBeVisible();
  await expect(dialog.getByRole("region", { name: "Accepted before" })).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Accept the new certificate" })).toBeDisabled();
});

test("an impatient hand asks a server that is away again once at a time", async ({ page }) => {
  await open(page, "serverErrors", "/hosts");
  const troubles = page.getByRole("region", { name: "Servers that could not be read" });
  await troubles.getByRole("button", { name: "2 more servers could not be read" }).click();
  await expect.poll(async () => (await calls(page, "refresh_hosts")).length).toBe(1);
  await spoil(page, "refresh_hosts", "hangs");
  const again = troubles.getByRole("button", { name: "Try again" });
  await again.click();
  await expect(page.getByRole("button", { name: "Cancel the reading" })).toBeVisible();
  // Each further click would be one more reading of all servers, one after the other.
  await expect(again).toBeDisabled();
  await expect(again).toBeFocused();
});

test("a failure to read is told with its details, and can be tried again", async ({ page }) => {
  await open(page, "failing", "/hosts");
  await expect(page.getByText("The archive D:\\Backup\\ESXi cannot be read").first()).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "Show details" }).first().click();
  await expect(page.getByText("(os error 3)").first()).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await calls(page, "list_hosts")).length).toBeGreaterThan(1);
});

test("what fails is told, each by itself, and what was tried can be dismissed", async ({ page }) => {
  await open(page, "small", "/hosts");
  await expect(page.getByText("Read just now", { exact: true })).toBeVisible();
  for (const command of ["save_text", "refresh_hosts"]) {
    await spoil(page, command, { code: "gone", message: `No ${command}`, hint: null, details: [] });
  }
  await page.keyboard.press("F5");
  await expect(page.getByText("No refresh_hosts")).toBeVisible();
  await page.getByRole("button", { name: "Export CSV…" }).click();
  await expect(page.getByText("No save_text")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("No save_text")).toBeHidden();
  await expect(page.getByText("No refresh_hosts")).toBeVisible();
});

test("hosts are judged anew while the window stays open", async ({ page }) => {
  await page.clock.install();
  await open(page, "small", "/hosts");
  await expect(rows(page, "Hosts").first()).toBeVisible();
  const before = (await calls(page, "list_hosts")).length;
  await page.clock.fastForward("11:00");
  await expect.poll(async () => (await calls(page, "list_hosts")).length).toBeGreaterThan(before);
});
