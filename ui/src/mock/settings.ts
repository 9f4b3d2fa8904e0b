/** The settings' part of the shell: refuses what the core refuses. */
import type { Message } from "../ipc/bindings";
import type { Handlers } from "./ipc";
import type { Scenario } from "./scenarios";

const DAY_SECONDS = 24 * 60 * 60;

export function settingsHandlers(world: Scenario, send: (message: Message) => void) {
  const settings = world.start.settings;
  return {
    readSettings: () => structuredClone(settings),
    scheduleFacts: () => ({
      program: "C:\\Users\\admin\\AppData\\Local\\Hostkeep\\hostkeep.exe",
      options: [],
      archive: settings.archive,
    }),
    changeSettings: ({ hostPort, ...change }) => {
      const given = Object.entries(change).flatMap(([name, value]) =>
        value === undefined || value === null ? [] : [[name, value]],
      );
      const next = { ...settings, ...Object.fromEntries(given) };
      if (hostPort !== undefined && hostPort !== null) {
        next.hostPort = hostPort === 0 ? null : hostPort;
      }
      checkRange("concurrency", next.concurrency, settings.maxConcurrency);
      checkRange("stale_after_days", next.staleAfterDays, 3650);
      checkRange("connect_seconds", next.timeouts.connectSeconds, DAY_SECONDS);
      checkRange("idle_seconds", next.timeouts.idleSeconds, DAY_SECONDS);
      checkRange("call_seconds", next.timeouts.callSeconds, DAY_SECONDS);
      checkRange("transfer_seconds", next.timeouts.transferSeconds, DAY_SECONDS);
      Object.assign(settings, next);
      send({ kind: "settingsChanged" });
      return structuredClone(settings);
    },
    chooseArchive: () => {
      if (settings.isFixedArchive) {
        throw {
          code: "archive_fixed",
          message: "the archive's folder is fixed for as long as this window runs",
          hint: "It was given on the command line, or this is the demo. Start Hostkeep without it to choose another.",
          details: [],
        };
      }
      Object.assign(settings, { archive: "E:\\ESXi", isDefaultArchive: false });
      send({ kind: "settingsChanged" });
      return { path: "E:\\ESXi", records: 0, created: true };
    },
  } satisfies Partial<Handlers>;
}

function checkRange(field: string, value: number, most: number): void {
  if (value < 1 || value > most) {
    throw {
      code: "bad_value",
      message: `${field} cannot be ${value}: it must be from 1 to ${most}`,
      hint: "Choose a value in that range.",
      details: [],
    };
  }
}
