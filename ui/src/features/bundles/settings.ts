/** The table of a bundle's settings: its sections and what a filter leaves of it. Pure. */
import { folded } from "../../components/folded";
import type { SettingView } from "../../ipc";

export type SettingRow = SettingView & { key: string; sectionAt: number; haystack: string };

/** Rows with what they are sorted by and looked through. The order of sections is that of the core. */
export function settingRows(settings: readonly SettingView[]): SettingRow[] {
  const sections = sectionsOf(settings).map(({ section }) => section);
  return settings.map((setting, index) => ({
    ...setting,
    key: String(index),
    sectionAt: sections.indexOf(setting.section),
    haystack: folded(
      [
        setting.object,
        setting.name,
        setting.value,
        setting.section,
        ...setting.sources.flatMap(({ file, key }) => [file, key]),
      ].join(" "),
    ),
  }));
}

/** Each section and how many settings it has, in their order. */
export function sectionsOf(settings: readonly SettingView[]): { section: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { section } of settings) {
    counts.set(section, (counts.get(section) ?? 0) + 1);
  }
  return [...counts].map(([section, count]) => ({ section, count }));
}

export function filteredSettings(
  rows: readonly SettingRow[],
  text: string | undefined,
  section: string | undefined,
): readonly SettingRow[] {
  const wanted = folded(text?.trim() ?? "");
  return wanted === "" && section === undefined
    ? rows
    : rows.filter((row) => (section === undefined || row.section === section) && row.haystack.includes(wanted));
}

/** What to filter by to come to exactly this setting. */
export function textOf({ object, name }: Pick<SettingView, "object" | "name">): string {
  return object === "" ? name : `${object} ${name}`;
}
