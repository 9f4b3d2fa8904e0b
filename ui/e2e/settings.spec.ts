/** The settings: each is applied at once, checked at its place, and can be taken back. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { calls, open, send, spoil } from "./pages";

const section = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const changes = (page: Page) => calls(page, "change_settings");

async function change(field: Locator, value: string): Promise<void> {
  await field.fill(value);
  await field.press("Enter");
}

test("a number is taken over by Enter and when the field is left, and can be taken back", async ({ page }) => {
  await open(page, "small", "/settings");
  const atOnce = page.getByLabel("Hosts at once");
  await change(atOnce, "12");
  await expect(section(page, "Backing up").getByText("Saved.")).toBeVisible();
  expect(await changes(page)).toEqual([{ change: { concurrency: 12 } }]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(atOnce).toHaveValue("8");
  await expect(atOnce).toBeFocused();

  await page.getByLabel("Stale after").fill("30");
  await page.getByLabel("Stale after").blur();
  await expect(section(page, "Backing up").getByText("Saved.")).toBeVisible();
  expect((await changes(page)).at(-1)).toEqual({ change: { staleAfterDays: 30 } });
});

test("while it is saved the field keeps the focus, and saves it once", async ({ page }) => {
  await open(page, "small", "/settings");
  const atOnce = page.getByLabel("Hosts at once");
  await spoil(page, "change_settings", "hangs");
  await change(atOnce, "12");
  await expect(atOnce).not.toBeEditable();
  await expect(atOnce).toBeFocused();
  await atOnce.blur();
  expect(await changes(page)).toHaveLength(1);
});

test("what is no number in range is told at the field and not asked of the core", async ({ page }) => {
  await open(page, "small", "/settings");
  const atOnce = page.getByLabel("Hosts at once");
  for (const bad of ["0", "65", "many", "", "1.5"]) {
    await change(atOnce, bad);
    await expect(page.getByText("Enter a whole number from 1 to 64.")).toBeVisible();
    await expect(atOnce).toHaveAttribute("aria-invalid", "true");
  }
  await atOnce.press("Escape");
  await expect(atOnce).toHaveValue("8");
  await change(page.getByLabel("Connecting"), "86401");
  await expect(page.getByText("Enter a whole number from 1 to 86,400.")).toBeVisible();
  expect(await changes(page)).toEqual([]);
});

test("a value that is the one in force asks nothing of the core", async ({ page }) => {
  await open(page, "small", "/settings");
  await change(page.getByLabel("Stale after"), "07");
  await expect(page.getByLabel("Stale after")).toHaveValue("7");
  expect(await changes(page)).toEqual([]);
});

test("what the core refuses is told below the field, with its code, and what was typed stays", async ({ page }) => {
  await open(page, "settingsRefused", "/settings");
  const refusal = (title: string) => section(page, title).getByRole("group").filter({ hasText: "being changed by" });
  await change(page.getByLabel("Stale after"), "14");
  await expect(refusal("Backing up").getByText("Try again in a moment.")).toBeVisible();
  await expect(refusal("Backing up").getByRole("button", { name: "Copy" })).toBeVisible();
  await expect(page.getByLabel("Stale after")).toHaveValue("14");
  await page.getByRole("radio", { name: "Dark" }).click();
  await expect(refusal("Appearance").getByRole("button", { name: "Copy" })).toBeVisible();
  await expect(page.getByRole("radio", { name: "As the system" })).toBeChecked();
  expect(await changes(page)).toHaveLength(2);
  for (const command of ["choose_archive", "open_folder"]) {
    await spoil(page, command, { code: "gone", message: `No ${command}`, hint: null, details: ["The share is away"] });
  }
  await section(page, "Archive").getByRole("button", { name: "Choose…" }).click();
  await expect(section(page, "Archive").getByText("No choose_archive")).toBeVisible();
  await section(page, "Archive").getByRole("button", { name: "Show details" }).click();
  await expect(section(page, "Archive").getByText(/The share is away\s+Code: gone/)).toBeVisible();
  await section(page, "Logs and files").getByRole("button", { name: "Open folder" }).first().click();
  await expect(section(page, "Logs and files").getByText("No open_folder")).toBeVisible();
});

test("the hosts' port goes back to 443 as the default", async ({ page }) => {
  await open(page, "small", "/settings");
  const port = page.getByLabel("HTTPS port of hosts");
  await expect(port).toHaveValue("443");
  await change(port, "8443");
  await expect(section(page, "Backing up").getByText("Saved.")).toBeVisible();
  await change(port, "443");
  await expect.poll(() => changes(page)).toEqual([{ change: { hostPort: 8443 } }, { change: { hostPort: 0 } }]);
});

test("one timeout leaves the others alone, also when it is taken back later", async ({ page }) => {
  await open(page, "small", "/settings");
  await change(page.getByLabel("Connecting"), "20");
  await expect(section(page, "Timeouts").getByText("Saved.")).toHaveCount(1);
  await change(page.getByLabel("A transfer"), "900");
  await expect(section(page, "Timeouts").getByText("Saved.")).toHaveCount(2);
  await section(page, "Timeouts").getByRole("button", { name: "Undo" }).first().click();
  await expect(page.getByLabel("Connecting")).toHaveValue("15");
  await expect(page.getByLabel("A transfer")).toHaveValue("900");
  expect((await changes(page)).at(-1)).toEqual({
    change: { timeouts: { connectSeconds: 15, idleSeconds: 60, callSeconds: 120, transferSeconds: 900 } },
  });
});

test("the theme changes at once", async ({ page }) => {
  await open(page, "small", "/settings");
  const scheme = () => page.evaluate(() => document.documentElement.style.colorScheme);
  expect(await scheme()).toBe("light");
  await page.getByRole("radio", { name: "Dark" }).click();
  await expect.poll(scheme).toBe("dark");
  expect(await changes(page)).toEqual([{ change: { theme: "dark" } }]);
});

test("another archive is chosen", async ({ page }) => {
  await open(page, "small", "/settings");
  await section(page, "Archive").getByRole("button", { name: "Choose…" }).click();
  await expect(section(page, "Archive").getByText("A new archive was made in E:\\ESXi.")).toBeVisible();
  await expect(section(page, "Archive").getByText("E:\\ESXi", { exact: true })).toBeVisible();
});

test("where the archive is fixed, that is said", async ({ page }) => {
  await open(page, "archiveFixed", "/settings");
  await expect(section(page, "Archive").getByText(/Start it without --archive/)).toBeVisible();
  await expect(section(page, "Archive").getByRole("button", { name: "Choose…" })).toBeDisabled();

  await open(page, "demo", "/settings");
  await expect(section(page, "Archive").getByText(/The demo has an archive of its own/)).toBeVisible();
  await expect(section(page, "Archive").getByRole("button", { name: "Choose…" })).toBeDisabled();
});

test("folders are opened by name, facts are copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "small", "/settings");
  for (const name of ["Archive", "Logs and files"]) {
    for (const button of await section(page, name).getByRole("button", { name: "Open folder" }).all()) {
      await button.click();
    }
  }
  expect(await calls(page, "open_folder")).toEqual([{ folder: "archive" }, { folder: "logs" }, { folder: "settings" }]);
  await page.getByRole("button", { name: "Copy diagnostic information" }).click();
  await expect(page.getByText("Diagnostic information is on the clipboard.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("Hostkeep 0.1.0");
});

test("settings that cannot be read any more are told, beside what was in force", async ({ page }) => {
  await open(page, "settingsUnreadable", "/settings");
  await send(page, { kind: "settingsChanged" });
  await expect(page.getByText(/are broken/)).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await calls(page, "read_settings")).length).toBe(2);
  await expect(page.getByLabel("Hosts at once")).toHaveValue("8");
});
