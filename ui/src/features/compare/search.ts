/** What is compared, as it stands in the page's address: a page that is loaded again shows the same. Pure. */
import type { BundleChoice } from "../../ipc";
import { bundleChoice, isFileNumber, MAX_TEXT } from "../bundles/search";

export type CompareSearch = {
  /** A record's id. */
  first?: string;
  /** A file that was picked, by the shell's number. */
  firstFile?: number;
  second?: string;
  secondFile?: number;
  /** The files that differ are shown, not the settings. */
  tab?: "files";
};

export type SideName = "first" | "second";

/** An address may hold anything: what cannot be understood is left out. */
export function compareSearch(raw: Record<string, unknown>): CompareSearch {
  const search: CompareSearch = {};
  for (const [name, file] of [
    ["first", "firstFile"],
    ["second", "secondFile"],
  ] as const) {
    const record = raw[name];
    const number = raw[file];
    if ((typeof record === "string" || typeof record === "number") && record !== "") {
      search[name] = String(record).slice(0, MAX_TEXT);
    } else if (isFileNumber(number)) {
      search[file] = number;
    }
  }
  if (raw.tab === "files") {
    search.tab = "files";
  }
  return search;
}

export function choiceOf(search: CompareSearch, side: SideName): BundleChoice | null {
  return side === "first"
    ? bundleChoice(search.first, search.firstFile)
    : bundleChoice(search.second, search.secondFile);
}

/** The same with another bundle on one side. */
export function withChoice(search: CompareSearch, side: SideName, bundle: BundleChoice | null): CompareSearch {
  const record = bundle?.kind === "record" ? bundle.id : undefined;
  const file = bundle?.kind === "file" ? bundle.file : undefined;
  return compareSearch(
    side === "first" ? { ...search, first: record, firstFile: file } : { ...search, second: record, secondFile: file },
  );
}

export function swapped({ first, firstFile, second, secondFile, ...rest }: CompareSearch): CompareSearch {
  return compareSearch({ ...rest, first: second, firstFile: secondFile, second: first, secondFile: firstFile });
}
