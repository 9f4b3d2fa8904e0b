import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { GridLayout } from "./layout";
import { compareKeys, type SortValue, sortKey } from "./natural";

/** What a page says about a column of its grid. */
export type GridColumn<Row> = {
  id: string;
  title: string;
  width: number;
  /** The cell as text: copied, exported, shown unless `draw` is given. "" is an empty cell. */
  text: (row: Row) => string;
  /** What is sorted by, if not the text: a number, a time in ISO form. Null comes last. */
  sortBy?: (row: Row) => SortValue;
  draw?: (row: Row) => ReactNode;
  align?: "end";
  /** Takes the room that is left, until somebody gives it a width. */
  grow?: true;
  /** Not shown until it is chosen. */
  isHidden?: boolean;
  /** Cannot be hidden: the name. */
  isFixed?: boolean;
};

export const MIN_WIDTH = 48;

/** The table knows the columns and what is sorted by, not the rows: it would make an object of its own for each of them. */
export const features = tableFeatures({
  rowSortingFeature,
  columnSizingFeature,
  columnResizingFeature,
  columnOrderingFeature,
  columnVisibilityFeature,
});

export function tableColumns<Row extends object>(columns: readonly GridColumn<Row>[]) {
  return columns.map((column) => ({
    id: column.id,
    /** What it sorts by. */
    accessorFn: keptKey(column.sortBy ?? column.text),
    size: column.width,
    minSize: MIN_WIDTH,
    sortDescFirst: false,
    enableHiding: column.isFixed !== true,
  }));
}

/** A copy, sorted. What has no key comes last in both directions, what is equal stays in its order. */
export function sortRows<Row>(
  rows: readonly Row[],
  key: (row: Row) => string | number | undefined,
  isDescending: boolean,
): Row[] {
  const sign = isDescending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) =>
      a.key === undefined || b.key === undefined
        ? Number(a.key === undefined) - Number(b.key === undefined)
        : sign * compareKeys(a.key, b.key),
    )
    .map(({ row }) => row);
}

export function initialLayout<Row>(
  columns: readonly GridColumn<Row>[],
  sortedBy: string,
  isDescending: boolean,
): GridLayout {
  return {
    sorting: [{ id: sortedBy, desc: isDescending }],
    columnSizing: {},
    columnOrder: columns.map((column) => column.id),
    columnVisibility: Object.fromEntries(columns.map((column) => [column.id, column.isHidden !== true])),
  };
}

/** The widths of a row's cells, as CSS has them. */
export function columnTemplate(
  columns: readonly { id: string; grow?: true }[],
  widths: readonly number[],
  sizing: Record<string, number>,
): string {
  return columns
    .map(({ id, grow }, index) => {
      const width = `${widths[index]}px`;
      return grow === true && sizing[id] === undefined ? `minmax(${width}, 1fr)` : width;
    })
    .join(" ");
}

/** Rows that did not change are the same objects, so that a tick of one row computes one key. */
function keptKey<Row extends object>(value: (row: Row) => SortValue): (row: Row) => string | number | undefined {
  const kept = new WeakMap<Row, string | number | undefined>();
  return (row) => {
    if (!kept.has(row)) {
      kept.set(row, sortKey(value(row)) ?? undefined);
    }
    return kept.get(row);
  };
}
