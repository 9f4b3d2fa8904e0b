/**
 * The entry of mock mode: the shell's side of the IPC is played by src/mock, then the product's own pages start.
 * `?scenario=NAME` picks what there is (see scenarios.ts).
 */
import { install } from "./ipc";

const named = new URLSearchParams(window.location.search).get("scenario");
if (named !== null) {
  // Kept elsewhere: the router takes a query before the hash for a part of what follows it.
  sessionStorage.setItem("scenario", named);
  window.history.replaceState(null, "", window.location.pathname + window.location.hash);
}
install(sessionStorage.getItem("scenario") ?? "small");
await import("../main");
