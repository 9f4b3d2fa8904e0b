/** Schedules: what is chosen is in the commands, and they are copied as they are shown. */
import { expect, test } from "@playwright/test";
import { open } from "./pages";

test("what is chosen is in the commands", async ({ page }) => {
  await open(page, "small", "/schedules");
  const script = page.getByLabel("Commands", { exact: true });
  await expect(script).toHaveValue(/New-ScheduledTaskTrigger -Daily -At 23:30/);
  await expect(script).not.toHaveValue(/prune/);
  await page.getByLabel("On", { exact: true }).selectOption("Monday to Friday");
  await page.getByLabel("At", { exact: true }).fill("01:15");
  await page.getByRole("checkbox", { name: /^Prune on Sundays/ }).check();
  await page.getByLabel("Bundles to keep").fill("14");
  await page.getByRole("checkbox", { name: /^Verify every bundle/ }).check();
  await expect(script).toHaveValue(/-DaysOfWeek Monday, Tuesday, Wednesday, Thursday, Friday -At 01:15/);
  await expect(script).toHaveValue(/archive prune --keep-last 14/);
  await expect(script).toHaveValue(/archive verify/);
});

test("what makes no sense makes no commands", async ({ page }) => {
  await open(page, "small", "/schedules");
  const script = page.getByLabel("Commands", { exact: true });
  await page.getByLabel("At", { exact: true }).fill("24:00");
  await expect(page.getByText("Enter hours and minutes, such as 23:30.")).toBeVisible();
  await expect(script).toBeHidden();
  await expect(page.getByRole("button", { name: "Copy" })).toBeDisabled();
  await page.getByLabel("At", { exact: true }).fill("02:00");
  await page.getByRole("checkbox", { name: /^Prune on Sundays/ }).check();
  await page.getByLabel("Bundles to keep").fill("0");
  await expect(page.getByText("Enter a whole number from 1 to 100,000.")).toBeVisible();
  await expect(script).toBeHidden();
});

test("another user is told to save the servers first", async ({ page }) => {
  await open(page, "small", "/schedules");
  await page.getByLabel("As user").fill("LAB\\svc-hostkeep");
  await expect(page.getByRole("heading", { name: "Save the servers as LAB\\svc-hostkeep" })).toBeVisible();
  await expect(page.getByLabel("Commands for the other user")).toHaveValue(/server add/);
});
