/** A backup from the dialog to its end: progress, cancel one and all, retry, reload in mid-run, closing in mid-run. */
import { expect } from "@playwright/test";
import { backupJob } from "../src/mock/world";
import { calls, grid, open, row, send, spoil, test } from "./pages";

test("a note goes with the run, and its progress is followed to the end", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", "esx01.lab.local").click();
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByRole("button", { name: "Back up 2 hosts" }).click();
  await page.getByLabel("Note").fill("Before the firmware update");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Back up 2 hosts" })).toBeVisible();
  await expect(page.getByText("2 hosts saved").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Open report" })).toBeVisible();
  expect(await calls(page, "start_backup")).toMatchObject([{ request: { note: "Before the firmware update" } }]);
  await page.getByRole("button", { name: "Open report" }).click();
  await expect(page).toHaveURL(/#\/activity\/run-0$/);
});

test("a screen reader is told how a run ended, and not of each tick before", async ({ page }) => {
  await open(page, "run", "/jobs/1");
  const status = page.getByRole("main").getByRole("status").first();
  await expect(status).toContainText("21 of 50");
  await expect(status).toHaveAttribute("aria-live", "off");
  const ended = backupJob(1, 50, 50);
  await send(page, { kind: "jobs", jobs: [ended.head], items: [] });
  await expect(status).toContainText("hosts saved");
  await expect(status).toHaveAttribute("aria-live", "polite");
});

test("one host is cancelled, then all", async ({ page }) => {
  await open(page, "run", "/jobs/1");
  await expect(page.getByText("21 of 50").first()).toBeVisible();
  await page.getByRole("tab", { name: "Under way 8" }).click();
  await row(page, "Back up 50 hosts", "esx24.lab.local").click();
  await page.getByRole("button", { name: "Cancel 1 host" }).click();
  await page.getByRole("tab", { name: /^All/ }).click();
  await expect(row(page, "Back up 50 hosts", "esx24.lab.local").getByText("Cancelled")).toBeVisible();
  expect(await calls(page, "cancel_job")).toEqual([{ job: 1, item: 23 }]);
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await expect(page.getByRole("progressbar", { name: "Back up 50 hosts" })).toHaveCount(0);
  await expect(
    page
      .getByRole("main")
      .getByText(/Cancelled: 19 hosts saved/)
      .first(),
  ).toBeVisible();
});

test("only the failed hosts are tried again", async ({ page }) => {
  await open(page, "ended", "/jobs/1");
  await page.getByRole("tab", { name: "Failed 3" }).click();
  await expect(grid(page, "Back up 50 hosts")).toHaveAttribute("aria-rowcount", "4");
  await page.getByRole("button", { name: "Retry the 3 failed" }).click();
  await expect(page).toHaveURL(/#\/jobs\/2$/);
  const [request] = (await calls(page, "start_backup")) as { request: { hosts: { name: string }[]; note: string } }[];
  expect(request?.request.hosts.map((host) => host.name)).toEqual([
    "esx03.lab.local",
    "esx20.lab.local",
    "esx37.lab.local",
  ]);
  expect(request?.request.note).toBe("Before the firmware update");
});

test("a double click tries the failed ones again once", async ({ page }) => {
  await open(page, "ended", "/jobs/1");
  await spoil(page, "start_backup", "hangs");
  await page.getByRole("button", { name: "Retry the 3 failed" }).dblclick();
  expect(await calls(page, "start_backup")).toHaveLength(1);
});

test("a reload in mid-run shows the same", async ({ page }) => {
  await open(page, "run", "/jobs/1");
  await row(page, "Back up 50 hosts", "esx03.lab.local").waitFor();
  const before = await grid(page, "Back up 50 hosts").textContent();
  await page.reload();
  await expect(page.getByText("21 of 50").first()).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Back up 50 hosts" }).first()).toHaveAttribute(
    "aria-valuenow",
    "42",
  );
  expect(await grid(page, "Back up 50 hosts").textContent()).toBe(before);
});

test("the tasks pane opens, cancels and removes", async ({ page }) => {
  await open(page, "liveRun", "/hosts");
  const tasks = page.getByRole("region", { name: "Recent tasks" });
  await expect(tasks.getByText("1 task running")).toBeVisible();
  await row(page, "Recent tasks", "Back up 50 hosts").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Cancel" }).click();
  await expect(tasks.getByText("Nothing is running")).toBeVisible();
  await row(page, "Recent tasks", "Back up 50 hosts").dblclick();
  await expect(page).toHaveURL(/#\/jobs\/1$/);
  await row(page, "Recent tasks", "Back up 50 hosts").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Remove from the list" }).click();
  await expect(page.getByText("This task is not in the list any more")).toBeVisible();
});

test("a task that does not know yet how much there is to do is starting", async ({ page }) => {
  await open(page, "small", "/hosts");
  const { head } = backupJob(1, 50, 0);
  await send(page, { kind: "jobs", jobs: [{ ...head, total: 0, secondsLeft: null }], items: [] });
  await expect(row(page, "Recent tasks", "Back up 50 hosts")).toContainText("Starting");
  await send(page, { kind: "jobs", jobs: [{ ...head, total: 2500, done: 1200 }], items: [] });
  await expect(row(page, "Recent tasks", "Back up 50 hosts")).toContainText("1,200 of 2,500");
});

test("a task is cancelled where it is seen, by the pointer and by the keyboard", async ({ page }) => {
  for (const byKey of [false, true]) {
    await open(page, "run", "/hosts");
    const task = row(page, "Recent tasks", "Back up 50 hosts");
    const cancel = task.getByRole("button", { name: "Cancel: Back up 50 hosts" });
    if (byKey) {
      await task.focus();
      await page.keyboard.press("Tab");
      await expect(cancel).toBeFocused();
      await page.keyboard.press("Enter");
    } else {
      await cancel.click();
    }
    await expect(cancel).toBeHidden();
    expect(await calls(page, "cancel_job")).toEqual([{ job: 1, item: null }]);
    await expect(task).toBeFocused();
    await expect(page).toHaveURL(/#\/hosts$/);
  }
});

test("a tick of progress draws no other row, and takes neither scroll nor selection", async ({ page }) => {
  await open(page, "run", "/jobs/1");
  await row(page, "Back up 50 hosts", "esx05.lab.local").click();
  await page.evaluate(() => {
    const body = document.querySelector('[role="main"] [role="grid"], main [role="grid"]');
    const changed = new Set<string>();
    new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        const key = element?.closest("[data-key]")?.getAttribute("data-key");
        key != null && changed.add(key);
      }
    }).observe(body ?? document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    Object.assign(window, { changedRows: changed });
  });
  const item = await page.evaluate(() => ({ name: "esx06.lab.local", server: "vc01.lab.local" }));
  await send(page, {
    kind: "jobs",
    jobs: [],
    items: [
      {
        job: 1,
        index: 5,
        item: {
          ...item,
          host: null,
          step: "failed",
          bytes: 0,
          totalBytes: null,
          record: null,
          warnings: ["Told late."],
          error: null,
        },
      },
    ],
  });
  await expect(row(page, "Back up 50 hosts", "esx06.lab.local").getByText("Told late.")).toBeVisible();
  expect(await page.evaluate(() => [...(window as unknown as { changedRows: Set<string> }).changedRows])).toEqual([
    "5",
  ]);
  await expect(row(page, "Back up 50 hosts", "esx05.lab.local")).toHaveAttribute("aria-selected", "true");
});

for (const [button, answer] of [
  ["Go on in the background", "background"],
  ["Cancel and quit", "cancelAndQuit"],
  ["Stay", "stay"],
] as const) {
  test(`closing in mid-run asks: ${button}`, async ({ page }) => {
    await open(page, "run", "/hosts");
    await send(page, { kind: "closeAsked" });
    await expect(page.getByRole("heading", { name: "1 task still running" })).toBeVisible();
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("alertdialog")).toBeHidden();
    expect(await calls(page, "close_answer")).toEqual([{ answer }]);
  });
}

test("when the tasks have ended meanwhile, Enter does not quit", async ({ page }) => {
  await open(page, "run", "/hosts");
  await send(page, { kind: "closeAsked" });
  await expect(page.getByRole("button", { name: "Go on in the background" })).toBeFocused();
  await send(page, { kind: "jobs", jobs: [backupJob(1, 50, 50).head], items: [] });
  await expect(page.getByRole("heading", { name: "Close Hostkeep?" })).toBeVisible();
  await expect(page.getByRole("alertdialog").getByRole("button")).toHaveText(["Quit", "Stay"]);
  await expect(page.getByRole("button", { name: "Stay" })).toBeFocused();
  await page.keyboard.press("Enter");
  expect(await calls(page, "close_answer")).toEqual([{ answer: "stay" }]);
});
