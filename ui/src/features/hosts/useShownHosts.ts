/** Which hosts the page shows: what the filters leave of all, with how each stands to its bundle before. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import type { HostsView } from "../../ipc";
import { standingsQuery } from "../shell/data";
import { countSafeties, filterHosts, placeAmong } from "./filter";
import { withStandings } from "./standings";
import { ALL_HOSTS, useHostsPage } from "./view";

const NO_STANDINGS: [] = [];

export function useShownHosts(view: HostsView) {
  const page = useHostsPage();
  const { safeties } = page;
  const place = placeAmong(page.place, view.servers);
  const text = useDeferredValue(page.text);
  const counts = useMemo(
    () => countSafeties(filterHosts(view.hosts, { ...ALL_HOSTS, place, text })),
    [view.hosts, place, text],
  );
  // Where it cannot be read, the column is empty; the archive tells why.
  const standings = useQuery(standingsQuery).data ?? NO_STANDINGS;
  const shown = useMemo(
    () => withStandings(filterHosts(view.hosts, { text, safeties, place }), standings),
    [view.hosts, text, safeties, place, standings],
  );
  const selected = useMemo(() => new Set(page.selected), [page.selected]);
  // A command never acts on what is not seen.
  const chosen = useMemo(() => shown.filter((host) => selected.has(host.key)), [shown, selected]);
  return { place, counts, shown, selected, chosen };
}
