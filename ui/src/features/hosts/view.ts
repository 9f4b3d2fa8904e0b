/** How the hosts page stands: kept while other pages are open, and when the page is loaded again. */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { keep, kept } from "../../components/kept";
import type { HostFilter } from "./filter";

type HostsPageState = HostFilter & {
  selected: readonly string[];
  /** Nodes of the tree that are not as they would be by default. */
  toggledNodes: readonly string[];
  /** As the window has room for it, until it is chosen. */
  isTreeShown: boolean | null;
  areDetailsShown: boolean | null;
};

export const ALL_HOSTS: HostFilter = { text: "", safeties: [], place: null };

export const useHostsPage = create<HostsPageState>()(
  persist(
    (): HostsPageState => ({
      ...ALL_HOSTS,
      selected: [],
      toggledNodes: [],
      isTreeShown: null,
      areDetailsShown: null,
    }),
    { name: "hosts.page", version: 1, storage: sessionJson() },
  ),
);

/** Of this window alone, and gone with it. */
function sessionJson() {
  return {
    getItem: (name: string) => JSON.parse(kept(name, "sessionStorage") ?? "null"),
    setItem: (name: string, value: unknown) => keep(name, JSON.stringify(value), "sessionStorage"),
    removeItem: (name: string) => sessionStorage.removeItem(name),
  };
}
