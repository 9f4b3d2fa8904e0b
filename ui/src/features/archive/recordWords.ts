/** Records in words. Pure. */
import { byteSize, plural, wholeNumber } from "../../components/words";
import type { RecordRow } from "../../ipc";

/** "12 of 140 bundles"; where the list is cut "newest 5,000 of 75,000 bundles". */
export function listInWords(shown: number, found: number, all: number): string {
  if (shown < found) {
    const words = `newest ${wholeNumber(shown)} of ${plural(found, "bundle")}`;
    return found < all ? `${words} that fit` : words;
  }
  return found < all ? `${wholeNumber(found)} of ${plural(all, "bundle")}` : plural(all, "bundle");
}

/** "12 bundles of 3 hosts, 1.2 MB" */
export function sumInWords(records: readonly RecordRow[]): string {
  const hosts = new Set(records.map((record) => record.identity)).size;
  const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
  return `${plural(records.length, "bundle")} of ${plural(hosts, "host")}, ${byteSize(bytes)}`;
}
