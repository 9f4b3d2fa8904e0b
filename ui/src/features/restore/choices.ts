/** The options of a restore, as they are typed and in words. Pure. */
import { type Parsed, wholeNumberIn } from "../../components/wholeNumberIn";
import { capital, duration } from "../../components/words";
import type { RestoreChoices } from "../../ipc";

/** The options as they stand on the page: of minutes, what was typed. */
export type DraftChoices = Omit<RestoreChoices, "maintenanceTimeoutSeconds" | "returnWithinSeconds"> & {
  maintenanceMinutes: string;
  returnMinutes: string;
};

export function draftOf({ maintenanceTimeoutSeconds, returnWithinSeconds, ...rest }: RestoreChoices): DraftChoices {
  return {
    ...rest,
    maintenanceMinutes: String(maintenanceTimeoutSeconds / 60),
    returnMinutes: String(returnWithinSeconds / 60),
  };
}

/** Null where one of them makes no sense. */
export function choicesOf({ maintenanceMinutes, returnMinutes, ...rest }: DraftChoices): RestoreChoices | null {
  const maintenance = minutesIn(maintenanceMinutes).value;
  const back = minutesIn(returnMinutes).value;
  return maintenance === null || back === null
    ? null
    : { ...rest, maintenanceTimeoutSeconds: maintenance * 60, returnWithinSeconds: back * 60 };
}

/** What is said where it matters, and the field may be folded away. */
export const MINUTES_WRONG = "A number of minutes in the options cannot be used.";

/** Minutes to wait: at most a day. */
export function minutesIn(typed: string): Parsed {
  return wholeNumberIn(typed, 1, 1440);
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
