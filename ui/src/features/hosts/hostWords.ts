/** How hosts and the safety of their configuration are put into words. Pure. */
import type { MarkKind } from "../../components/Mark";
import { afterName, capital, plural } from "../../components/words";
import type { HostRow, LockdownView, SafetyView } from "../../ipc";

export const SAFETIES: readonly SafetyView[] = ["fresh", "stale", "failing", "never", "unknown", "notSupported"];

export function safetyWords(safety: SafetyView): string {
  switch (safety) {
    case "fresh":
      return "Fresh";
    case "stale":
      return "Stale";
    case "failing":
      return "Failing";
    case "never":
      return "Never backed up";
    case "unknown":
      return "Not known";
    case "notSupported":
      return "Not supported";
  }
}

export function safetyMeaning(safety: SafetyView, staleAfterDays: number): string {
  switch (safety) {
    case "fresh":
      return `The last good bundle is at most ${plural(staleAfterDays, "day")} old`;
    case "stale":
      return `The last good bundle is older than ${plural(staleAfterDays, "day")}`;
    case "failing":
      return "The last attempt failed, and no good bundle is newer";
    case "never":
      return "There is no good bundle";
    case "unknown":
      return "The archive cannot be read, so nobody knows what is in it";
    case "notSupported":
      return "The host offers no backup of its configuration";
  }
}

export function safetyMark(safety: SafetyView): MarkKind {
  switch (safety) {
    case "fresh":
      return "good";
    case "stale":
      return "old";
    case "failing":
      return "bad";
    case "never":
      return "never";
    case "unknown":
      return "warning";
    case "notSupported":
      return "none";
  }
}

/** The host's state in the vSphere Client's words. */
export function stateWords(host: HostRow): string {
  switch (host.connection) {
    case "disconnected":
      return "Disconnected";
    case "notResponding":
      return "Not responding";
    case "connected":
      return host.inMaintenanceMode === true ? "Maintenance mode" : "Connected";
  }
}

export function lockdownWords(lockdown: LockdownView | null): string {
  switch (lockdown) {
    case null:
      return "";
    case "disabled":
      return "Disabled";
    case "normal":
      return "Normal";
    case "strict":
      return "Strict";
  }
}

export function tpmWords(host: HostRow): string {
  if (host.sealedByTpm === null) {
    return "";
  }
  return !host.sealedByTpm ? "Not sealed" : lacksRecoveryKey(host) ? "Sealed, no key" : "Sealed, key kept";
}

/** Whether a new mainboard would be the end of it: what is sealed needs its recovery key then. */
export function lacksRecoveryKey({ sealedByTpm, recoveryKeyKeptAt }: HostRow): boolean {
  return sealedByTpm === true && recoveryKeyKeptAt === null;
}

/** What became of the last attempt, and why. */
export function outcomeWords(host: HostRow): string {
  const reason = reasonOf(host);
  switch (host.lastAttempt?.result) {
    case undefined:
      return "";
    case "saved":
      return "Saved";
    case "cancelled":
      return "Cancelled";
    case "failed":
      return reason === null ? "Failed" : `Failed: ${reason}`;
  }
}

/** Why the last attempt failed, beside the name and a mark that says that it has: little room, and the reason first. */
export function failureWords(host: HostRow): string | null {
  const reason = reasonOf(host);
  return reason === null ? null : capital(reason);
}

function reasonOf({ host, lastAttempt }: HostRow): string | null {
  if (lastAttempt?.result !== "failed" || lastAttempt.error === null) {
    return null;
  }
  const { message } = lastAttempt.error;
  return withTheHost(afterName(message, host.name) ?? message, host.name);
}

/** "the host" in the place of its name, which may be the beginning of another one: 10.0.0.1 of 10.0.0.10. */
function withTheHost(message: string, name: string): string {
  return message.split(name).reduce((before, after) => {
    const isOther = /[\p{L}\p{N}_.-]$/u.test(before) || /^\.?[\p{L}\p{N}_-]/u.test(after);
    return `${before}${isOther ? name : "the host"}${after}`;
  });
}

export function outcomeMark(host: HostRow): MarkKind | null {
  switch (host.lastAttempt?.result) {
    case undefined:
      return null;
    case "saved":
      return "good";
    case "cancelled":
      return "cancelled";
    case "failed":
      return "bad";
  }
}
