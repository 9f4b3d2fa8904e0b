/** What the activity's page shows, as it stands in its address. Pure. */

export type ActivitySearch = {
  /** Restores, not runs. */
  tab?: "restores";
  text?: string;
  /** Only runs that are not complete. */
  incomplete?: true;
};

export const MAX_TEXT = 200;

/** An address may hold anything: what cannot be understood is left out. */
export function activitySearch(raw: Record<string, unknown>): ActivitySearch {
  const search: ActivitySearch = {};
  if (raw.tab === "restores") {
    search.tab = "restores";
  }
  if ((typeof raw.text === "string" || typeof raw.text === "number") && raw.text !== "") {
    search.text = String(raw.text).slice(0, MAX_TEXT);
  }
  if (raw.incomplete === true) {
    search.incomplete = true;
  }
  return search;
}
