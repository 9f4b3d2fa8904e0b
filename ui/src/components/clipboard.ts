/** Puts text on the clipboard, also where the web view offers no asynchronous clipboard. Throws when it cannot. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // A web view may refuse the asynchronous clipboard and still copy on a key or click: tried next.
    }
  }
  if (!copyByEvent(text)) {
    throw new Error("the clipboard refused the text");
  }
}

function copyByEvent(text: string): boolean {
  let isCopied = false;
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
    isCopied = event.clipboardData !== null;
  };
  document.addEventListener("copy", onCopy, { capture: true });
  try {
    document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", onCopy, { capture: true });
  }
  return isCopied;
}
