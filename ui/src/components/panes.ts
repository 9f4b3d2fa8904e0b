/** F6 goes around the panes of the window: whatever is marked with `data-pane`. */

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

function targetIn(pane: HTMLElement): HTMLElement | null {
  const candidates = [...pane.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) => element.offsetParent !== null && element.closest("[data-pane]") === pane,
  );
  // A grid or tree is what its pane is for: rather its row than the toolbar before it.
  return candidates.find((element) => element.matches('[role="row"], [role="treeitem"]')) ?? candidates[0] ?? null;
}
