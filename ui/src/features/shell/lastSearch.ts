/** What was searched and filtered for on a page, until the window is closed: its link leads back to the same. */
import { create } from "zustand";

const REMEMBERED = ["/archive", "/compare", "/search", "/activity"] as const;

type Search = Record<string, unknown>;

const useSearches = create<Record<string, Search>>(() => ({}));

/** A record that is named is where one was sent to, and no filter. */
export function keepSearch(path: string, { record: _, ...search }: Search): void {
  if (REMEMBERED.some((page) => page === path)) {
    useSearches.setState({ [path]: search });
  }
}

export function useLastSearch(path: string): Search {
  return useSearches((searches) => searches[path]) ?? NONE;
}

const NONE: Search = {};
