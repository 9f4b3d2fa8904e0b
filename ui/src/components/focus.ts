/** Where the focus is, and where it goes when what had it is gone. */
import { type FocusEventHandler, useEffect, useRef } from "react";
import { isDialogOpen } from "./shortcuts";

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

/** Focuses it once more, or the page's grid or heading where it cannot be; unless something else has taken the focus. */
export function focusAgain(element: HTMLElement | null): void {
  const row = document.querySelector<HTMLElement>('main [role="grid"] [data-key][tabindex="0"]');
  const heading = document.querySelector<HTMLElement>("main h1");
  for (const target of [element, row, heading]) {
    if (isNothingFocused()) {
      target?.focus({ preventScroll: true });
    }
  }
}

/** Whether a page has got the focus for want of something better. */
export function isHeadingFocused(): boolean {
  return document.activeElement?.matches("main h1") === true;
}

/** When what calls this goes with the focus in it, the page's grid gets it; behind a dialog nothing does. */
export function useFocusLeftToGrid(): void {
  useEffect(
    () => () => {
      isDialogOpen() || focusAgain(null);
    },
    [],
  );
}

/**
 * When what has the focus within an element goes or is disabled, what is first in the element gets it: handlers for the
 * element.
 */
export function useFocusKeptWithin(): { onFocus: FocusEventHandler; onBlur: FocusEventHandler } {
  const within = useRef<Element | null>(null);
  useEffect(() => {
    const element = within.current;
    if (element === null) {
      return;
    }
    const disabled = element.querySelector<HTMLElement>(":focus:disabled");
    disabled?.blur();
    if (disabled !== null || isNothingFocused()) {
      focusAgain(element.querySelector<HTMLElement>("button:enabled"));
    }
  });
  return {
    onFocus: (event) => {
      within.current = event.currentTarget;
    },
    // Whatever is taken away while it is drawn anew tells nothing of its focus.
    onBlur: () => {
      within.current = null;
    },
  };
}

function menuOf(element: Element | null): Element | null {
  return element?.closest('[role="menu"]') ?? null;
}
