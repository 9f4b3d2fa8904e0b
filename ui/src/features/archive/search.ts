/** What the archive's page shows, as it stands in its address: a page that is loaded again shows the same. Pure. */
import type { RecordQuery } from "../../ipc";
import { type DayRange, isDay } from "./calendar";

export type ArchiveSearch = {
  from?: string;
  to?: string;
  /** A host's identity. */
  host?: string;
  server?: string;
  text?: string;
  pinned?: true;
  newest?: true;
  /** The record whose details are shown. */
  record?: string;
};

export const MAX_TEXT = 200;

/** An address may hold anything: what cannot be understood is left out. */
export function archiveSearch(raw: Record<string, unknown>): ArchiveSearch {
  const search: ArchiveSearch = {};
  const { from, to } = raw;
  if (typeof from === "string" && typeof to === "string" && isDay(from) && isDay(to) && from <= to) {
    search.from = from;
    search.to = to;
  }
  for (const name of ["host", "server", "text", "record"] as const) {
    const value = raw[name];
    if ((typeof value === "string" || typeof value === "number") && value !== "") {
      search[name] = String(value).slice(0, MAX_TEXT);
    }
  }
  for (const name of ["pinned", "newest"] as const) {
    if (raw[name] === true) {
      search[name] = true;
    }
  }
  return search;
}

export function recordQuery(search: ArchiveSearch): RecordQuery {
  return {
    from: search.from ?? null,
    to: search.to ?? null,
    identity: search.host ?? null,
    server: search.server ?? null,
    search: search.text ?? null,
    pinned: search.pinned ?? false,
    newest: search.newest ?? false,
  };
}

export function rangeOf(search: ArchiveSearch): DayRange | null {
  return search.from === undefined || search.to === undefined ? null : { from: search.from, to: search.to };
}

/** Whether something is left out. */
export function isFiltered({ record: _, ...filters }: ArchiveSearch): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}
