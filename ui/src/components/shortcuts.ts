import { useEffect, useRef } from "react";

/** "Ctrl+Shift+F10", "F5", "Ctrl+,": modifiers in this order, then the key as the keyboard event names it. */
export type Shortcut = string;

/**
 * Keys that act wherever the focus is, while the component is shown. Of several that want the same key, the one
 * shown last gets it. None acts behind an open dialog.
 */
export function useShortcuts(shortcuts: Record<Shortcut, () => void>): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const layer = () => latest.current;
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, []);
}

export function shortcutOf(event: KeyboardEvent): Shortcut {
  // Of a keyboard that writes Cyrillic or Greek, what its key has on one that does not.
  const latin = event.key > "\u007f" ? /^Key([A-Z])$/.exec(event.code)?.[1] : undefined;
  const key = latin ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && key !== "+" && "Shift", key]
    .filter(Boolean)
    .join("+");
}

/** Keys by which a web view reloads, finds, prints or saves: not even on a page that has no use for them. */
const NOT_THE_WEB_VIEWS: ReadonlySet<Shortcut> = new Set([
  "F3",
  "F5",
  "F7",
  "Ctrl+F5",
  "Ctrl+F",
  "Ctrl+G",
  "Ctrl+P",
  "Ctrl+R",
  "Ctrl+S",
  "Ctrl+Shift+R",
]);

/** For `main`: listens once for the life of the page. */
export function listenForShortcuts(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    const shortcut = shortcutOf(event);
    if (OF_TEXT.has(shortcut) && isEditable(event.target)) {
      return;
    }
    const act = [...layers]
      .reverse()
      .map((layer) => layer()[shortcut])
      .find((found) => found !== undefined);
    if (act === undefined) {
      NOT_THE_WEB_VIEWS.has(shortcut) && event.preventDefault();
      return;
    }
    // The web view's own reload or find must not answer a key of ours, not even behind a dialog.
    event.preventDefault();
    if (!isDialogOpen()) {
      act();
    }
  });
}

export function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"], [role="alertdialog"]') !== null;
}

/** Keys that a text box answers itself. */
const OF_TEXT: ReadonlySet<Shortcut> = new Set(["Ctrl+A", "Ctrl+C", "Delete", "Enter"]);

export function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

const layers: (() => Record<Shortcut, () => void>)[] = [];
