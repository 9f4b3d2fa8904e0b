import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listenForContextMenu } from "./components/contextMenu";
import { listenForShortcuts } from "./components/shortcuts";
import { hostsQuery, queryClient, startQuery, watchQuery } from "./features/shell/data";

listenForShortcuts();
listenForContextMenu();
const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no root");
}
// First of all, so that the page hears of every change to what it reads from here on.
void queryClient.prefetchQuery(watchQuery);
// Asked for before anything is drawn: the answers are made while the page is.
void queryClient.prefetchQuery(startQuery);
void queryClient.prefetchQuery(hostsQuery);
createRoot(root).render(<App />);
