/** The archive: days, filters, details, marks, verifying. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { calls, chooseHost, column, grid, open, row, rows, spoil } from "./pages";

const status = (page: Page) => page.getByRole("search", { name: "Filters" }).getByRole("status");
const details = (page: Page) => page.getByRole("region", { name: "Details" });
const days = (page: Page) => page.getByRole("region", { name: "Days with bundles" });
const dialog = (page: Page) => page.getByRole("dialog").or(page.getByRole("alertdialog"));
const lastQuery = async (page: Page) => (await calls(page, "list_records")).at(-1);

/** The days of the calendar that are buttons, oldest first. */
async function buttonsOfDays(page: Page): Promise<string[]> {
  return days(page)
    .locator("[data-day]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-day") ?? "").sort());
}

// The mock's days count back from now.
test.beforeEach(({ page }) => page.clock.setFixedTime("2026-11-23T08:00:00Z"));

test("a day shows its bundles alone, Shift reaches to another one, a second click shows all", async ({ page }) => {
  await open(page, "history", "/archive");
  await expect(status(page)).toHaveText("4,448 bundles");
  const [third, , last] = (await buttonsOfDays(page)).slice(-3);
  const day = (date: string | undefined) => days(page).locator(`[data-day="${date}"]`);

  await day(last).click();
  await expect(day(last)).toHaveAttribute("aria-pressed", "true");
  await expect(status(page)).toHaveText("60 of 4,448 bundles");
  expect(await lastQuery(page)).toMatchObject({ query: { from: last, to: last } });

  await day(third).click({ modifiers: ["Shift"] });
  await expect(status(page)).toHaveText("128 of 4,448 bundles");
  expect(await lastQuery(page)).toMatchObject({ query: { from: third, to: last } });

  await page.getByRole("button", { name: `${third} to ${last}` }).click();
  await expect(status(page)).toHaveText("4,448 bundles");
  await day(last).click();
  await day(last).click();
  await expect(day(last)).toHaveAttribute("aria-pressed", "false");
});

test("days are told in words, and a thin one has a shorter bar", async ({ page }) => {
  await open(page, "history", "/archive");
  const full = page.getByRole("button", { name: "Monday, 23 November 2026: 60 bundles of 60 hosts, 7 MB" });
  const thin = page.getByRole("button", { name: /^Saturday, 21 November 2026: 8 bundles of 8 hosts/ });
  const barOf = (day: Locator) => day.evaluate((one) => Number.parseFloat(getComputedStyle(one, "::after").width));
  expect(await barOf(thin)).toBeLessThan((await barOf(full)) / 2);
});

test("the calendar is walked by keys, from year to year", async ({ page }) => {
  await open(page, "history", "/archive");
  await expect(status(page)).toHaveText("4,448 bundles");
  const dates = await buttonsOfDays(page);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-day") ?? null);
  await days(page).locator('[data-day][tabindex="0"]').focus();
  expect(await focused()).toBe(dates.at(-1));
  await page.keyboard.press("ArrowLeft");
  expect(await focused()).toBe(dates.at(-2));
  await page.keyboard.press("ArrowUp");
  expect(await focused()).toBe(dates.at(-9));
  await page.keyboard.press("Home");
  const oldest = await focused();
  expect(oldest?.slice(0, 4)).not.toBe(dates.at(-1)?.slice(0, 4));
  await page.keyboard.press("Enter");
  await expect(status(page)).toHaveText("60 of 4,448 bundles");
  expect(await lastQuery(page)).toMatchObject({ query: { from: oldest, to: oldest } });
  await page.keyboard.press("End");
  expect(await focused()).toBe(dates.at(-1));
});

test("a month is shown as a whole", async ({ page }) => {
  await open(page, "history", "/archive");
  const months = days(page).getByRole("button", { name: /^\w+ \d{4}$/ });
  await months.first().click();
  await expect(months.first()).toHaveAttribute("aria-pressed", "true");
  expect(await lastQuery(page)).toMatchObject({ query: { from: "2026-11-01", to: "2026-11-30" } });
  await months.first().click();
  await expect(status(page)).toHaveText("4,448 bundles");
});

test("what is typed is searched for once it rests, and a page that is loaded again shows the same", async ({
  page,
}) => {
  await open(page, "history", "/archive");
  await expect(status(page)).toHaveText("4,448 bundles");
  const before = (await calls(page, "list_records")).length;
  await page.keyboard.press("Control+f");
  await page.keyboard.type("esx07");
  await expect(status(page)).toHaveText("75 of 4,448 bundles");
  expect((await calls(page, "list_records")).length).toBe(before + 1);
  await page.getByRole("button", { name: "Newest" }).click();
  await expect(status(page)).toHaveText("1 of 4,448 bundles");
  expect(page.url()).toContain("newest=true");
  await page.getByRole("searchbox", { name: "Filter bundles" }).press("Escape");
  await expect(status(page)).toHaveText("60 of 4,448 bundles");
  await page.reload();
  await expect(page.getByRole("button", { name: "Newest" })).toHaveAttribute("aria-pressed", "true");
});

test("by host, by pin, and when nothing fits", async ({ page }) => {
  await open(page, "history", "/archive");
  await chooseHost(page, "esx12.lab.local");
  await expect(status(page)).toHaveText("74 of 4,448 bundles");
  expect(new Set(await column(page, "Bundles", "Host"))).toEqual(new Set(["esx12.lab.local"]));
  await page.getByRole("button", { name: "Pinned" }).click();
  await expect(page.getByText("No bundle fits the filters")).toBeVisible();
  await page.getByRole("button", { name: "Show all bundles" }).click();
  await expect(status(page)).toHaveText("4,448 bundles");
});

test("bundles of one minute stand by their hosts' names, and the tooltip has the second and the zone", async ({
  page,
}) => {
  await open(page, "history", "/archive");
  await expect(rows(page, "Bundles").first()).toBeVisible();
  const hosts = async () => (await column(page, "Bundles", "Host")).slice(0, 4);
  expect(await hosts()).toEqual(["esx01.lab.local", "esx41.lab.local", "esx02.lab.local", "esx42.lab.local"]);
  const taken = await column(page, "Bundles", "Taken");
  expect(taken[0]).toBe(taken[1]);
  await expect(rows(page, "Bundles").first().locator("time")).toHaveAttribute("title", /:40 \(UTC[+-]\d\d:\d\d\)$/);
});

test("a list that is cut says so", async ({ page }) => {
  await open(page, "manyRecords", "/archive");
  await expect(status(page)).toHaveText("newest 5,000 of 7,813 bundles");
  await page.getByRole("combobox", { name: "Host" }).click();
  await expect(page.getByRole("option", { name: "2,450 more hosts: type to find them" })).toBeAttached();
  expect(await page.getByRole("option").count()).toBe(52);
});

test("a chosen host stays chosen until another one is, or none", async ({ page }) => {
  await open(page, "history", "/archive");
  const choice = page.getByRole("combobox", { name: "Host" });
  // Beyond the options that are shown at once.
  await chooseHost(page, "esx58.lab.local");
  await expect(choice).toHaveValue("esx58.lab.local");
  const chosen = status(page);
  await expect(chosen).not.toHaveText("4,448 bundles");
  const words = await chosen.textContent();
  await choice.click();
  await page.keyboard.press("Tab");
  await expect(choice).toHaveValue("esx58.lab.local");
  await choice.click();
  await page.keyboard.press("Enter");
  await expect(choice).toHaveValue("esx58.lab.local");
  await choice.click();
  await choice.pressSequentially("esx57");
  await expect(chosen).toHaveText(words ?? "");
  await page.keyboard.press("Tab");
  await expect(choice).toHaveValue("esx58.lab.local");
  await expect(chosen).toHaveText(words ?? "");
  await choice.click();
  await choice.pressSequentially("esx57");
  await page.keyboard.press("Enter");
  await expect(choice).toHaveValue("esx57.lab.local");
  await choice.click();
  await page.getByRole("option", { name: "All hosts" }).click();
  await expect(chosen).toHaveText("4,448 bundles");
  await expect(choice).toHaveValue("");
});

test("details tell all of a record, and its numbers can be copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await expect(details(page).getByText("Not verified yet")).toBeVisible();
  for (const term of ["SHA-256", "Certificate thumbprint", "Hardware UUID", "UUID in the bundle", "API version"]) {
    await expect(details(page).getByText(term, { exact: true })).toBeVisible();
  }
  await details(page).getByRole("button", { name: "Copy SHA-256" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  );
  await rows(page, "Bundles")
    .nth(2)
    .click({ modifiers: ["Shift"] });
  await expect(details(page).getByText("3 selected")).toBeVisible();
});

test("an address names a record: it is selected and shown", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").nth(4).click();
  const id = await details(page).getByText("Record", { exact: true }).locator("+ dd span").first().textContent();
  await page.goto(`/?scenario=history#/archive?record=${encodeURIComponent(id ?? "")}`);
  await page.reload();
  await expect(details(page).getByText(id ?? "", { exact: true })).toBeVisible();
});

test("a report leads to its record, which is in sight and told of", async ({ page }) => {
  await open(page, "history", "/archive");
  await expect(details(page)).toBeVisible();
  await page.keyboard.press("Alt+Enter");
  await expect(details(page)).toBeHidden();
  for (const run of [20, 5]) {
    await page.evaluate((at) => window.location.assign(`#/activity/run-${at}`), run);
    await page.getByRole("tab", { name: /^Saved/ }).click();
    await rows(page, "Hosts of the run").nth(7).click();
    await details(page).getByRole("button", { name: "Show in the archive" }).click();
    const named = grid(page, "Bundles").locator('[role="row"][aria-selected="true"]');
    await expect(named).toBeInViewport();
    await expect(details(page).getByText("SHA-256", { exact: true })).toBeVisible();
  }
  await page.keyboard.press("Alt+Enter");
  await expect(details(page)).toBeHidden();
  await page.reload();
  await expect(details(page).getByText("SHA-256", { exact: true })).toBeVisible();
  await open(page, "history", "/archive");
  await expect(rows(page, "Bundles").first()).toBeVisible();
  await expect(details(page)).toBeHidden();
});

test("a note is edited where it stands, and keeps the pin", async ({ page }) => {
  await open(page, "history", "/archive");
  await page.getByRole("button", { name: "Pinned" }).click();
  await expect(status(page)).toHaveText("1 of 4,448 bundles");
  await rows(page, "Bundles").first().click();
  await details(page).getByRole("button", { name: "Edit note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("  Kept for the audit ");
  await page.getByRole("button", { name: "Save note" }).click();
  await expect(details(page).getByText("Kept for the audit")).toBeVisible();
  expect((await calls(page, "note_record")).at(-1)).toMatchObject({ text: "Kept for the audit" });
  await expect(row(page, "Bundles", "Kept for the audit")).toBeVisible();

  await page.getByRole("button", { name: "More commands" }).click();
  await page.getByRole("menuitem", { name: "Note…" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("x".repeat(1001));
  await expect(page.getByText("A note has at most 1,000 characters.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save note" })).toBeDisabled();
  await page.getByRole("textbox", { name: "Note" }).press("Escape");
  await expect(details(page).getByText("Kept for the audit")).toBeVisible();
});

test("a locked archive says who holds it, where the note was to be changed", async ({ page }) => {
  await open(page, "archiveLocked", "/archive");
  await rows(page, "Bundles").first().click();
  await details(page).getByRole("button", { name: "Add note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("Before the move");
  await page.getByRole("button", { name: "Save note" }).click();
  await expect(details(page).getByText(/in use by hostkeep backup \(ADMIN on JUMP01, process 4711\)/)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("Before the move");
});

test("a note that is being saved is not lost by Esc: it may fail", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await details(page).getByRole("button", { name: "Add note" }).click();
  const note = page.getByRole("textbox", { name: "Note" });
  await note.fill("Before the move");
  await spoil(page, "note_record", "hangs");
  await note.press("Control+Enter");
  await expect(page.getByRole("button", { name: "Save note" })).toBeDisabled();
  await note.press("Escape");
  await expect(note).toHaveValue("Before the move");
});

test("several are pinned and let go", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await rows(page, "Bundles")
    .nth(1)
    .click({ modifiers: ["Control"] });
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await expect(page.getByText("2 bundles pinned.")).toBeVisible();
  expect(await calls(page, "pin_records")).toHaveLength(1);
  await page.getByRole("button", { name: "Unpin", exact: true }).click();
  await expect(page.getByText("2 bundles unpinned.")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("2 bundles unpinned.")).toBeHidden();
});

test("by the keyboard alone: to the bundles, some of them, their details, back to the days", async ({ page }) => {
  await open(page, "history", "/archive");
  await expect(status(page)).toHaveText("4,448 bundles");
  const pane = () => page.evaluate(() => document.activeElement?.closest("[data-pane]")?.getAttribute("data-pane"));
  for (let presses = 0; presses < 8 && (await pane()) !== "bundles"; presses += 1) {
    await page.keyboard.press("F6");
  }
  expect(await pane()).toBe("bundles");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(details(page).getByRole("heading", { name: "3 selected" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(details(page).getByText("SHA-256")).toBeVisible();
  await page.keyboard.press("Alt+Enter");
  await expect(details(page)).toBeHidden();
  await page.keyboard.press("Alt+Enter");
  await page.keyboard.press("F6");
  expect(await pane()).toBe("details");
  await page.keyboard.press("Shift+F6");
  await page.keyboard.press("Shift+F6");
  expect(await pane()).toBe("calendar");
});

test("verifying the selected ones shows which are damaged, and why", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await rows(page, "Bundles")
    .nth(2)
    .click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByRole("grid", { name: "Recent tasks" }).getByText("Verify 3 bundles")).toBeVisible();
  await expect
    .poll(async () => (await column(page, "Bundles", "Verified")).slice(0, 3))
    .toEqual(["Good", "Damaged", "Good"]);
  await rows(page, "Bundles").nth(1).click();
  await expect(details(page).getByText("the bundle's SHA-256 is not the one in its record")).toBeVisible();
  await page.getByRole("button", { name: "Verify all" }).click();
  await expect.poll(() => calls(page, "start_verify")).toHaveLength(2);
  expect((await calls(page, "start_verify")).at(-1)).toEqual({ ids: null });
});

test("a bundle is exported, shown in its folder, and the list is saved", async ({ page }) => {
  await open(page, "history", "/archive");
  await row(page, "Bundles", "esx41.lab.local").first().click();
  await page.getByRole("button", { name: "Export…" }).click();
  await expect(page.getByText(/^Exported to C:\\Temp\\configBundle-esx41\.lab\.local\.tgz/)).toBeVisible();
  await page.getByRole("button", { name: "More commands" }).click();
  await page.getByRole("menuitem", { name: "Show in folder" }).click();
  await expect.poll(() => calls(page, "reveal_record")).toHaveLength(1);
  await page.getByRole("button", { name: "More commands" }).click();
  await page.getByRole("menuitem", { name: "Open folder" }).click();
  await expect.poll(() => calls(page, "open_folder")).toEqual([{ folder: "archive" }]);
  await page.getByRole("button", { name: "More commands" }).click();
  await page.getByRole("menuitem", { name: "Export CSV…" }).click();
  await expect(page.getByText("The list was saved.")).toBeVisible();
  const [saved] = await calls(page, "save_text");
  expect(saved).toMatchObject({
    suggestedName: expect.stringMatching(/^bundles-\d{4}-\d{2}-\d{2}\.csv$/),
    text: expect.stringMatching(/^Host,Taken,Configuration,Version,Build,Size,Verified,Pinned,Note,Server\r\n/),
  });
});

test("what cannot be understood is told once, and listed", async ({ page }) => {
  await open(page, "archiveProblems", "/archive");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(rows(page, "What cannot be understood")).toHaveCount(3);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("3 things in the archive's folder")).toBeHidden();
});

test("an archive that is not there, that is empty, that went away, that is slow", async ({ page }) => {
  await open(page, "empty", "/archive");
  await expect(page.getByText("There is no archive yet")).toBeVisible();
  await page.getByRole("button", { name: "Go to the hosts" }).click();
  await expect(page).toHaveURL(/#\/hosts/);

  await open(page, "archiveVanished", "/archive");
  await expect(page.getByText(/is gone: its hostkeep-archive.json is not there any more/)).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => calls(page, "archive_overview")).toContainEqual({ again: true });
  await page.getByRole("button", { name: "Open settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();

  await open(page, "loading", "/archive");
  await expect(page.getByText("Reading the archive")).toBeVisible();
});

test("a refresh reads the archive again and keeps selection and scroll", async ({ page }) => {
  await open(page, "history", "/archive");
  const scroller = grid(page, "Bundles");
  await rows(page, "Bundles").nth(3).click();
  await scroller.evaluate((element) => {
    element.scrollTop = 40_000;
  });
  await page.keyboard.press("F5");
  await expect.poll(() => calls(page, "archive_overview")).toContainEqual({ again: true });
  await expect(status(page)).toHaveText("4,448 bundles, 1 selected");
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(40_000);
});

test("Delete in the search box deletes a letter", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await page.keyboard.press("Control+f");
  await page.keyboard.type("esx");
  await page.keyboard.press("Home");
  await page.keyboard.press("Delete");
  await expect(page.getByRole("searchbox", { name: "Filter bundles" })).toHaveValue("sx");
  await expect(dialog(page)).toBeHidden();
});

test("the context menu has the toolbar's commands, also by key", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await page.keyboard.press("Shift+F10");
  const names = await page.getByRole("menuitem").allTextContents();
  for (const name of ["Verify", "Export…", "Show in folder", "Pin", "Note…", "Delete…Del", "RefreshF5", "Prune…"]) {
    expect(names).toContain(name);
  }
  await page.getByRole("menuitem", { name: "Note…" }).click();
  await expect(page.getByRole("textbox", { name: "Note" })).toBeFocused();
});
