/** A grid's sort order, widths, column order and hidden columns, remembered from one start to the next. */
import { keep, kept } from "../kept";

export type GridLayout = {
  sorting: { id: string; desc: boolean }[];
  columnSizing: Record<string, number>;
  columnOrder: string[];
  columnVisibility: Record<string, boolean>;
};

/** What is kept under the grid's name, less what no longer fits its columns. */
export function readLayout(
  name: string,
  columns: readonly { id: string; isFixed?: boolean }[],
  initial: GridLayout,
): GridLayout {
  const known = parse(kept(storageKey(name)));
  const ids = new Set(columns.map((column) => column.id));
  const fixed = columns.filter((column) => column.isFixed).map((column) => [column.id, true]);
  const sorting = known.sorting?.filter((sort) => ids.has(sort.id)) ?? [];
  return {
    sorting: sorting.length > 0 ? sorting : initial.sorting,
    columnSizing: pick(known.columnSizing ?? initial.columnSizing, ids),
    columnOrder: mergeOrder(known.columnOrder ?? [], initial.columnOrder),
    columnVisibility: {
      ...initial.columnVisibility,
      ...pick(known.columnVisibility ?? {}, ids),
      ...Object.fromEntries(fixed),
    },
  };
}

export function writeLayout(name: string, layout: GridLayout): void {
  keep(storageKey(name), JSON.stringify(layout));
}

/** The remembered order; columns that are new since then come where they belong by default. */
export function mergeOrder(kept: readonly string[], all: readonly string[]): string[] {
  const order = kept.filter((id) => all.includes(id));
  all.forEach((id, index) => {
    if (!order.includes(id)) {
      const before = all.slice(0, index).findLast((other) => order.includes(other));
      order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
    }
  });
  return order;
}

/** Storage may hold anything: another version's layout, or what someone typed. */
export function parse(text: string | null): Partial<GridLayout> {
  const value: unknown = parseJson(text);
  if (!isObject(value)) {
    return {};
  }
  const layout: Partial<GridLayout> = {};
  if (Array.isArray(value.sorting)) {
    layout.sorting = value.sorting.flatMap((sort: unknown) =>
      isObject(sort) && typeof sort.id === "string" ? [{ id: sort.id, desc: sort.desc === true }] : [],
    );
  }
  if (Array.isArray(value.columnOrder)) {
    layout.columnOrder = value.columnOrder.filter((id: unknown) => typeof id === "string");
  }
  if (isObject(value.columnSizing)) {
    layout.columnSizing = entries(value.columnSizing, (size) => typeof size === "number" && size > 0 && size < 4000);
  }
  if (isObject(value.columnVisibility)) {
    layout.columnVisibility = entries(value.columnVisibility, (shown) => typeof shown === "boolean");
  }
  return layout;
}

function entries<T>(from: Record<string, unknown>, isRight: (value: unknown) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([, value]) => isRight(value))) as Record<string, T>;
}

function pick<T>(from: Record<string, T>, ids: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([id]) => ids.has(id)));
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function storageKey(name: string): string {
  return `grid.${name}`;
}
