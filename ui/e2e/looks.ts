/** What holds for every page and state, in each theme, at 100 % and at 200 %. */
import { expect, type Page } from "@playwright/test";
import { expectNoFindings } from "./pages";

// What is left of 1280x800 when everything is twice as large.
const AT_200 = { width: 640, height: 400 };

/** axe finds nothing, and nothing is cut off. */
export async function expectFlawless(page: Page): Promise<void> {
  await expectFlawlessAtThisSize(page);
  await page.setViewportSize(AT_200);
  await expectFlawlessAtThisSize(page);
}

async function expectFlawlessAtThisSize(page: Page): Promise<void> {
  await expectNoFindings(page);
  await expectNothingCutOff(page);
  await expectContrast(page);
}

/** The other themes differ in colours alone. */
async function expectContrast(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator('html[data-theme="dark"]')).toBeAttached();
  await expectNoFindings(page, ["color-contrast"]);
  await page.emulateMedia({ contrast: "more" });
  await expect(page.locator('html[data-theme="highContrast"]')).toBeAttached();
  await expectNoFindings(page, ["color-contrast"]);
  await page.emulateMedia({ colorScheme: "light", contrast: "no-preference" });
  await expect(page.locator('html[data-theme="light"]')).toBeAttached();
}

/** Neither the window nor a dialog or menu reaches beyond its edges, and every button is within them. */
async function expectNothingCutOff(page: Page): Promise<void> {
  const beyond = await page.evaluate(() =>
    [...document.querySelectorAll('button, a, [role="dialog"], [role="menu"], input')]
      .filter((element) => element.checkVisibility())
      .map((element) => ({ box: element.getBoundingClientRect(), element }))
      .filter(({ box }) => box.left < -1 || box.right > window.innerWidth + 1)
      .map(({ element }) => element.outerHTML.slice(0, 120)),
  );
  expect(beyond).toEqual([]);
}
