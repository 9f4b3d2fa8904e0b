/** Deleting and pruning: planned, shown, begun, followed. */
import { expect, type Page, test } from "@playwright/test";
import { calls, chooseHost, column, grid, open, rows } from "./pages";

const status = (page: Page) => page.getByRole("search", { name: "Filters" }).getByRole("status");
const details = (page: Page) => page.getByRole("region", { name: "Details" });
const dialog = (page: Page) => page.getByRole("dialog").or(page.getByRole("alertdialog"));

// The mock's days count back from now.
test.beforeEach(({ page }) => page.clock.setFixedTime("2026-11-23T08:00:00Z"));

test("deleting shows what goes and what stays, and the last button names the act", async ({ page }) => {
  await open(page, "history", "/archive");
  await chooseHost(page, "esx01.lab.local");
  await expect(status(page)).toHaveText("75 of 4,448 bundles");
  await rows(page, "Bundles").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await expect(dialog(page).getByRole("heading", { name: "Delete 73 bundles?" })).toBeVisible();
  await expect(dialog(page)).toContainText("73 bundles of 1 host (6.4 MB) will be deleted for good.");
  await expect(dialog(page)).toContainText("2 bundles of the same hosts stay.");
  await expect(dialog(page).getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog(page).getByRole("tab", { name: "Kept (2)" }).click();
  expect((await column(page, "What is kept", "Kept because")).sort()).toEqual([
    "it is pinned",
    "it is the host's last good bundle",
  ]);
  await dialog(page).getByRole("button", { name: "Delete 73 bundles" }).click();
  await expect(page.getByText("73 bundles deleted, 6.4 MB freed.")).toBeVisible();
  await expect(dialog(page)).toBeHidden();
  await expect(status(page)).toHaveText("2 of 4,375 bundles");
  await expect(details(page).getByText("Select a bundle")).toBeVisible();
});

test("nothing goes when all of it has to stay, and a plan that is left is dropped", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await page.getByRole("button", { name: "Delete…" }).click();
  await expect(dialog(page).getByRole("heading", { name: "Nothing will be deleted" })).toBeVisible();
  await expect(dialog(page).getByRole("gridcell", { name: "it is the host's last good bundle" })).toBeVisible();
  await expect(dialog(page).getByRole("button")).toHaveCount(1);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(dialog(page)).toBeHidden();
  expect(await calls(page, "drop_plan")).toHaveLength(1);
  expect(await calls(page, "start_deletion")).toHaveLength(0);
});

test("what could not go is told with its reason", async ({ page }) => {
  await open(page, "archiveInUse", "/archive");
  await deleteOldest(page, 4);
  await dialog(page).getByRole("button", { name: "Delete 4 bundles" }).click();
  await expect(dialog(page).getByRole("heading", { name: "2 bundles could not be deleted" })).toBeVisible();
  await expect(dialog(page)).toContainText("2 bundles deleted");
  await expect(dialog(page).getByRole("gridcell", { name: "another program is using it" })).toHaveCount(2);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(status(page)).toHaveText("4,446 bundles");
});

test("deleting can be ended, and what is gone is told", async ({ page }) => {
  await open(page, "slowDeletion", "/archive");
  await deleteOldest(page, 4);
  await dialog(page).getByRole("button", { name: "Delete 4 bundles" }).click();
  await expect(dialog(page).getByRole("heading", { name: "Deleting 4 bundles" })).toBeVisible();
  await expect(dialog(page)).toContainText("1 of 4");
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await expect(dialog(page).getByRole("heading", { name: "3 bundles stay: deleting was cancelled" })).toBeVisible();
  await expect(dialog(page)).toContainText("1 bundle deleted");
});

test("deleting goes on without its dialog", async ({ page }) => {
  await open(page, "slowDeletion", "/archive");
  await deleteOldest(page, 3);
  await dialog(page).getByRole("button", { name: "Delete 3 bundles" }).click();
  await dialog(page).getByRole("button", { name: "Go on in the background" }).click();
  await expect(dialog(page)).toBeHidden();
  await rows(page, "Recent tasks").filter({ hasText: "Delete 3 bundles" }).dblclick();
  await expect(page.getByRole("heading", { name: "Delete 3 bundles" })).toBeVisible();
  await expect(page.getByRole("tab", { name: "Deleted 1" })).toBeVisible();
  await expect(page.getByRole("tab", { name: "Could not go 0" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel", exact: true }).first().click();
  await expect(page.getByText("Cancelled: 1 bundle deleted, 2 cancelled").first()).toBeVisible();
});

test("a plan that no longer holds deletes nothing and can be made again", async ({ page }) => {
  await open(page, "archiveStale", "/archive");
  await deleteOldest(page, 3);
  await dialog(page).getByRole("button", { name: "Delete 3 bundles" }).click();
  await expect(dialog(page).getByText(/changed after the plan was made/)).toBeVisible();
  await dialog(page).getByRole("button", { name: "Look again" }).click();
  await expect(dialog(page).getByRole("heading", { name: "Delete 3 bundles?" })).toBeVisible();
  expect(await calls(page, "plan_delete")).toHaveLength(2);
});

test("looking what can go tells how far it is and can be cancelled", async ({ page }) => {
  await open(page, "slowPlan", "/archive");
  await rows(page, "Bundles").first().click();
  await page.getByRole("button", { name: "Delete…" }).click();
  await expect(dialog(page).getByText(/^21 bundles read/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  expect(await calls(page, "cancel_plan")).toHaveLength(1);
});

test("pruning asks how many stay, and refuses what makes no sense", async ({ page }) => {
  await open(page, "history", "/archive");
  await page.getByRole("button", { name: "Prune…" }).click();
  const keep = dialog(page).getByLabel("Keep the newest bundles of each host");
  await expect(keep).toBeFocused();
  await keep.fill("0");
  await expect(dialog(page).getByText("Enter a whole number from 1 to 100,000.")).toBeVisible();
  await expect(dialog(page).getByRole("button", { name: "Show what will be deleted" })).toBeDisabled();
  await keep.fill("10");
  await keep.press("Enter");
  await expect(dialog(page).getByRole("heading", { name: /^Delete 3,8\d\d bundles\?$/ })).toBeVisible();
  expect(await calls(page, "plan_prune")).toMatchObject([{ keepLast: 10 }]);
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  expect(await calls(page, "start_deletion")).toHaveLength(0);
});

test("what could not be noted is told with what is gone", async ({ page }) => {
  await open(page, "unnotedDeletion", "/archive");
  await deleteOldest(page, 2);
  await dialog(page).getByRole("button", { name: "Delete 2 bundles" }).click();
  await expect(dialog(page).getByRole("heading", { name: "2 bundles deleted" })).toBeVisible();
  await expect(dialog(page).getByText(/cannot write .*audit\.jsonl/)).toBeVisible();
});

/** Asks to delete so many of the oldest bundles, of which none has to stay. */
async function deleteOldest(page: Page, count: number): Promise<void> {
  await grid(page, "Bundles").getByRole("columnheader", { name: "Taken" }).click();
  await rows(page, "Bundles").first().click();
  await rows(page, "Bundles")
    .nth(count - 1)
    .click({ modifiers: ["Shift"] });
  await page.keyboard.press("Delete");
  await expect(dialog(page).getByRole("heading", { name: `Delete ${count} bundles?` })).toBeVisible();
}
