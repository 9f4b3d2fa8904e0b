/** A grid as text for other programs. Pure. */
import { localDate } from "../words";

type TextColumn<Row> = { title: string; text: (row: Row) => string };

/** For the clipboard: pastes into Excel as cells. */
export function tabSeparated<Row>(columns: readonly TextColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.text(row))),
  ];
  return lines.map((cells) => cells.map((cell) => cell.replace(/[\t\r\n]+/g, " ")).join("\t")).join("\r\n");
}

/** RFC 4180. The byte order mark is added where the file is written. */
export function commaSeparated<Row>(columns: readonly TextColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.text(row))),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

/** "found-settings-2026-03-01.csv", by the name that the grid has on its page. */
export function csvName(label: string, now: Date): string {
  const name = label.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${name.replace(/^-|-$/g, "") || "list"}-${localDate(now)}.csv`;
}

function csvCell(text: string): string {
  // A name from a server must not become a formula in Excel.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
