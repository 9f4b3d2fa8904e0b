/** The activity: every run, what goes on now, and a run's report. */
import { expect, type Page, test } from "@playwright/test";
import { calls, column, grid, open, row, rows, send, spoil } from "./pages";

const status = (page: Page) => page.getByRole("status").filter({ hasText: /run|host/ });
const details = (page: Page) => page.getByRole("region", { name: "Details" });

// The mock's days count back from now.
test.beforeEach(({ page }) => page.clock.setFixedTime("2026-11-23T08:00:00Z"));

test("every run is listed, the newest first, and its outcome is told in words", async ({ page }) => {
  await open(page, "history", "/activity");
  await expect(status(page)).toHaveText("75 runs");
  const started = await column(page, "Runs", "Started");
  expect(started).toEqual([...started].sort().reverse());
  expect((await column(page, "Runs", "Outcome")).slice(0, 9)).toEqual([
    "3 failed",
    "All saved",
    "52 cancelled",
    "All saved",
    "A server was not reached",
    "All saved",
    "The report cannot be read",
    "All saved",
    "30 failed",
  ]);
});

test("runs that are not complete, and runs by a word", async ({ page }) => {
  await open(page, "history", "/activity");
  await page.getByRole("button", { name: "Not complete" }).click();
  await expect(status(page)).toHaveText("5 of 75 runs");
  await page.keyboard.press("Control+f");
  await page.keyboard.type("firmware");
  await expect(status(page)).toHaveText("1 of 75 runs");
  await page.keyboard.press("Escape");
  await page.keyboard.type("no such thing");
  await page.getByRole("button", { name: "Show all runs" }).click();
  await expect(status(page)).toHaveText("75 runs");
});

test("500 runs are told to be the newest", async ({ page }) => {
  await open(page, "manyRecords", "/activity");
  await expect(status(page)).toHaveText("newest 500 runs");
});

test("what runs now is on top, goes on, can be cancelled and opened", async ({ page }) => {
  await open(page, "activityRunning", "/activity");
  const running = page.getByRole("region", { name: "Running now" });
  await expect(running.getByText("21 of 50")).toBeVisible();
  await running.getByRole("button", { name: "Cancel" }).click();
  expect(await calls(page, "cancel_job")).toEqual([{ job: 1, item: null }]);
  await expect(running).toBeHidden();

  await open(page, "run", "/activity");
  await running.getByRole("link", { name: "Back up 50 hosts" }).click();
  await expect(page).toHaveURL(/#\/jobs\/1$/);
});

test("a run opens as its report: by Enter, and back", async ({ page }) => {
  await open(page, "history", "/activity");
  await rows(page, "Runs").first().click();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: /^Run of \d{4}-\d\d-\d\d \d\d:\d\d$/ })).toBeVisible();
  await expect(status(page)).toHaveText("3 of 60 hosts");
  await page.getByRole("button", { name: "All runs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
});

test("a report tells each host's reason, warnings, and leads to the record", async ({ page }) => {
  await open(page, "history", "/activity/run-0");
  await expect(page.getByText("The report of the run before could not be removed")).toBeVisible();
  await row(page, "Hosts of the run", "esx03.lab.local").click();
  await expect(details(page).getByText("esx03.lab.local is disconnected in the vCenter")).toBeVisible();
  await expect(details(page).getByText(/Reconnect the host in the vSphere Client/)).toBeVisible();
  await details(page).getByRole("button", { name: "Show details" }).click();
  await expect(details(page).getByText(/vim\.fault\.HostNotConnected/)).toBeVisible();

  await page.getByRole("tab", { name: "Saved 57" }).click();
  await expect(status(page)).toHaveText("57 of 60 hosts");
  await row(page, "Hosts of the run", "esx08.lab.local").click();
  await expect(details(page).getByText("Saved, warning")).toBeVisible();
  await expect(details(page).getByText(/configuration as changed while it was packed/)).toBeVisible();
  await details(page).getByRole("button", { name: "Show in the archive" }).click();
  await expect(page).toHaveURL(/#\/archive\?record=/);
  await expect(details(page).getByRole("heading", { name: "esx08.lab.local" })).toBeVisible();
});

test("a server that was not reached, and a run that was cancelled", async ({ page }) => {
  await open(page, "history", "/activity/run-4");
  await expect(page.getByText("vc02.lab.local cannot be reached: no answer within 15 seconds.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Retry failed…" })).toBeDisabled();

  await open(page, "history", "/activity/run-2");
  await page.getByRole("tab", { name: "Cancelled 52" }).click();
  await expect(status(page)).toHaveText("52 of 60 hosts");
});

test("the failed are tried again: shown first, with what cannot be found", async ({ page }) => {
  await open(page, "history", "/activity/run-8");
  await page.getByRole("button", { name: "Retry failed…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("29 hosts will be backed up in a new run.");
  await expect(dialog).toContainText("1 host cannot be found on the servers.");
  await dialog.getByLabel("Note for the run").fill("Second try");
  await dialog.getByRole("button", { name: "Back up 29 hosts" }).click();
  await expect(page).toHaveURL(/#\/jobs\/1$/);
  const [input] = await calls(page, "start_backup");
  expect(input).toMatchObject({ request: { note: "Second try" } });
  expect(JSON.stringify(input).match(/"moid"/g)).toHaveLength(29);
});

test("a backup that cannot start says why, where it was asked for", async ({ page }) => {
  await open(page, "retryRefused", "/activity");
  await rows(page, "Runs").first().click();
  await page.getByRole("button", { name: "Retry failed…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Back up 3 hosts" }).click();
  await expect(dialog.getByText(/in use by hostkeep backup/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
});

test("a report is copied and exported", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "history", "/activity");
  await rows(page, "Runs").first().click();
  await page.getByRole("button", { name: "Copy report" }).click();
  await expect(page.getByText("The report is on the clipboard.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("Hostkeep run run-0");
  for (const [name, format] of [
    ["text", "text"],
    ["CSV", "csv"],
    ["JSON", "json"],
  ]) {
    await page.getByRole("button", { name: "Export report" }).click();
    await page.getByRole("menuitem", { name: `As ${name}…` }).click();
    await expect(page.getByText("The report was exported.")).toBeVisible();
    expect((await calls(page, "export_run")).at(-1)).toEqual({ runId: "run-0", format });
  }
});

test("in a small window every command and the beginning of the note are in sight", async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 640 });
  await open(page, "history", "/activity");
  await expect(rows(page, "Runs").first()).toBeVisible();
  await expect(page.getByRole("toolbar").getByRole("button")).toHaveText([
    "Open report",
    "Retry failed…",
    "Copy report",
    "Export report",
    "Refresh",
  ]);
  const note = await grid(page, "Runs").getByRole("columnheader", { name: "Note" }).boundingBox();
  expect(note?.x).toBeLessThan(920);
  await rows(page, "Runs").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Export report" }).click();
  await page.getByRole("menuitem", { name: "As CSV…" }).click();
  await expect(page.getByText("The report was exported.")).toBeVisible();
});

test("a run whose report cannot be read can be opened to see why, and nothing else is offered", async ({ page }) => {
  await open(page, "history", "/activity");
  await row(page, "Runs", "The report cannot be read").click();
  await expect(page.getByRole("button", { name: "Copy report" })).toBeDisabled();
  await page.getByRole("button", { name: "Open report" }).click();
  await expect(page.getByText(/cannot be read: EOF while parsing/)).toBeVisible();
  await page.getByRole("button", { name: "All runs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
});

test("no runs yet, runs that cannot be read, runs that take long", async ({ page }) => {
  await open(page, "empty", "/activity");
  await expect(page.getByText("No runs yet")).toBeVisible();
  await open(page, "archiveVanished", "/activity");
  await expect(page.getByText(/hostkeep-archive.json is not there any more/)).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => calls(page, "list_runs")).toHaveLength(2);
  await open(page, "loading", "/activity");
  await expect(page.getByText("Reading the runs")).toBeVisible();
});

test("a run that ends while the archive is read again is no failure", async ({ page }) => {
  await open(page, "history", "/activity");
  await expect(rows(page, "Runs").first()).toBeVisible();
  await spoil(page, "archive_overview", "hangs");
  await page.keyboard.press("F5");
  const refresh = page.getByRole("button", { name: "Refresh" });
  await expect(refresh).toBeDisabled();
  await spoil(page, "archive_overview", null);
  await send(page, { kind: "archiveChanged" });
  await expect(refresh).toBeEnabled();
  await expect(page.getByText("The window could not do this")).toBeHidden();
});

test("a new run appears by itself and takes neither selection nor place away", async ({ page }) => {
  await open(page, "history", "/activity");
  await rows(page, "Runs").nth(4).click();
  await send(page, { kind: "archiveChanged" });
  await expect.poll(async () => (await calls(page, "list_runs")).length).toBe(2);
  await expect(rows(page, "Runs").nth(4)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("F5");
  await expect.poll(() => calls(page, "archive_overview")).toContainEqual({ again: true });
});
