import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listenForShortcuts } from "./components/shortcuts";
import { hostsQuery, queryClient, startQuery } from "./features/shell/data";

// Asked for while the page is still being made; whoever shows them has them sooner.
void queryClient.prefetchQuery(startQuery);
void queryClient.prefetchQuery(hostsQuery);
listenForShortcuts();
const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no root");
}
createRoot(root).render(<App />);
