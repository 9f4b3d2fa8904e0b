/**
 * The only door to the shell: typed commands, the one channel of messages, errors as `ErrorReport`.
 * Nothing else imports @tauri-apps, and nothing here knows of React.
 */
import { Channel } from "@tauri-apps/api/core";
import { createStore } from "zustand/vanilla";
import {
  type ErrorReport,
  commands as generated,
  type Message,
  type PlanProgress,
  type SearchProgress,
} from "./bindings";

export * from "./bindings";

/** The commands that open one of the system's dialogs are answered as cancelled while one is open. */
export const commands = {
  ...generated,
  chooseArchive: ifNoDialog(generated.chooseArchive, null),
  chooseBundleFile: ifNoDialog(generated.chooseBundleFile, null),
  exportBundle: ifNoDialog(generated.exportBundle, null),
  exportComparison: ifNoDialog(generated.exportComparison, false),
  exportRestore: ifNoDialog(generated.exportRestore, false),
  exportRun: ifNoDialog(generated.exportRun, false),
  matchHostsFile: ifNoDialog(generated.matchHostsFile, null),
  saveText: ifNoDialog(generated.saveText, false),
};

/** Calls `onMessage` with a snapshot first and then with everything that happens, until the page goes away. */
export async function watch(onMessage: (message: Message) => void): Promise<void> {
  await commands.watch(new Channel(onMessage));
}

export function planProgress(onProgress: (progress: PlanProgress) => void): Channel<PlanProgress> {
  return new Channel(onProgress);
}

export function searchProgress(onProgress: (progress: SearchProgress) => void): Channel<SearchProgress> {
  return new Channel(onProgress);
}

/** Whether one of the system's dialogs is open: it need not be modal, and each click would open one more. */
export const systemDialog = createStore(() => ({ isOpen: false }));

function ifNoDialog<Args extends unknown[], Answer>(
  command: (...args: Args) => Promise<Answer>,
  cancelled: Answer,
): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    if (systemDialog.getState().isOpen) {
      return cancelled;
    }
    systemDialog.setState({ isOpen: true });
    try {
      return await command(...args);
    } finally {
      systemDialog.setState({ isOpen: false });
    }
  };
}

/** Whatever was thrown, as something to show. Commands throw reports; anything else is a mistake of the page itself. */
export function errorReport(thrown: unknown): ErrorReport {
  if (isErrorReport(thrown)) {
    return thrown;
  }
  const details = thrown instanceof Error ? [thrown.stack ?? thrown.message] : [String(thrown)];
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: "interface",
    message: `The window could not do this: ${cause}`,
    hint: "Reload the page with F5. If it happens again, copy the details and report them.",
    details,
  };
}

function isErrorReport(thrown: unknown): thrown is ErrorReport {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    "message" in thrown &&
    typeof thrown.message === "string" &&
    "details" in thrown &&
    Array.isArray(thrown.details)
  );
}
