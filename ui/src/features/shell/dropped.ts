/** What was dropped on the window last, until the frame has seen to it. */
import { create } from "zustand";
import type { Message } from "../../ipc";

type Dropped = Extract<Message, { kind: "bundleDropped" | "dropRefused" }>;

export const useDropped = create<{ dropped: Dropped | null }>(() => ({ dropped: null }));
