/** How a comparison is laid out: sections, lines side by side, what is said of a value. Pure. */
import { folded } from "../../components/folded";
import { dateTime, plural, wholeNumber } from "../../components/words";
import type { BundleComparison, BundleSide, ChangeGroup, ChangeKindView, ChangeView, LineView } from "../../ipc";

export type SectionOfChanges = { section: string; groups: ChangeGroup[]; changes: number };

/** Groups by section; of more settings than `most`, the first ones. */
export function sectionsOfChanges(groups: readonly ChangeGroup[], most: number): SectionOfChanges[] {
  const sections: SectionOfChanges[] = [];
  let room = most;
  for (const group of groups) {
    if (room <= 0) {
      break;
    }
    const changes = group.changes.slice(0, room);
    room -= changes.length;
    const last = sections.at(-1);
    if (last?.section === group.section) {
      last.groups.push({ ...group, changes });
      last.changes += changes.length;
    } else {
      sections.push({ section: group.section, groups: [{ ...group, changes }], changes: changes.length });
    }
  }
  return sections;
}

/** What has the text in its section, object, name, values or place. */
export function filteredGroups(groups: readonly ChangeGroup[], text: string): ChangeGroup[] {
  const wanted = folded(text.trim());
  return groups.flatMap((group) => {
    const changes = group.changes.filter((change) =>
      [
        group.section,
        group.object,
        change.name,
        change.first ?? "",
        change.second ?? "",
        change.source.file,
        change.source.key,
      ].some((part) => folded(part).includes(wanted)),
    );
    return changes.length === 0 ? [] : [{ ...group, changes }];
  });
}

/** What came of a comparison. */
export function comparedInWords({ isSame, notCompared, same, changes, files }: BundleComparison): string {
  if (isSame) {
    return `All settings are alike: ${wholeNumber(same)}.`;
  }
  return notCompared === null
    ? `${plural(changes, "setting")} and ${plural(files.length, "file")} differ, ${plural(same, "setting")} are alike.`
    : `In the manifests, ${plural(changes, "setting")} differ and ${wholeNumber(same)} are alike.`;
}

export function countChanges(groups: readonly ChangeGroup[]): number {
  return groups.reduce((sum, group) => sum + group.changes.length, 0);
}

/** What stands above the two sides: what they differ by, the host or the day. */
export function sideTitles(first: BundleSide, second: BundleSide): { first: string; second: string } {
  if (first.name !== second.name) {
    return { first: `First: ${first.name}`, second: `Second: ${second.name}` };
  }
  const days = [first.takenAt, second.takenAt].map((takenAt) => (takenAt === null ? null : dateTime(takenAt)));
  return {
    first: days[0] == null ? "First" : `First: ${days[0]}`,
    second: days[1] == null ? "Second" : `Second: ${days[1]}`,
  };
}

/** Whether the later bundle of a host stands first, so that what was removed is called added. */
export function isBackwards(first: BundleSide, second: BundleSide): boolean {
  const isOfOneHost = first.name === second.name || (first.uuid !== null && first.uuid === second.uuid);
  return (
    isOfOneHost &&
    first.takenAt !== null &&
    second.takenAt !== null &&
    Date.parse(first.takenAt) > Date.parse(second.takenAt)
  );
}

export type Pair = { first: NumberedLine | null; second: NumberedLine | null };
export type NumberedLine = { at: number; text: string; isSame: boolean };

/** Lines beside each other: what was removed beside what was added in its place. */
export function sideBySide(firstLine: number, secondLine: number, lines: readonly LineView[]): Pair[] {
  const pairs: Pair[] = [];
  let [first, second] = [firstLine, secondLine];
  // Where the next added line goes: beside the first removed line that has none yet.
  let open = 0;
  for (const { kind, text } of lines) {
    if (kind === "same") {
      pairs.push({ first: { at: first, text, isSame: true }, second: { at: second, text, isSame: true } });
      first += 1;
      second += 1;
      open = pairs.length;
    } else if (kind === "removed") {
      pairs.push({ first: { at: first, text, isSame: false }, second: null });
      first += 1;
    } else {
      const line = { at: second, text, isSame: false };
      second += 1;
      const beside = pairs[open];
      if (beside === undefined) {
        pairs.push({ first: null, second: line });
      } else {
        beside.second = line;
      }
      open += 1;
    }
  }
  return pairs;
}

export const KIND_WORDS: Record<ChangeKindView, string> = { added: "Added", removed: "Removed", changed: "Changed" };

/** What is to be known of values that are not shown whole. */
export function secretWords(change: ChangeView): string | null {
  switch (change.secrets) {
    case "differ":
      return "What is redacted differs";
    case "alike":
      return "What is redacted is alike";
    case null:
      return change.kind === "changed" && change.first === change.second ? "It differs where it is not shown" : null;
  }
}
