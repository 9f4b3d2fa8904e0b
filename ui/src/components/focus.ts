/** Where the focus is, and where it goes when what had it is gone. */
import { useEffect } from "react";

export function isNothingFocused(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** What has the focus; of a menu, which goes when something is chosen from it, the button that opened it. */
export function focusOrigin(): HTMLElement | null {
  let element = document.activeElement;
  for (let menu = menuOf(element); menu !== null; menu = menuOf(element)) {
    element = document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  }
  return element instanceof HTMLElement && element !== document.body ? element : null;
}

/** Focuses it once more, or the page's grid where it cannot be; unless something else has taken the focus. */
export function focusAgain(element: HTMLElement | null): void {
  const row = document.querySelector<HTMLElement>('main [role="grid"] [data-key][tabindex="0"]');
  for (const target of [element, row]) {
    if (isNothingFocused()) {
      target?.focus({ preventScroll: true });
    }
  }
}

/** When what calls this goes with the focus in it, the page's grid gets it. */
export function useFocusLeftToGrid(): void {
  useEffect(() => () => focusAgain(null), []);
}

function menuOf(element: Element | null): Element | null {
  return element?.closest('[role="menu"]') ?? null;
}
