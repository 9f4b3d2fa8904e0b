/** What is to be restored, as it stands in the page's address: a page that is loaded again shows the same. Pure. */

export type RestoreSearch = {
  /** A record's id. */
  record?: string;
  /** A file that was picked or dropped, by the shell's number. */
  file?: number;
  /** The key of the host. */
  host?: string;
  /** The host wants a user of its own: a restore was refused for that. */
  own?: true;
};

const MAX_TEXT = 400;

/** An address may hold anything: what cannot be understood is left out. */
export function restoreSearch(raw: Record<string, unknown>): RestoreSearch {
  const search: RestoreSearch = {};
  for (const name of ["record", "host"] as const) {
    const value = raw[name];
    if ((typeof value === "string" || typeof value === "number") && value !== "") {
      search[name] = String(value).slice(0, MAX_TEXT);
    }
  }
  if (search.record === undefined && typeof raw.file === "number" && Number.isInteger(raw.file) && raw.file > 0) {
    search.file = raw.file;
  }
  if (raw.own === true) {
    search.own = true;
  }
  return search;
}
