/** The first run, connecting, certificates, and what goes wrong in place. */
import { expect, type Page } from "@playwright/test";
import { calls, grid, open, rows, spoil, test } from "./pages";

async function fillIn(page: Page, address: string, password = "secret"): Promise<void> {
  await page.getByLabel("Address").fill(address);
  await page.getByLabel("User name").fill("backup@vsphere.local");
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
}

test("the first run connects with the keyboard alone", async ({ page }) => {
  await open(page, "empty", "/hosts");
  await expect(page.getByRole("button", { name: "Connect to a server" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Address")).toBeFocused();
  await page.keyboard.type("vc01.lab.local");
  await page.keyboard.press("Tab");
  await page.keyboard.type("backup@vsphere.local");
  await page.keyboard.press("Tab");
  await page.keyboard.type("secret");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Trust the certificate of vc01.lab.local?" })).toBeVisible();
  await expect(page.getByText("7C:\u200b9F:\u200b3A")).toBeVisible();
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("button", { name: "Trust and connect" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("12 hosts", { exact: true })).toBeVisible();
  await expect(rows(page, "Hosts")).toHaveCount(12);
  const inputs = await calls(page, "save_server");
  expect(inputs).toHaveLength(2);
  expect(inputs[0]).toMatchObject({
    input: { original: null, name: "vc01.lab.local", remember: true, acceptThumbprint: null },
  });
  expect(inputs[1]).toMatchObject({ input: { acceptThumbprint: expect.stringMatching(/^7C:9F/) } });
});

test("connecting that is cancelled is ended, so that nothing is saved behind one's back", async ({ page }) => {
  await open(page, "silentServer", "/settings");
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await fillIn(page, "vc01.lab.local");
  await expect(page.getByText("Connecting to vc01.lab.local")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await calls(page, "cancel_connecting")).toHaveLength(1);
});

test("what is missing is told at its field, and nothing is sent", async ({ page }) => {
  await open(page, "empty", "/hosts");
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByText("Enter the password.")).toBeVisible();
  expect(await calls(page, "save_server")).toEqual([]);
});

test("a wrong password is told in place, and what was typed stays", async ({ page }) => {
  await open(page, "empty", "/hosts");
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await fillIn(page, "vc01.lab.local", "wrong");
  await expect(page.getByText("vc01.lab.local refused the password of backup@vsphere.local.")).toBeVisible();
  await expect(page.getByText("vCenter locks an account after several wrong ones.")).toBeVisible();
  await expect(page.getByLabel("Address")).toHaveValue("vc01.lab.local");
  await expect(page.getByRole("textbox", { name: "Password" })).toBeFocused();
  await page.keyboard.type("right");
  await expect(page.getByRole("textbox", { name: "Password" })).toHaveValue("right");
});

test("while it connects the focus stays, so that Esc ends it", async ({ page }) => {
  await open(page, "silentServer", "/settings");
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await page.getByLabel("Address").fill("vc01.lab.local");
  await page.getByLabel("User name").fill("backup@vsphere.local");
  const password = page.getByRole("textbox", { name: "Password" });
  await password.fill("secret");
  await password.press("Enter");
  await expect(page.getByText("Connecting to vc01.lab.local")).toBeVisible();
  await expect(password).toBeFocused();
  await page.keyboard.type("more");
  await page.keyboard.press("Enter");
  await expect(password).toHaveValue("secret");
  expect(await calls(page, "save_server")).toHaveLength(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toBeHidden();
  expect(await calls(page, "cancel_connecting")).toHaveLength(1);
});

test("a changed certificate is a stop: old and new side by side, accepted only after a deliberate tick", async ({
  page,
}) => {
  await open(page, "empty", "/hosts");
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await fillIn(page, "changed.lab.local");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText("The connection was stopped, and nothing was sent.")).toBeVisible();
  await expect(dialog.getByRole("region", { name: "Accepted before" }).getByText(/^12:/)).toBeVisible();
  await expect(dialog.getByRole("region", { name: "Shown now" }).getByText(/^7C:/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Do not connect" })).toBeFocused();
  const accept = dialog.getByRole("button", { name: "Accept the new certificate" });
  await expect(accept).toBeDisabled();
  await page.keyboard.press("Escape");
  expect(await calls(page, "save_server")).toHaveLength(1);
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await fillIn(page, "changed.lab.local");
  await dialog.getByRole("checkbox").check();
  await accept.click();
  await expect(page.getByText("12 hosts", { exact: true })).toBeVisible();
});

test("a new certificate says nothing of the password, and it is remembered only where it was", async ({ page }) => {
  await open(page, "slowServers", "/settings");
  const server = page.getByRole("row", { name: /vc02/ });
  await server.click();
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("checkbox", { name: /Remember the password/ })).not.toBeChecked();
  await page.keyboard.press("Escape");

  await open(page, "serverErrors", "/hosts");
  await page.getByRole("button", { name: "Show certificate" }).click();
  await page.getByRole("checkbox", { name: /replaced on purpose/ }).check();
  await page.getByRole("button", { name: "Accept the new certificate" }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
  expect(await calls(page, "save_server")).toMatchObject([{ input: { password: null, remember: null } }]);
});

test("reading hosts says how far it is, and is cancelled", async ({ page }) => {
  await open(page, "slowServers", "/hosts");
  await expect(page.getByText("Reading: 1 of 3 servers")).toBeVisible();
  await page.getByRole("button", { name: "Cancel the reading" }).click();
  expect(await calls(page, "cancel_refresh")).toHaveLength(1);
});

test("that the hosts were read is told once, and not how old they grow", async ({ page }) => {
  await open(page, "small", "/hosts");
  const age = page.getByText("Read just now", { exact: true });
  await expect(age).toHaveAttribute("aria-live", "off");
  await expect(page.getByRole("main").getByRole("status").filter({ has: age })).toBeVisible();
});

test("testing a server is cancelled", async ({ page }) => {
  await open(page, "slowServers", "/settings");
  await page.getByRole("row", { name: /vc02/ }).click();
  await page.getByRole("button", { name: "Test" }).click();
  await expect(page.getByText("Connecting to vc02.lab.local")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await calls(page, "cancel_test")).toHaveLength(1);
});

test("what removing means is said of one server, and of several", async ({ page }) => {
  await open(page, "slowServers", "/settings");
  await page.getByRole("row", { name: /vc02/ }).click();
  await page.keyboard.press("Delete");
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Its hosts leave the list, and its remembered password is deleted.");
  await page.keyboard.press("Escape");
  await page.getByRole("row", { name: /vc03/ }).click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(question).toContainText("Remove 2 servers?");
  await expect(question).toContainText("Their hosts leave the list, and their remembered passwords are deleted.");
});

test("one server whose password the keyring keeps does not keep the others from being removed", async ({ page }) => {
  await open(page, "large", "/settings");
  const message = "The password of vc01.lab.local cannot be removed from the keyring";
  await spoil(page, "remove_server", { code: "keyring_locked", message, hint: "Unlock it.", details: [] });
  await grid(page, "Servers").getByRole("columnheader", { name: "Select all" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  const question = page.getByRole("alertdialog");
  await question.getByRole("button", { name: "Remove" }).click();
  await expect(question).toHaveCount(0);
  await expect(page.getByText(message)).toHaveCount(2);
  const asked = (await calls(page, "remove_server")) as { name: string }[];
  expect(asked.map(({ name }) => name)).toEqual(["vc01.lab.local", "vc02.lab.local"]);
});

test("no password stays on the page", async ({ page }) => {
  await open(page, "empty", "/hosts");
  await page.getByRole("button", { name: "Connect to a server" }).click();
  await fillIn(page, "trusted.lab.local", "hunter2hunter2");
  await expect(page.getByText("12 hosts", { exact: true })).toBeVisible();
  expect(await page.content()).not.toContain("hunter2hunter2");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept).not.toContain("hunter2hunter2");
});

test("the demo starts with one click", async ({ page }) => {
  await open(page, "empty", "/hosts");
  await page.evaluate(() => sessionStorage.setItem("before", "yes"));
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Try the demo" }).click();
  await loaded;
});
