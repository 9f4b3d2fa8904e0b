/** The options of a restore in words. Pure. */
import { capital, duration } from "../../components/words";
import type { RestoreChoices } from "../../ipc";

export const MINUTES = { least: 1, most: 1440 } as const;

/** Null where that is no number of minutes to wait. */
export function minutesOf(typed: string): number | null {
  const minutes = /^\d{1,4}$/.test(typed.trim()) ? Number(typed) : Number.NaN;
  return minutes >= MINUTES.least && minutes <= MINUTES.most ? minutes : null;
}

export function choiceWords(choices: RestoreChoices): string {
  const parts = [
    choices.safetyBackup ? "safety backup first" : "no safety backup",
    `${duration(choices.maintenanceTimeoutSeconds)} to enter maintenance mode`,
    `${duration(choices.returnWithinSeconds)} to come back`,
    choices.leaveMaintenanceMode ? "leaves maintenance mode at the end" : "stays in maintenance mode",
    choices.reconnect ? null : "is not connected again",
    choices.evacuatePoweredOff ? "powered-off virtual machines are moved too" : null,
    choices.vsan === "ensureAccessibility"
      ? null
      : choices.vsan === "noAction"
        ? "no vSAN data migration"
        : "full vSAN data migration",
    choices.force ? "with force" : "without force",
  ].filter((part) => part !== null);
  return `${capital(parts.join(", "))}.`;
}
