/**
 * The entry of mock mode: the shell's side of the IPC is played by src/mock, then the product's own pages start.
 * `?scenario=NAME` picks what there is (see scenarios.ts).
 */
import { install } from "./ipc";

install(new URLSearchParams(window.location.search).get("scenario") ?? "small");
await import("../main");
