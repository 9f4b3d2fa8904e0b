/** One setting that is applied as soon as it is given, and says at its place what the core refuses. */
import { useState } from "react";
import { commands, type SettingsChange } from "../../ipc";
import { queryClient, settingsQuery } from "../shell/data";

export type SettingState =
  | { kind: "asIs" }
  | { kind: "saving" }
  | { kind: "saved" }
  | { kind: "refused"; error: unknown };

export function useSetting() {
  const [state, setState] = useState<SettingState>({ kind: "asIs" });
  /** Whether it was taken. */
  const apply = async (change: SettingsChange): Promise<boolean> => {
    setState({ kind: "saving" });
    try {
      queryClient.setQueryData(settingsQuery.queryKey, await commands.changeSettings(change));
      setState({ kind: "saved" });
      return true;
    } catch (error) {
      setState({ kind: "refused", error });
      return false;
    }
  };
  return { state, apply, forget: () => setState({ kind: "asIs" }) };
}
