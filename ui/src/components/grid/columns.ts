import {
  type ColumnDef,
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createSortedRowModel,
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

export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnSizingFeature,
  columnResizingFeature,
  columnOrderingFeature,
  columnVisibilityFeature,
});

export function tableColumns<Row extends object>(
  columns: readonly GridColumn<Row>[],
): ColumnDef<typeof features, Row>[] {
  return columns.map((column) => ({
    id: column.id,
    accessorFn: keptKey(column.sortBy ?? column.text),
    size: column.width,
    minSize: MIN_WIDTH,
    sortUndefined: "last",
    sortFn: (a, b, id) => compareKeys(a.getValue(id), b.getValue(id)),
    sortDescFirst: false,
    enableHiding: column.isFixed !== true,
  }));
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
