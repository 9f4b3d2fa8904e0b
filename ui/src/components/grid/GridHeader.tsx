import { mergeClasses } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular } from "@fluentui/react-icons";
import type { ReactTable } from "@tanstack/react-table";
import { type KeyboardEvent, type PointerEvent, type SyntheticEvent, useRef, useState } from "react";
import { type features, type GridColumn, MIN_WIDTH } from "./columns";
import { TickBox } from "./GridRow";
import { useGridStyles } from "./styles";

type GridHeaderProps<Row extends object> = {
  table: ReactTable<typeof features, Row>;
  columns: readonly GridColumn<Row>[];
  allSelected: boolean | "mixed";
  onToggleAll: () => void;
  /** Down from the header. */
  onLeave: () => void;
  onContextMenu: (column: string, at: { x: number; y: number }) => void;
};

const STEP = 16;

/** One tab stop; arrows go from column to column. Enter sorts, Shift+arrows resize, Ctrl+arrows move the column. */
export function GridHeader<Row extends object>(props: GridHeaderProps<Row>) {
  const { table, columns, allSelected, onToggleAll, onLeave, onContextMenu } = props;
  const styles = useGridStyles();
  const row = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);
  const drag = useColumnDrag(table, row);
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const lastStop = Math.min(stop, columns.length);

  const focusCell = (index: number) => {
    const to = Math.max(0, Math.min(columns.length, index));
    setStop(to);
    const cell = row.current?.children[to];
    if (cell instanceof HTMLElement) {
      cell.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const column = lastStop === 0 ? undefined : table.getColumn(columns[lastStop - 1]?.id ?? "");
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step !== 0 && event.shiftKey) {
      column && resizeTo(table, column.id, widthOf(row.current?.children[lastStop]) + step * STEP);
    } else if (step !== 0 && event.ctrlKey) {
      column && moveColumn(table, column.id, step) && focusCell(lastStop + step);
    } else if (step !== 0) {
      focusCell(lastStop + step);
    } else if (event.key === "Home" || event.key === "End") {
      focusCell(event.key === "Home" ? 0 : columns.length);
    } else if (event.key === "ArrowDown") {
      onLeave();
    } else if (event.key === "Enter" || event.key === " ") {
      column === undefined ? onToggleAll() : column.toggleSorting();
    } else if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      const box = row.current?.children[lastStop]?.getBoundingClientRect();
      column !== undefined && box && onContextMenu(column.id, { x: box.left, y: box.bottom });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** What has grown is as wide as it looks when it is begun to be resized. */
  const keepWidth = (event: SyntheticEvent<HTMLElement>, { id, grow }: GridColumn<Row>) =>
    grow === true && resizeTo(table, id, widthOf(event.currentTarget.parentElement));

  return (
    <div role="rowgroup" className={styles.header}>
      <div ref={row} role="row" aria-rowindex={1} className={styles.headerRow} onKeyDown={onKeyDown}>
        <div
          role="columnheader"
          tabIndex={lastStop === 0 ? 0 : -1}
          className={mergeClasses(styles.headerCell, styles.tick)}
          onClick={onToggleAll}
          onFocus={() => setStop(0)}
        >
          <span className={styles.unseen}>{allSelected === true ? "Select none" : "Select all"}</span>
          <TickBox state={allSelected} />
        </div>
        {headers.map((header, index) => {
          const column = columns[index];
          if (column === undefined) {
            return null;
          }
          const sorted = header.column.getIsSorted();
          return (
            <div
              key={header.id}
              role="columnheader"
              data-column={column.id}
              aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
              tabIndex={lastStop === index + 1 ? 0 : -1}
              title={column.title}
              className={mergeClasses(
                styles.headerCell,
                column.align === "end" && styles.headerCellEnd,
                drag.over?.id === column.id && (drag.over.side === "before" ? styles.dropBefore : styles.dropAfter),
              )}
              onFocus={() => setStop(index + 1)}
              onPointerDown={(event) => drag.start(event, column.id)}
              onPointerMove={drag.move}
              onPointerUp={drag.end}
              onPointerCancel={drag.cancel}
              onClick={() => drag.wasDragged() || header.column.toggleSorting()}
              onContextMenu={(event) => {
                event.preventDefault();
                event.stopPropagation();
                onContextMenu(column.id, { x: event.clientX, y: event.clientY });
              }}
            >
              <span className={styles.headerTitle}>{column.title}</span>
              {sorted !== false && (
                <span className={styles.sortIcon} aria-hidden>
                  {sorted === "asc" ? <ArrowUpRegular /> : <ArrowDownRegular />}
                </span>
              )}
              <div
                aria-hidden
                className={mergeClasses(styles.resizer, index === headers.length - 1 && styles.resizerLast)}
                onPointerDown={(event) => event.stopPropagation()}
                onMouseDown={(event) => {
                  keepWidth(event, column);
                  header.getResizeHandler()(event);
                }}
                onTouchStart={(event) => {
                  keepWidth(event, column);
                  header.getResizeHandler()(event);
                }}
                onClick={(event) => event.stopPropagation()}
                onDoubleClick={() => header.column.resetSize()}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Puts a column one place to the left or right among those shown. */
export function moveColumn<Row extends object>(
  table: ReactTable<typeof features, Row>,
  id: string,
  step: number,
): boolean {
  const shown = table.getVisibleLeafColumns().map((column) => column.id);
  const neighbour = shown[shown.indexOf(id) + step];
  if (neighbour === undefined) {
    return false;
  }
  placeColumn(table, id, neighbour, step < 0 ? "before" : "after");
  return true;
}

type Side = "before" | "after";

function placeColumn<Row extends object>(table: ReactTable<typeof features, Row>, id: string, at: string, side: Side) {
  const order = table
    .getAllLeafColumns()
    .map((column) => column.id)
    .filter((other) => other !== id);
  order.splice(order.indexOf(at) + (side === "after" ? 1 : 0), 0, id);
  table.setColumnOrder(order);
}

function resizeTo<Row extends object>(table: ReactTable<typeof features, Row>, id: string, size: number) {
  table.setColumnSizing((sizing) => ({ ...sizing, [id]: Math.max(MIN_WIDTH, size) }));
}

function widthOf(cell: Element | null | undefined): number {
  return Math.round(cell?.getBoundingClientRect().width ?? 0);
}

/** Dragging a header by the pointer. HTML's own drag and drop is taken by the web view for files. */
function useColumnDrag<Row extends object>(
  table: ReactTable<typeof features, Row>,
  row: { current: HTMLDivElement | null },
) {
  const from = useRef<{ id: string; x: number; isDragging: boolean } | null>(null);
  const dragged = useRef(false);
  const [over, setOver] = useState<{ id: string; side: Side } | null>(null);
  // The event that ends it may come before the last move is drawn.
  const target = useRef<{ id: string; side: Side } | null>(null);
  const aim = (at: { id: string; side: Side } | null) => {
    target.current = at;
    setOver(at);
  };
  const stop = () => {
    from.current = null;
    aim(null);
  };
  return {
    over,
    wasDragged: () => dragged.current,
    start: (event: PointerEvent<HTMLDivElement>, id: string) => {
      dragged.current = false;
      from.current = event.button === 0 ? { id, x: event.clientX, isDragging: false } : null;
    },
    move: (event: PointerEvent<HTMLDivElement>) => {
      const drag = from.current;
      if (drag === null || (!drag.isDragging && Math.abs(event.clientX - drag.x) < 6)) {
        return;
      }
      if (!drag.isDragging) {
        drag.isDragging = true;
        dragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      const under = headerAt(row.current, event.clientX);
      aim(under === null || under.id === drag.id ? null : under);
    },
    end: () => {
      if (from.current !== null && target.current !== null) {
        placeColumn(table, from.current.id, target.current.id, target.current.side);
      }
      stop();
    },
    cancel: stop,
  };
}

function headerAt(row: HTMLDivElement | null, x: number): { id: string; side: Side } | null {
  for (const cell of row?.children ?? []) {
    const box = cell.getBoundingClientRect();
    const id = cell instanceof HTMLElement ? cell.dataset.column : undefined;
    if (id !== undefined && x >= box.left && x < box.right) {
      return { id, side: x < (box.left + box.right) / 2 ? "before" : "after" };
    }
  }
  return null;
}
