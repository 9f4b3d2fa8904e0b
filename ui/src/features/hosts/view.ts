/** How the hosts page stands: kept while other pages are open, and when the page is loaded again. */
import { useState } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { keep, kept } from "../../components/kept";
import { useEscapeFromOver } from "../../components/panes";
import { useMedia } from "../../theme";
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

/** The pane of details: beside the grid where there is room for it, else over it, and then not kept open. */
export function useDetailsPane() {
  const kept = useHostsPage((page) => page.areDetailsShown);
  const hasRoom = useMedia("(min-width: 1180px)");
  const hasRoomToSpare = useMedia("(min-width: 1440px)");
  const [isOverlayOpen, setOverlayOpen] = useState(false);
  const isShown = hasRoom ? (kept ?? hasRoomToSpare) : isOverlayOpen;
  const show = (isShown: boolean) =>
    hasRoom ? useHostsPage.setState({ areDetailsShown: isShown }) : setOverlayOpen(isShown);
  useEscapeFromOver(isShown && !hasRoom, () => show(false));
  return { isShown, isOver: !hasRoom, show, toggle: () => show(!isShown) };
}

/** Of this window alone, and gone with it. */
function sessionJson() {
  return {
    getItem: (name: string) => JSON.parse(kept(name, "sessionStorage") ?? "null"),
    setItem: (name: string, value: unknown) => keep(name, JSON.stringify(value), "sessionStorage"),
    removeItem: (name: string) => sessionStorage.removeItem(name),
  };
}
