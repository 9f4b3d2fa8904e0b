/** Details of what is chosen, beside the list or over it. */
import { expect } from "@playwright/test";
import { open, rows, test } from "./pages";

test("in a narrow window Esc closes what lies over the list, and only then clears the selection", async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 700 });
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await page.keyboard.press("Alt+Enter");
  const pane = page.getByRole("region", { name: "Details" });
  await expect(pane).toBeVisible();
  await expect(rows(page, "Bundles").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(pane).toBeHidden();
  await expect(rows(page, "Bundles").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Escape");
  await expect(rows(page, "Bundles").first()).toHaveAttribute("aria-selected", "false");

  await page.setViewportSize({ width: 1024, height: 700 });
  await open(page, "small", "/hosts");
  await rows(page, "Hosts").first().click();
  await page.keyboard.press("Enter");
  await expect(pane).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(pane).toBeHidden();
  await expect(rows(page, "Hosts").first()).toHaveAttribute("aria-selected", "true");
});

test("a note that was begun is found again as it was left", async ({ page }) => {
  await open(page, "history", "/archive");
  await rows(page, "Bundles").first().click();
  await page.getByRole("button", { name: "Add note" }).click();
  const note = page.getByRole("textbox", { name: "Note" });
  await note.fill("Before the switch is");
  await rows(page, "Bundles").nth(1).click();
  await expect(page.getByRole("button", { name: "Add note" })).toBeVisible();
  await expect(note).toBeHidden();
  await page.getByRole("link", { name: "Hosts" }).click();
  await page.getByRole("link", { name: "Archive" }).click();
  await rows(page, "Bundles").first().click();
  await expect(note).toHaveValue("Before the switch is");
  await expect(rows(page, "Bundles").first()).toBeFocused();
  await note.press("Escape");
  await expect(note).toBeHidden();
  await rows(page, "Bundles").nth(1).click();
  await rows(page, "Bundles").first().click();
  await expect(page.getByRole("button", { name: "Add note" })).toBeVisible();
});
