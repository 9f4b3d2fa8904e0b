/** F6 goes around the panes of the window: whatever is marked with `data-pane`. Esc closes one that lies over another. */
import { useEffect, useRef } from "react";
import { isDialogOpen, isEditable } from "./shortcuts";

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]:not([tabindex="-1"])';

export function focusNextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => targetIn(pane) !== null);
  // Panes lie in the page's own pane: the innermost is the current one.
  const here = document.activeElement?.closest<HTMLElement>("[data-pane]") ?? null;
  const current = here === null ? -1 : panes.indexOf(here);
  const next = panes[(current + step + panes.length) % panes.length];
  next !== undefined && targetIn(next)?.focus();
}

/** Whatever has the focus: what lies on top goes first. Text fields and menus have an Esc of their own. */
export function useEscapeFromOver(isOver: boolean, onClose: () => void): void {
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isTheirs =
        isDialogOpen() ||
        isEditable(event.target) ||
        document.querySelector('[role="menu"], [role="listbox"]') !== null;
      if (event.key === "Escape" && !isTheirs) {
        event.preventDefault();
        // Another of these may be beneath: it waits for the next Esc.
        event.stopImmediatePropagation();
        close.current();
      }
    };
    isOver && window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => window.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [isOver]);
}

function targetIn(pane: HTMLElement): HTMLElement | null {
  const candidates = [...pane.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) => element.offsetParent !== null && element.closest("[data-pane]") === pane,
  );
  // A grid or tree is what its pane is for: rather its row than the toolbar before it.
  return candidates.find((element) => element.matches('[role="row"], [role="treeitem"]')) ?? candidates[0] ?? null;
}
