/** The columns of every list of records. */
import { makeStyles } from "@fluentui/react-components";
import { PinRegular } from "@fluentui/react-icons";
import type { ReactElement } from "react";
import type { GridColumn } from "../../components/grid/DataGrid";
import { compareKeys, sortKey } from "../../components/grid/natural";
import { Mark } from "../../components/Mark";
import { DateTime } from "../../components/Time";
import { byteSize, dateTime } from "../../components/words";
import type { RecordRow } from "../../ipc";
import { StandingCell } from "../bundles/Standing";
import { standingWords } from "../bundles/words";

const useStyles = makeStyles({
  pin: { fontSize: "14px", verticalAlign: "-2px" },
});

export const HOST_COLUMN: GridColumn<RecordRow> = {
  id: "host",
  title: "Host",
  width: 160,
  isFixed: true,
  text: (record) => record.host,
};

export const TAKEN_COLUMN: GridColumn<RecordRow> = {
  id: "takenAt",
  title: "Taken",
  width: 120,
  text: (record) => dateTime(record.takenAt),
  sortBy: (record) => takenMinute(record),
  draw: (record) => <DateTime iso={record.takenAt} />,
};

export const SIZE_COLUMN: GridColumn<RecordRow> = {
  id: "bytes",
  title: "Size",
  width: 68,
  align: "end",
  text: (record) => byteSize(record.bytes),
  sortBy: (record) => record.bytes,
};

export const RECORD_COLUMNS: readonly GridColumn<RecordRow>[] = [
  HOST_COLUMN,
  TAKEN_COLUMN,
  {
    id: "standing",
    title: "Configuration",
    width: 120,
    text: ({ standing }) => standingWords(standing),
    draw: ({ standing }) => <StandingCell standing={standing} />,
  },
  { id: "version", title: "Version", width: 60, text: (record) => record.version },
  { id: "build", title: "Build", width: 76, text: (record) => record.build },
  SIZE_COLUMN,
  {
    id: "verified",
    title: "Verified",
    width: 90,
    text: verifiedInWords,
    draw: (record) => <Verification record={record} />,
  },
  {
    id: "pinned",
    title: "Pinned",
    width: 68,
    text: (record) => (record.pinned ? "Pinned" : ""),
    draw: (record) => record.pinned && <Pinned />,
  },
  { id: "note", title: "Note", width: 180, grow: true, text: (record) => record.note ?? "" },
  { id: "server", title: "Server", width: 140, text: (record) => record.server },
  { id: "runNote", title: "Note of the run", width: 160, isHidden: true, text: (record) => record.runNote ?? "" },
  {
    id: "newest",
    title: "Newest",
    width: 76,
    isHidden: true,
    text: (record) => (record.isNewest ? "Newest" : ""),
  },
  { id: "id", title: "Id", width: 110, isHidden: true, text: (record) => record.id },
];

/** As exact as it is shown: of the bundles of one minute, their hosts' names tell the order. */
export function takenMinute(record: RecordRow): number {
  return Math.floor(Date.parse(record.takenAt) / 60_000);
}

/** In the order in which rows stand that the sorted column makes no difference between. */
export function byHostName(records: readonly RecordRow[]): RecordRow[] {
  return records
    .map((record) => ({ record, key: sortKey(record.host) ?? "" }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ record }) => record);
}

export function recordKey(record: RecordRow): string {
  return record.id;
}

export function verifiedInWords(record: RecordRow): string {
  return record.verified === null ? "" : record.verified.good ? "Good" : "Damaged";
}

function Verification({ record }: { record: RecordRow }): ReactElement | null {
  if (record.verified === null) {
    return null;
  }
  return (
    <>
      <Mark kind={record.verified.good ? "good" : "bad"} /> {verifiedInWords(record)}
    </>
  );
}

function Pinned() {
  const styles = useStyles();
  return (
    <>
      <PinRegular className={styles.pin} aria-hidden /> Pinned
    </>
  );
}
