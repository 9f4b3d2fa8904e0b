import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listenForShortcuts } from "./components/shortcuts";

listenForShortcuts();
const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no root");
}
createRoot(root).render(<App />);
