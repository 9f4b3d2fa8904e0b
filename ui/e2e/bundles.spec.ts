/** Looking inside bundles, comparing them, and searching their settings. */
import { expect } from "@playwright/test";
import { calls, grid, open, row, rows, send, test } from "./pages";

const HOST = "esx01.lab.local";

test("a bundle's settings are filtered, and one tells where it stands", async ({ page }) => {
  await open(page, "small", "/archive");
  await row(page, "Bundles", HOST).first().click();
  await page.getByRole("button", { name: "Look inside" }).click();
  await expect(page).toHaveURL(/#\/inside\?record=/);
  await expect(grid(page, "Settings")).toBeVisible();
  await expect(rows(page, "Settings")).toHaveCount(15);
  await page.getByLabel("Section", { exact: true }).selectOption("Networking");
  await expect(rows(page, "Settings")).toHaveCount(4);
  await page.getByLabel("Filter settings").fill("mtu");
  await expect(rows(page, "Settings")).toHaveCount(1);
  await rows(page, "Settings").first().click();
  await expect(page.getByRole("region", { name: "Details" })).toContainText("esx/network/vmknics/vmk0");
  await page.reload();
  await expect(rows(page, "Settings")).toHaveCount(1);
});

test("a filter is typed as in any text box: fast, and before what stands in it", async ({ page }) => {
  await open(page, "bundlesMany", "/inside?file=1");
  const box = page.getByLabel("Filter settings");
  await box.pressSequentially("19999");
  await box.press("Home");
  await box.pressSequentially("Option");
  await expect(box).toHaveValue("Option19999");
  await expect(rows(page, "Settings")).toHaveCount(1);
  await expect(page).toHaveURL(/text=Option19999/);
  await box.press("Escape");
  await expect(box).toHaveValue("");
  await expect(page).not.toHaveURL(/text=/);
});

test("a password hash is not on the page", async ({ page }) => {
  await open(page, "small", "/inside?file=1&text=password");
  await expect(row(page, "Settings", "[redacted: password hash]")).toBeVisible();
});

test("files are shown as what they are", async ({ page }) => {
  await open(page, "small", "/inside?file=1&tab=files");
  const pane = page.getByRole("region", { name: "File", exact: true });
  await row(page, "Files", "etc/ntp.conf").click();
  await expect(pane.getByRole("region", { name: "Text of the file" })).toContainText("server ntp1.lab.local");
  await row(page, "Files", "etc/vmware/ssl/rui.crt").click();
  await expect(pane).toContainText("CN=esx01.lab.local");
  await row(page, "Files", "etc/vmware/ssl/rui.key").click();
  await expect(pane).toContainText("nothing but a secret");
  await row(page, "Files", "var/lib/vmware/osdata/locker.bin").click();
  await expect(pane).toContainText("SHA-256");
});

test("a bundle says which part of it cannot be read", async ({ page }) => {
  const told = page.getByText("The ConfigStore of this bundle cannot be read");
  await open(page, "small", "/inside?file=1");
  await expect(rows(page, "Settings")).toHaveCount(15);
  await expect(told).toBeHidden();
  await open(page, "bundleStoreUnread", "/inside?file=1");
  await expect(told).toBeVisible();
  await expect(grid(page, "Settings")).toBeVisible();
});

test("two bundles of the archive are compared, the older one first", async ({ page }) => {
  await open(page, "small", "/archive?text=esx01");
  const own = row(page, "Bundles", HOST);
  await own.first().click();
  await own.nth(1).click({ modifiers: ["ControlOrMeta"] });
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(page.getByText("5 settings and 2 files differ, 412 settings are alike.")).toBeVisible();
  const [compared] = await calls(page, "compare_bundles");
  expect(compared).toMatchObject({
    first: { kind: "record" },
    second: { kind: "record", id: expect.stringMatching(/-0$/) },
  });
  const users = page.getByRole("region", { name: "Users and permissions" });
  await expect(users).toContainText("What is redacted differs");
  await expect(users).toContainText("What is redacted is alike");
  await expect(page.getByRole("region", { name: "Networking" })).toContainText("Removed");
  await page.getByLabel("Filter differences").fill("ntp9");
  await expect(page.getByRole("table")).toHaveCount(1);
});

test("a bundle is compared with the one before", async ({ page }) => {
  await open(page, "small", "/archive");
  await row(page, "Bundles", HOST).first().click();
  await page.getByRole("button", { name: "Compare with the one before" }).click();
  await expect(page).toHaveURL(/#\/compare\?first=.*-1&second=.*-0/);
});

test("two bundles in the wrong order are not read the wrong way", async ({ page }) => {
  await open(page, "small", "/archive");
  await row(page, "Bundles", HOST).first().click();
  await page.getByRole("button", { name: "Compare with the one before" }).click();
  await expect(page.getByText("settings are alike")).toBeVisible();
  const told = page.getByText("The first bundle is the newer one");
  await expect(told).toBeHidden();
  await page.getByRole("button", { name: "Swap" }).click();
  await expect(told).toBeVisible();
});

test("a chosen bundle is told whole in a small window", async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 640 });
  await open(page, "small", "/compare");
  await page.getByRole("combobox", { name: "Host of the first bundle" }).click();
  await page.getByRole("option", { name: "esx02.lab.local" }).click();
  const choice = page.getByLabel("First bundle", { exact: true }).last();
  await choice.selectOption({ index: 1 });
  const room = await choice.evaluate((select: HTMLSelectElement) => {
    const style = getComputedStyle(select);
    const pen = document.createElement("canvas").getContext("2d");
    if (pen === null) {
      return null;
    }
    pen.font = style.font;
    const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    return select.clientWidth - padding - pen.measureText(select.selectedOptions[0]?.text ?? "").width;
  });
  expect(room).toBeGreaterThan(0);
});

test("lines stand side by side, and the comparison is exported", async ({ page }) => {
  await open(page, "small", "/compare?firstFile=1&secondFile=2&tab=files");
  const lines = page.getByRole("table", { name: "Lines of etc/ntp.conf" });
  await expect(lines.getByRole("row").nth(2)).toContainText("2− server ntp1.lab.local2+ server ntp1.lab.local iburst");
  await page.getByRole("button", { name: "Export…" }).click();
  await page.getByRole("menuitem", { name: "Web page (HTML)…" }).click();
  await expect(page.getByText("The comparison was saved.")).toBeVisible();
  expect(await calls(page, "export_comparison")).toMatchObject([{ format: "html" }]);
});

test("sides are chosen by host and bundle, and change places", async ({ page }) => {
  await open(page, "small", "/compare");
  await expect(page.getByText("Choose two bundles")).toBeVisible();
  for (const [side, host] of [
    ["first", "esx02.lab.local"],
    ["second", "esx05.lab.local"],
  ] as const) {
    const choice = page.getByRole("combobox", { name: `Host of the ${side} bundle` });
    await choice.click();
    await choice.fill(host);
    await page.getByRole("option", { name: host }).click();
    await page
      .getByLabel(`${side === "first" ? "First" : "Second"} bundle`, { exact: true })
      .last()
      .selectOption({ index: 1 });
  }
  const title = (words: string) => page.getByRole("columnheader", { name: words, exact: true }).first();
  await expect(title("First: esx02.lab.local")).toBeVisible();
  await page.getByRole("button", { name: "Swap" }).click();
  await expect(title("First: esx05.lab.local")).toBeVisible();
  await expect(title("Second: esx02.lab.local")).toBeVisible();
  await page.getByRole("region", { name: "Second bundle" }).getByRole("button", { name: "Look inside" }).click();
  await expect(page.getByText(/^esx02.lab.local, /)).toBeVisible();
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(title("First: esx05.lab.local")).toBeVisible();
});

test("a search leads to the setting in its bundle", async ({ page }) => {
  await open(page, "small", "/search");
  await page.getByRole("searchbox", { name: "Search settings" }).fill("ntp2");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 setting found; 60 bundles looked through")).toBeVisible();
  await expect(row(page, "Found settings", "60 hosts")).toBeVisible();
  await page
    .getByRole("region", { name: "Details" })
    .getByRole("button", { name: new RegExp(`^${HOST}, `) })
    .click();
  await expect(rows(page, "Settings")).toHaveCount(1);
  await expect(row(page, "Settings", "ntp1.lab.local, ntp2.lab.local")).toBeVisible();
  await expect(page.getByRole("region", { name: "Details" })).toContainText("etc/ntp.conf");
});

test("all bundles of one host are searched", async ({ page }) => {
  await open(page, "small", "/search?text=ntp2");
  const where = page.getByRole("combobox", { name: "Where" });
  await where.click();
  await where.fill("esx02");
  await page.getByRole("option", { name: "esx02.lab.local" }).click();
  await expect(page.getByText("1 setting found; 12 bundles looked through")).toBeVisible();
  await expect(row(page, "Found settings", "esx02.lab.local, 12 bundles")).toBeVisible();
  await page.reload();
  await expect(where).toHaveValue("esx02.lab.local");
});

test("what was found is exported", async ({ page }) => {
  await open(page, "small", "/search?text=ntp2");
  await page.getByRole("button", { name: "Export CSV…" }).click();
  await expect(page.getByText("The list was saved.")).toBeVisible();
  expect(await calls(page, "save_text")).toMatchObject([
    { text: expect.stringContaining('NTP,Servers,"ntp1.lab.local, ntp2.lab.local",60 hosts,Time configuration') },
  ]);
});

test("what is too much to show says so", async ({ page }) => {
  await open(page, "bundlesMany", "/inside?file=1");
  await expect(page.getByText("These are the first 20,000 of 31,250 settings.")).toBeVisible();
  await page.getByLabel("Filter settings").fill("Option19999");
  await expect(rows(page, "Settings")).toHaveCount(1);
  await open(page, "bundlesMany", "/compare?firstFile=1&secondFile=2");
  await expect(page.getByText("These are the first 1,200 of 25,000 settings that differ.")).toBeVisible();
  const last = page.getByRole("cell", { name: "Net.Option1199", exact: true });
  await page.getByRole("button", { name: "Show 500 more settings" }).click();
  await expect(last).toBeHidden();
  await page.getByRole("button", { name: "Show 200 more settings" }).click();
  await expect(last).toBeAttached();
  await open(page, "bundlesMany", "/search?text=net");
  await expect(
    page.getByText(
      "4,321 settings found, 1,000 of them shown; 59 bundles looked through, 12 of them sealed or not readable",
    ),
  ).toBeVisible();
  await expect(page.getByText("1 bundle could not be looked through")).toBeVisible();
});

test("the last bundles of two hosts are compared, and that of one looked into", async ({ page }) => {
  await open(page, "small", "/hosts");
  const host = (name: string) => row(page, "Hosts", name);
  await host(HOST).click();
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Look inside the last bundle" }).click();
  await expect(page.getByText(/^esx01.lab.local, /)).toBeVisible();
  await page.keyboard.press("Alt+ArrowLeft");
  await host("esx02.lab.local").click({ modifiers: ["ControlOrMeta"] });
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Compare the last bundles" }).click();
  await expect(page.getByRole("columnheader", { name: `First: ${HOST}` }).first()).toBeVisible();
});

test("hosts and a run's report say since when settings are as they are", async ({ page }) => {
  await open(page, "small", "/hosts");
  const host = rows(page, "Hosts").filter({ has: page.getByRole("gridcell", { name: HOST, exact: true }) });
  await expect(host).toContainText("Changed");
  await host.click();
  await page.keyboard.press("Alt+Enter");
  await page
    .getByRole("region", { name: "Details" })
    .getByRole("button", { name: /^compare with/ })
    .click();
  await expect(page).toHaveURL(/#\/compare\?first=.*-1&second=.*-0/);
  await open(page, "small", "/activity/run-0");
  await page.getByRole("tab", { name: /^Saved/ }).click();
  await expect(
    rows(page, "Hosts of the run")
      .filter({ hasText: /Since \d{4}-/ })
      .first(),
  ).toBeVisible();
});

test("a search that reads bundles says how far it is, and is cancelled", async ({ page }) => {
  await open(page, "searchSlow", "/search?text=ntp");
  await expect(page.getByText("Reading bundles that were not read before: 12 of 60")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeHidden();
  await expect(page.getByText("Search what hosts were configured to do")).toBeVisible();
});

test("the archive says what changed when, and how far a bundle is proven", async ({ page }) => {
  await open(page, "bundlesUnread", "/archive?text=esx01");
  await expect(page.getByText("looking for changed configurations in 320 older bundles")).toBeVisible();
  await send(page, { kind: "settingsRead", left: 0 });
  await expect(page.getByText("looking for changed configurations")).toBeHidden();
  await expect(page.getByRole("button", { name: /configuration changed in \d+/ }).first()).toBeVisible();
  await row(page, "Bundles", HOST).nth(1).click();
  await expect(page.getByRole("region", { name: "Proof" })).toContainText("Hash on record: proven");
  await page.getByRole("button", { name: "Show the host's changes" }).click();
  const changes = page.getByRole("region", { name: "What changed when" });
  await expect(changes.getByText("first bundle")).toBeVisible();
  await changes.getByRole("button").first().click();
  await expect(page).toHaveURL(/#\/compare\?first=/);
});

test("in high contrast the mark of a change is seen on a selected row too", async ({ page }) => {
  await page.emulateMedia({ contrast: "more" });
  await open(page, "history", "/archive");
  await rows(page, "Bundles").filter({ hasText: "Changed" }).first().click();
  // Not the first that says so: other rows may come to say it, as what is known of settings is read.
  const changed = rows(page, "Bundles").and(page.locator('[aria-selected="true"]')).filter({ hasText: "Changed" });
  await expect(changed).toHaveCount(1);
  const colour = (selector: string) => changed.locator(selector).evaluate((element) => getComputedStyle(element).color);
  // Both are asked for each time: either may be on its way from the colours of a row that is not selected.
  await expect
    .poll(async () => {
      const mark = await colour('[role="gridcell"]:has-text("Changed") svg');
      return mark === (await colour('[role="gridcell"] >> nth=1'));
    })
    .toBe(true);
});

for (const { what, route, list, pane } of [
  { what: "settings", route: "/inside?file=1", list: "Settings", pane: "Details" },
  { what: "files", route: "/inside?file=1&tab=files", list: "Files", pane: "File" },
  { what: "found settings", route: "/search?text=ntp", list: "Found settings", pane: "Details" },
  { what: "bundles", route: "/archive", list: "Bundles", pane: "Details" },
]) {
  test(`details of ${what} are opened and closed by Alt+Enter, and closed by their button`, async ({ page }) => {
    await open(page, "small", route);
    await rows(page, list).first().click();
    const details = page.getByRole("region", { name: pane, exact: true });
    await expect(details).toBeVisible();
    await page.keyboard.press("Alt+Enter");
    await expect(details).toBeHidden();
    await page.keyboard.press("Alt+Enter");
    await details.getByRole("button", { name: "Close details" }).click();
    await expect(details).toBeHidden();
    await expect(rows(page, list).first()).toBeFocused();
    await page.keyboard.press("Alt+Enter");
    await expect(details).toBeVisible();
  });
}
