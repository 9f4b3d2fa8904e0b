/** How many older bundles are still to be read, to know when their settings changed. */
import { create } from "zustand";

export const useReading = create<{ left: number }>(() => ({ left: 0 }));
