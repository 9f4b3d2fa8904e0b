/** Restoring: from a record, a host or a file to the plan, the typed name, the progress and the report. */
import { expect, type Page } from "@playwright/test";
import { calls, open, row, send, spoil, test } from "./pages";

const HOST = "esx01.lab.local";
const RESTORE = `Restore ${HOST} and restart it`;

async function planOf(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Look at the plan" }).click();
  await expect(page.getByRole("heading", { name: "Plan" })).toBeVisible();
}

async function acceptAll(page: Page): Promise<void> {
  for (const box of await page.getByRole("checkbox", { name: /^Accept: / }).all()) {
    await box.check();
  }
}

test("a record is restored: plan, ticks, the name typed, progress, report, undo", async ({ page }) => {
  await open(page, "small", "/archive");
  await row(page, "Bundles", HOST).first().click();
  await page.getByRole("button", { name: "Restore…" }).click();
  await expect(page.getByRole("heading", { name: `Restore ${HOST}`, level: 1 })).toBeVisible();
  await expect(page.getByText("The bundle is of this hardware.")).toBeVisible();
  await planOf(page);
  await expect(page.getByText("It can be done: 3 warnings to be accepted")).toBeVisible();
  const final = page.getByText("Cannot be taken back");
  await expect(final).toHaveCSS("font-weight", "600");
  await expect(final.locator("svg")).toBeVisible();
  const last = page.getByRole("button", { name: RESTORE });
  await expect(last).toBeDisabled();
  await page.getByLabel(`Type ${HOST} to restore it`).fill(HOST);
  await expect(page.getByText("3 warnings are not ticked.")).toBeVisible();
  await expect(last).toBeDisabled();
  await acceptAll(page);
  await page.getByLabel(`Type ${HOST} to restore it`).fill("esx01");
  await expect(last).toBeDisabled();
  await page.getByLabel(`Type ${HOST} to restore it`).fill(HOST);
  await last.click();
  await expect(page.getByRole("heading", { name: "Now" })).toBeVisible();
  await expect(page.getByText(`${HOST} was restored, and that is proven`)).toBeVisible();
  expect(await calls(page, "start_restore")).toMatchObject([
    {
      consent: {
        plan: 1,
        hostName: HOST,
        accepted: ["powered_on_vms", "management_address", "root_password"],
        hostUser: null,
      },
    },
  ]);
  await page.getByRole("button", { name: "Undo: restore the safety backup…" }).click();
  await expect(page).toHaveURL(/#\/restore\?record=/);
});

test("from a host its newest bundle is proposed", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", HOST).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Restore…" }).click();
  await expect(page.getByLabel("From the archive")).toHaveValue(/-0$/);
  await expect(page.getByText("The bundle is of this hardware.")).toBeVisible();
  await page.getByLabel("From the archive").focus();
  await page.getByLabel("From the archive").selectOption({ index: 1 });
  await expect(page.getByLabel("From the archive")).toBeFocused();
  await expect(page.getByRole("button", { name: "Look at the plan" })).toBeEnabled();
});

test("from the report of a run", async ({ page }) => {
  await open(page, "history", "/activity/run-1");
  await row(page, "Hosts of the run", "esx05.lab.local").click();
  await page
    .getByRole("button", { name: "More commands" })
    .or(page.getByRole("button", { name: "Restore…" }))
    .first()
    .click();
  const item = page.getByRole("menuitem", { name: "Restore…" });
  if (await item.isVisible()) {
    await item.click();
  }
  await expect(page.getByRole("heading", { name: "Restore esx05.lab.local", level: 1 })).toBeVisible();
});

test("a file is picked, and its host is proposed by hardware", async ({ page }) => {
  await open(page, "small", "/restore");
  await expect(page.getByRole("button", { name: "Look at the plan" })).toBeDisabled();
  await page.getByRole("button", { name: "Choose a file…" }).click();
  await expect(page.getByText("configBundle-esx01.tgz")).toBeVisible();
  await expect(page.getByRole("heading", { name: `Restore ${HOST}`, level: 1 })).toBeVisible();
});

test("a bundle that is dropped leads to its plan, and anything else is told", async ({ page }) => {
  await open(page, "small", "/hosts");
  await send(page, {
    kind: "dropRefused",
    error: { code: "drop_unusable", message: "3 things were dropped", hint: "Drop one bundle.", details: [] },
  });
  await expect(page.getByText("3 things were dropped")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("3 things were dropped")).toBeHidden();
  await send(page, { kind: "bundleDropped", file: 1 });
  await expect(page).toHaveURL(/#\/restore\?file=1$/);
  await expect(page.getByText("configBundle-esx01.tgz")).toBeVisible();
});

test("nothing that is dropped acts behind an open dialog", async ({ page }) => {
  await open(page, "small", "/hosts");
  await page.getByRole("button", { name: "Back up all" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await send(page, { kind: "bundleDropped", file: 1 });
  await send(page, { kind: "hostsChanged" });
  await expect(page.getByRole("dialog")).toBeVisible();
  await expect(page).toHaveURL(/#\/hosts$/);
});

test("another host is chosen on purpose, and what that means is spelled out", async ({ page }) => {
  await open(page, "restoreUnknownFile", "/restore?file=1");
  await expect(page.getByText("None of the hosts that were read has the bundle's hardware UUID.")).toBeVisible();
  await page.getByRole("button", { name: "Choose a host…" }).click();
  await page.getByRole("searchbox", { name: "Filter hosts" }).fill("esx02");
  await page.getByRole("radio", { name: /esx02/ }).check();
  await expect(page.getByText(/esx02\.lab\.local would become/)).toBeVisible();
});

test("a plan for something else ends the one that is being made, and does not hear of it", async ({ page }) => {
  await open(page, "restoreSlow", "/restore?file=1");
  const look = page.getByRole("button", { name: "Look at the plan" });
  const looking = page.getByText("Signing in and looking at the host");
  await look.click();
  await expect(looking).toBeVisible();
  await page.getByRole("button", { name: "Change the options" }).click();
  await page.getByLabel("Force: another hardware or build").check();
  await expect(looking).toBeHidden();
  expect(await calls(page, "cancel_restore_plan")).toHaveLength(1);
  await look.click();
  // Longer than the first one takes to end.
  await page.waitForTimeout(600);
  await expect(looking).toBeVisible();
  expect(await calls(page, "plan_restore")).toHaveLength(2);
});

test("a restore that has not begun ends when something else is chosen", async ({ page }) => {
  await open(page, "small", "/restore?file=1");
  await page.getByRole("button", { name: "Change the options" }).click();
  await planOf(page);
  await acceptAll(page);
  await page.getByLabel(`Type ${HOST} to restore it`).fill(HOST);
  await spoil(page, "start_restore", "hangs");
  await page.getByRole("button", { name: RESTORE }).click();
  await expect(page.getByText("Everything is looked at once more.")).toBeVisible();
  const before = (await calls(page, "cancel_restore_plan")).length;
  await page.getByLabel("Force: another hardware or build").check();
  await expect(page.getByText("Everything is looked at once more.")).toBeHidden();
  expect(await calls(page, "cancel_restore_plan")).toHaveLength(before + 1);
});

test("a plan that is cancelled while it is made leaves the focus where the next one begins", async ({ page }) => {
  await open(page, "restoreSlow", "/restore?file=1");
  const look = page.getByRole("button", { name: "Look at the plan" });
  await look.click();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(page.getByText("Signing in and looking at the host")).toBeHidden();
  await expect(look).toBeFocused();
});

test("another host has another newest bundle", async ({ page }) => {
  await open(page, "small", "/hosts");
  await row(page, "Hosts", HOST).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Restore…" }).click();
  const choice = page.getByLabel("From the archive");
  await expect(choice).toHaveValue(/esx01\.lab\.local.*-0$/);
  await page.getByRole("button", { name: "Choose another host…" }).click();
  await page.getByRole("searchbox", { name: "Filter hosts" }).fill("esx02");
  await page.getByRole("radio", { name: /esx02/ }).check();
  await expect(choice).toHaveValue(/esx02\.lab\.local.*-0$/);
  await expect(page.getByText("The bundle is of this hardware.")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Hosts", level: 1 })).toBeVisible();
});

test("before a restore its bundle is looked into, and compared with what was set since", async ({ page }) => {
  await open(page, "small", "/restore?file=1");
  await page.getByRole("button", { name: "Look inside" }).click();
  await expect(page).toHaveURL(/#\/inside\?file=1$/);
  await page.goBack();
  await page.getByRole("button", { name: `Compare with the newest of ${HOST}` }).click();
  await expect(page).toHaveURL(/#\/compare\?firstFile=1&second=.*-0$/);
  await open(page, "small", "/hosts");
  await row(page, "Hosts", HOST).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Restore…" }).click();
  await expect(page.getByRole("button", { name: "Look inside" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Compare with/ })).toBeHidden();
});

test("a damaged file is told before anything else", async ({ page }) => {
  await open(page, "restoreDamagedFile", "/restore?file=1");
  await expect(page.getByText("is no sound bundle")).toBeVisible();
  await expect(page.getByRole("button", { name: "Look at the plan" })).toBeDisabled();
});

test("with something in the way there is nothing to confirm", async ({ page }) => {
  await open(page, "restoreBlocked", "/restore?file=1");
  await planOf(page);
  await expect(page.getByText("It cannot be done: 2 things are in the way")).toBeVisible();
  await expect(page.getByRole("list", { name: "In the way" }).getByRole("listitem")).toHaveCount(2);
  await expect(page.getByRole("heading", { name: "Confirm" })).toHaveCount(0);
  await page.getByRole("button", { name: "6 checks are fine" }).click();
  await expect(page.getByRole("list", { name: "Fine" }).getByRole("listitem")).toHaveCount(6);
});

test("without a safety backup the page says that there is no way back, and a changed option needs a new plan", async ({
  page,
}) => {
  await open(page, "small", "/restore?file=1");
  await planOf(page);
  await page.getByRole("button", { name: "Change the options" }).click();
  await page.getByLabel("Back up the host first (safety backup)").uncheck();
  await expect(page.getByText("Without a safety backup there is no way back")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Plan" })).toHaveCount(0);
  await page.getByLabel("Minutes to come back").fill("0");
  await expect(page.getByText("Enter a whole number from 1 to 1,440.")).toBeVisible();
  await expect(page.getByText("A number of minutes in the options cannot be used.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Look at the plan" })).toBeDisabled();
  await page.getByRole("button", { name: "Hide the options" }).click();
  await expect(page.getByRole("button", { name: "Look at the plan" })).toBeDisabled();
  await page.getByRole("button", { name: "Change the options" }).click();
  await page.getByLabel("Minutes to come back").fill("45");
  await planOf(page);
  const asked = (await calls(page, "plan_restore")) as { input: { options: Record<string, unknown> } }[];
  expect(asked.at(-1)?.input.options).toMatchObject({ safetyBackup: false, returnWithinSeconds: 2700 });
});

test("a plan that no longer holds is shown again with what changed", async ({ page }) => {
  await open(page, "restoreChanges", "/restore?file=1");
  await planOf(page);
  await acceptAll(page);
  await page.getByLabel(`Type ${HOST} to restore it`).fill(HOST);
  await page.getByRole("button", { name: RESTORE }).click();
  await expect(
    page.getByText("The plan has changed since it was shown. Nothing was changed on the host."),
  ).toBeVisible();
  await expect(page.getByRole("group").getByText("Virtual machines: 7 virtual machines")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /^Accept: /, checked: true })).toHaveCount(0);
  await expect(page.getByRole("button", { name: RESTORE })).toBeDisabled();
});

test("the host's own user goes along only when it is given, and is kept only when that is wanted", async ({ page }) => {
  await open(page, "restoreFine", "/restore?file=1&own=true");
  await planOf(page);
  await expect(page.getByLabel("Host's user")).toHaveValue("root");
  await page.getByLabel(`Type ${HOST} to restore it`).fill(HOST);
  await page.getByLabel("Host's user").fill("");
  await expect(page.getByText("Enter the host's user.")).toBeVisible();
  await page.getByLabel("Host's user").fill("root");
  await page.getByLabel("Host's password").fill("VMware1!");
  await page.getByRole("button", { name: RESTORE }).click();
  await expect(page).toHaveURL(/#\/restores\//);
  expect(await calls(page, "start_restore")).toMatchObject([
    { consent: { hostUser: { user: "root", password: "VMware1!", remember: false } } },
  ]);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, location.href]))).not.toContain(
    "VMware1",
  );
});

test("what can be taken back can be cancelled, and what cannot says so", async ({ page }) => {
  await open(page, "restoreBegun", "/jobs/1");
  await expect(page).toHaveURL(/#\/restores\//);
  await page.getByRole("main").getByRole("button", { name: "Cancel the restore" }).click();
  expect(await calls(page, "cancel_job")).toEqual([{ job: 1, item: null }]);
  await open(page, "restoreTold", "/hosts");
  await page.goto("/?scenario=restoreTold#/jobs/1");
  await expect(page.getByText("It cannot be cancelled any more")).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel the restore" })).toBeDisabled();
  await expect(page.getByText(/Waiting for 1 min \d+ s; given up after 30 min\./)).toBeVisible();
  await row(page, "Recent tasks", `Restore ${HOST}`).click({ button: "right" });
  await expect(page.getByRole("menuitem", { name: "Cancel" })).toBeDisabled();
});

test("closing in mid-restore says what that means", async ({ page }) => {
  await open(page, "restoreTold", "/hosts");
  await send(page, { kind: "closeAsked" });
  await expect(page.getByText(`${HOST} was told to restore, and goes on by itself.`)).toBeVisible();
});

test("an open restore is announced on every page, and leads to what can be done", async ({ page }) => {
  await open(page, "restoreInterrupted", "/settings");
  const bars = page.getByRole("region", { name: "Restores" });
  await expect(bars.getByText(`The restore of ${HOST} was interrupted.`)).toBeVisible();
  await expect(bars.getByText("1 more restore is open.")).toBeVisible();
  await expect(bars.getByText("is broken")).toBeVisible();
  await bars.getByRole("button", { name: `See what can be done for ${HOST}` }).click();
  await expect(page.getByText("It stood at: Host goes down, under way")).toBeVisible();
  await page.getByRole("button", { name: "Keep watching", exact: true }).click();
  await expect(page.getByText(`${HOST} was restored, and that is proven`)).toBeVisible();
  expect(await calls(page, "resume_restore")).toMatchObject([{ input: { action: "keepWatching", server: null } }]);
});

test("one that is looked after is open no longer", async ({ page }) => {
  await open(page, "restoreNotProven", "/hosts");
  await page.getByRole("button", { name: `See what can be done for ${HOST}` }).click();
  await expect(page.getByText("Different: 23")).toBeVisible();
  await page.getByRole("button", { name: "Show all 23" }).click();
  await expect(page.getByText("etc/vmware/settings-22.conf")).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "It is looked after" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "It is looked after" }).click();
  await expect(page.getByRole("heading", { name: "What can be done now" })).toHaveCount(0);
  await page.getByRole("link", { name: "Hosts" }).click();
  await expect(page.getByRole("button", { name: /See what can be done/ })).toHaveCount(0);
});

test("a host that came back with another certificate is watched on by the thumbprint of its console", async ({
  page,
}) => {
  await open(page, "restoreUnknown", "/hosts");
  await page.getByRole("button", { name: `See what can be done for ${HOST}` }).click();
  await page.getByRole("button", { name: "Keep watching", exact: true }).click();
  await page.getByLabel("Certificate's SHA-256 thumbprint").fill("12:E4:88");
  await page.getByLabel("Host's user").fill("root");
  await page.getByLabel("Host's password").fill("old");
  await page.keyboard.press("Enter");
  await expect(page.getByText(`${HOST} was restored, and that is proven`)).toBeVisible();
  expect(await calls(page, "resume_restore")).toMatchObject([
    {
      input: {
        action: "keepWatching",
        certificate: "12:E4:88",
        hostUser: { user: "root", password: "old", remember: false },
      },
    },
  ]);
});

test("nothing was restored for want of the host's own user: planned again with it", async ({ page }) => {
  await open(page, "restoreNothing", "/restores/20261122T221000Z-7c1e0");
  await expect(page.getByText(`Nothing was restored: ${HOST} is as it was found`)).toBeVisible();
  await page.getByRole("button", { name: "Plan it again, with the host's own user" }).click();
  await planOf(page);
  await expect(page.getByLabel("Host's password")).toBeVisible();
});

test("the activity lists restores beside runs", async ({ page }) => {
  await open(page, "restoreInterrupted", "/activity");
  await page.getByRole("tab", { name: "Restores 4" }).click();
  await expect(row(page, "Restores", "esx03.lab.local").getByText("Restored, proven")).toBeVisible();
  await row(page, "Restores", "esx04.lab.local").dblclick();
  await expect(page.getByText("Nothing was restored")).toBeVisible();
});

test("the report is copied and exported", async ({ page }) => {
  await open(page, "restoreProven", "/restores/20261122T221000Z-7c1e0");
  await page.getByRole("button", { name: "Export report" }).click();
  await page.getByRole("menuitem", { name: "As text…" }).click();
  await expect(page.getByText("The report was exported.")).toBeVisible();
  expect(await calls(page, "save_text")).toMatchObject([{ suggestedName: "restore-20261122T221000Z-7c1e0.txt" }]);
  await page.getByRole("button", { name: "Export report" }).click();
  await page.getByRole("menuitem", { name: "As JSON…" }).click();
  await expect.poll(() => calls(page, "export_restore")).toEqual([{ id: "20261122T221000Z-7c1e0" }]);
});

test("everything by the keyboard", async ({ page }) => {
  await open(page, "small", "/restore?file=1");
  await expect(page.getByText("configBundle-esx01.tgz")).toBeVisible();
  await page.getByRole("button", { name: "Look at the plan" }).focus();
  await page.keyboard.press("Enter");
  const boxes = page.getByRole("checkbox", { name: /^Accept: / });
  await expect(boxes).toHaveCount(3);
  await boxes.first().focus();
  for (let box = 0; box < 3; box += 1) {
    await expect(boxes.nth(box)).toBeFocused();
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
  }
  // Past what is folded, the other commands and the host's own user.
  for (let step = 0; step < 6; step += 1) {
    if (await page.getByLabel(`Type ${HOST} to restore it`).evaluate((field) => field === document.activeElement)) {
      break;
    }
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(HOST);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/restores\//);
});
