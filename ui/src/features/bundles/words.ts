/** How bundles and what is in them are named. Pure. */
import { byteSize, dateTime, localDate } from "../../components/words";
import type { BundleFileKind, BundleLayer, BundleSide, NoiseView, RecordRow, StandingView } from "../../ipc";

export const FILE_KINDS: Record<BundleFileKind, string> = {
  text: "Text",
  certificates: "Certificates",
  esxConf: "Keys and values",
  configStore: "ConfigStore",
  secret: "Secret",
  binary: "Binary",
};

export const LAYERS: Record<BundleLayer, string> = {
  bundle: "The bundle itself",
  state: "state.tgz",
  local: "local.tgz",
};

export function noiseWords(noise: NoiseView | null): string {
  return noise === null ? "" : noise === "everyBackup" ? "Changes at every backup" : "Says what runs, not what is set";
}

/** "esx01.lab.local, 2026-11-22 23:30" */
export function sideWords(side: BundleSide): string {
  return side.takenAt === null ? side.name : `${side.name}, ${dateTime(side.takenAt)}`;
}

/** A bundle that is sealed tells more than one that cannot be read: by the host, where that is known. */
export function standingWords(standing: StandingView | null, isSealed: boolean | null = null): string {
  switch (standing?.kind) {
    case "first":
      return "First bundle";
    case "changed":
      return "Changed";
    case "unchanged":
      return `Unchanged since ${localDate(new Date(standing.since))}`;
    case "unreadable":
      return isSealed === true ? "Sealed by TPM" : "Not readable";
    case "unknown":
    case undefined:
      return "";
  }
}

/** The same where there is little room: a grid's cell says the rest as its title. */
export function shortStandingWords(standing: StandingView | null, isSealed: boolean | null = null): string {
  return standing?.kind === "unchanged"
    ? `Since ${localDate(new Date(standing.since))}`
    : standingWords(standing, isSealed);
}

/** A record as a choice: "2026-11-22 23:30 · 8.0.3 build 24280767 · changed". */
export function recordChoiceWords(record: RecordRow): string {
  return [
    dateTime(record.takenAt),
    `${record.version} build ${record.build}`,
    record.standing.kind === "changed" ? "changed" : null,
    record.note ?? record.runNote,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

export function sizesInWords(first: number | null, second: number | null): string {
  if (first === null || second === null) {
    return byteSize(first ?? second ?? 0);
  }
  return first === second ? byteSize(first) : `${byteSize(first)} → ${byteSize(second)}`;
}
