/**
 * How the window stood, kept by the web view. Its storage may be full or forbidden: then things stand as by default the next
 * time, which is no reason to show or do anything less now.
 */

type Where = "localStorage" | "sessionStorage";

export function kept(key: string, where: Where = "localStorage"): string | null {
  try {
    return globalThis[where].getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, text: string, where: Where = "localStorage"): void {
  try {
    globalThis[where].setItem(key, text);
  } catch {
    // Nobody waits for it, and nothing can be done about it here.
  }
}
