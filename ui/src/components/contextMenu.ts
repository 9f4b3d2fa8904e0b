/** The web view's own menu offers to go back, to load again and to print: it is only for text that can be copied or pasted. */

/** For `main`: listens once for the life of the page. What has a menu of its own has prevented the event already. */
export function listenForContextMenu(): void {
  window.addEventListener("contextmenu", (event) => {
    if (!isTextField(event.target) && !isSelectedText(event.target)) {
      event.preventDefault();
    }
  });
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('textarea, input:not([type="checkbox"], [type="radio"])'))
  );
}

function isSelectedText(target: EventTarget | null): boolean {
  const selection = window.getSelection();
  return selection?.isCollapsed === false && target instanceof Node && selection.containsNode(target, true);
}
