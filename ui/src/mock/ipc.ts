/** Plays the shell below `__TAURI_INTERNALS__`, so that everything above it is the product's own code. */
import type { commands, ErrorReport, Message } from "../ipc/bindings";
import { scenario } from "./scenarios";
import { createShell } from "./shell";

type Contract = typeof commands;
/** Every command, answering at once or later. What it throws arrives as the rejection. */
export type Handlers = {
  [Name in keyof Contract]: (
    ...args: Parameters<Contract[Name]>
  ) => Awaited<ReturnType<Contract[Name]>> | Promise<Awaited<ReturnType<Contract[Name]>>>;
};

/** It fails with this, or never answers. */
export type Spoilt = ErrorReport | "hangs";

type Callback = (payload: unknown) => void;

declare global {
  interface Window {
    /** For tests: says something on the channel, lists the calls so far, spoils a command from now on. */
    mock: {
      send: (message: Message) => void;
      calls: { command: string; args: unknown }[];
      spoil: (command: string, how: Spoilt | null) => void;
    };
  }
}

export function install(name: string): void {
  const callbacks = new Map<number, Callback>();
  let lastCallback = 0;
  const runCallback = (id: number, payload: unknown) => callbacks.get(id)?.(payload);
  const calls: { command: string; args: unknown }[] = [];
  const shell = createShell(scenario(name), runCallback);
  const spoilt = new Map<string, Spoilt | null>();
  window.mock = { send: shell.send, calls, spoil: (command, how) => spoilt.set(command, how) };

  const invoke = async (command: string, args: Record<string, unknown> = {}): Promise<unknown> => {
    calls.push({ command, args });
    const how = spoilt.get(command) ?? null;
    if (how !== null) {
      return how === "hangs" ? new Promise(() => {}) : Promise.reject(how);
    }
    const handler = Object.entries(shell.handlers).find(([known]) => snakeCase(known) === command)?.[1];
    if (handler === undefined) {
      throw new Error(`the mock does not know the command ${command}`);
    }
    // The generated functions name their arguments in the order of their parameters.
    return (handler as (...positional: unknown[]) => unknown)(...Object.values(args));
  };
  Object.assign(window, {
    __TAURI_INTERNALS__: {
      invoke,
      runCallback,
      transformCallback: (callback: Callback) => {
        lastCallback += 1;
        callbacks.set(lastCallback, callback);
        return lastCallback;
      },
      unregisterCallback: (id: number) => callbacks.delete(id),
      metadata: { currentWindow: { label: "main" }, currentWebview: { windowLabel: "main", label: "main" } },
    },
  });
}

function snakeCase(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
