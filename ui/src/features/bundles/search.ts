/** What is looked at or looked for in bundles, as it stands in a page's address. Pure. */
import type { BundleChoice, BundleLayer, RecordRow } from "../../ipc";

export type InsideSearch = {
  /** A record's id. */
  record?: string;
  /** A file that was picked, by the shell's number. */
  file?: number;
  /** Its files are listed, not its settings. */
  tab?: "files";
  text?: string;
  section?: string;
  /** The file that is shown, and the archive in the bundle that it is in. */
  path?: string;
  layer?: BundleLayer;
};

export type SettingsSearch = {
  text?: string;
  /** A host's identity: in all of its bundles. */
  host?: string;
};

export const MAX_TEXT = 200;
const MAX_PATH = 5000;
/** A whole setting may be looked for. */
export const MAX_FILTER = 1000;

/** An address may hold anything: what cannot be understood is left out. */
export function insideSearch(raw: Record<string, unknown>): InsideSearch {
  const search: InsideSearch = { ...text(raw, "record", MAX_TEXT) };
  if (search.record === undefined && isFileNumber(raw.file)) {
    search.file = raw.file;
  }
  if (raw.tab === "files") {
    search.tab = "files";
  }
  Object.assign(search, text(raw, "text", MAX_FILTER), text(raw, "section", MAX_TEXT), text(raw, "path", MAX_PATH));
  if (search.path !== undefined) {
    search.layer = raw.layer === "bundle" || raw.layer === "state" ? raw.layer : "local";
  }
  return search;
}

export function settingsSearch(raw: Record<string, unknown>): SettingsSearch {
  return { ...text(raw, "text", MAX_TEXT), ...text(raw, "host", MAX_TEXT) };
}

/** A record counts for more than a file. */
export function bundleChoice(record: string | undefined, file: number | undefined): BundleChoice | null {
  if (record !== undefined) {
    return { kind: "record", id: record };
  }
  return file === undefined ? null : { kind: "file", file };
}

/** Where a bundle is looked into. */
export function insideOf(bundle: BundleChoice | null): InsideSearch {
  return bundle?.kind === "record" ? { record: bundle.id } : bundle?.kind === "file" ? { file: bundle.file } : {};
}

export function isFileNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

/** The bundle of the same host that was taken before this one. */
export function recordBefore(records: readonly RecordRow[], record: RecordRow): RecordRow | null {
  const before = records.filter(
    (one) =>
      one.identity === record.identity &&
      one.host.toLowerCase() === record.host.toLowerCase() &&
      Date.parse(one.takenAt) < Date.parse(record.takenAt),
  );
  return before.reduce<RecordRow | null>(
    (last, one) => (last === null || Date.parse(one.takenAt) > Date.parse(last.takenAt) ? one : last),
    null,
  );
}

function text<Name extends string>(raw: Record<string, unknown>, name: Name, most: number): { [N in Name]?: string } {
  const value = raw[name];
  const found: { [N in Name]?: string } = {};
  if ((typeof value === "string" || typeof value === "number") && value !== "") {
    found[name] = String(value).slice(0, most);
  }
  return found;
}
