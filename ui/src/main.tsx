import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listenForShortcuts } from "./components/shortcuts";
import { hostsQuery, queryClient, startQuery, watchQuery } from "./features/shell/data";

/** Milliseconds. An archive on a share may take much longer to tell of. */
const LONGEST_WAIT = 120;

listenForShortcuts();
const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no root");
}
// First of all, so that the page hears of every change to what it reads from here on.
void queryClient.prefetchQuery(watchQuery);
// What is known already is drawn at once: drawing a page that waits for it, and then the page, takes longer than waiting.
const known = Promise.all([queryClient.prefetchQuery(startQuery), queryClient.prefetchQuery(hostsQuery)]);
const waited = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT));
void Promise.race([known, waited]).then(() => createRoot(root).render(<App />));
