/** Notes that were begun and neither saved nor given up, by record, until the window is closed. */
import { create } from "zustand";

export const useDrafts = create<Record<string, string>>(() => ({}));

export function keepDraft(record: string, text: string): void {
  useDrafts.setState({ [record]: text });
}

export function dropDraft(record: string): void {
  useDrafts.setState(({ [record]: _, ...others }) => others, true);
}
