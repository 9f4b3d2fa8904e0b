/**
 * The one grid of the window: a TanStack table drawn with few plain elements, of which only those in sight exist.
 * It sorts, selects, copies and remembers its layout; it does not know what its rows are.
 */
import { Menu, MenuPopover } from "@fluentui/react-components";
import { CopyRegular, DocumentTableRegular } from "@fluentui/react-icons";
import { useTable } from "@tanstack/react-table";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { commands as ipc } from "../../ipc";
import { copyText } from "../clipboard";
import { CommandItems, type Commands } from "../commands";
import { ErrorView } from "../ErrorView";
import { isNothingFocused } from "../focus";
import { shortcutOf } from "../shortcuts";
import { ColumnMenu, pointTarget } from "./ColumnMenu";
import { columnTemplate, features, type GridColumn, initialLayout, sortRows, tableColumns } from "./columns";
import { GridBody, type GridBodyHandle } from "./GridBody";
import { GridHeader } from "./GridHeader";
import { readLayout, writeLayout } from "./layout";
import { aimAt, clickRow, moveTo, type Selection, toggleAll, toggleRow } from "./selection";
import { TICK_WIDTH, useGridStyles } from "./styles";
import { commaSeparated, csvName, tabSeparated } from "./text";

export type { GridColumn } from "./columns";

export type GridHandle = {
  /** Saves what is shown, in the order and with the columns that are shown. False when the dialog was cancelled. */
  exportCsv: () => Promise<boolean>;
  /** Focuses the row with the focus, or the first one. */
  focus: () => void;
  /** Scrolls to a row, as soon as it is shown. */
  reveal: (key: string) => void;
};

type DataGridProps<Row extends object> = {
  /** Its layout is remembered under this name. */
  name: string;
  label: string;
  /** Already filtered. A row that did not change must be the same object as before. */
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Must not change from one drawing to the next. */
  columns: readonly GridColumn<Row>[];
  sortedBy: string;
  isDescending?: boolean;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  /** Enter or a double click. */
  onOpen?: (row: Row) => void;
  /** For the context menu: what the toolbar offers for the selection. */
  commands?: Commands;
  /** Shown instead of rows when there are none. */
  empty?: ReactNode;
  handle?: Ref<GridHandle>;
};

/** In the menu of every grid, once; a page may offer it in its toolbar, too. */
export const EXPORT_CSV = { id: "list", label: "Export CSV…", icon: <DocumentTableRegular />, opensDialog: true };

const NO_ROWS: [] = [];

type OpenMenu = { column: string | null; x: number; y: number };

export function DataGrid<Row extends object>(props: DataGridProps<Row>) {
  const { label, rowKey, columns, selected, onSelect, onOpen, commands = [], empty, handle } = props;
  const styles = useGridStyles();
  const { table, visible, widths, sizing, sorted } = useGridTable(props);
  const keys = useMemo(() => sorted.map(rowKey), [sorted, rowKey]);

  const body = useRef<GridBodyHandle>(null);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const [focusAt, setFocusAt] = useState<{ anchor: string | null; active: string | null }>({
    anchor: null,
    active: null,
  });
  const selection: Selection = { selected, ...focusAt };
  const activeIndex = useActiveIndex(keys, focusAt.active);
  const [menu, setMenu] = useState<OpenMenu | null>(null);

  const apply = (next: Selection) => {
    setFocusAt({ anchor: next.anchor, active: next.active });
    if (next.selected !== selected) {
      onSelect(next.selected);
    }
  };
  const chosenRows = () => {
    const chosen = sorted.filter((row) => selected.has(rowKey(row)));
    return chosen.length > 0 ? chosen : sorted.slice(activeIndex, activeIndex + 1);
  };
  const exportCsv = () => ipc.saveText(csvName(label, new Date()), commaSeparated(visible, sorted));
  const [problem, setProblem] = useState<unknown>(null);
  const attempt = (act: Promise<unknown>) => {
    act.then(() => setProblem(null), setProblem);
  };
  const copy = () => attempt(copyText(tabSeparated(visible, chosenRows())));
  useImperativeHandle(handle, () => ({
    exportCsv,
    focus: () => body.current?.focusRow(activeIndex),
    reveal: (key) => {
      setFocusAt({ anchor: key, active: key });
      setRevealed(key);
    },
  }));
  const [revealed, setRevealed] = useState<string | null>(null);
  useEffect(() => {
    const index = revealed === null ? -1 : keys.indexOf(revealed);
    if (index >= 0) {
      setRevealed(null);
      body.current?.scrollTo(index);
    }
  }, [revealed, keys]);

  const headerStop = () => scroller?.querySelector<HTMLElement>('[role="columnheader"][tabindex="0"]');
  /** The focus goes back to where the menu was opened from, unless a command has taken it, as to a dialog. */
  const closeMenu = (focusBack: () => void) => {
    setMenu(null);
    requestAnimationFrame(focusBack);
  };
  const openRowMenu = (key: string, x: number, y: number) => {
    apply(aimAt(selection, key));
    setMenu({ column: null, x, y });
  };
  const onBodyKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const key = keys[activeIndex];
    if (key === undefined || event.altKey) {
      return;
    }
    const held = { shift: event.shiftKey, ctrl: event.ctrlKey };
    const target = arrivalOf(event.key, activeIndex, keys.length, body.current?.pageSize() ?? 10);
    if (target === "header") {
      headerStop()?.focus();
    } else if (target !== null) {
      const to = keys[target];
      to !== undefined && apply(moveTo(selection, keys, to, held));
      body.current?.focusRow(target);
    } else if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      const box = body.current?.rowBox(activeIndex);
      box && openRowMenu(key, box.left + TICK_WIDTH, box.bottom);
    } else if (event.key === " ") {
      apply(toggleRow(selection, key));
    } else if (shortcutOf(event.nativeEvent) === "Ctrl+A") {
      apply({ ...selection, selected: new Set(keys) });
    } else if (shortcutOf(event.nativeEvent) === "Ctrl+C") {
      copy();
    } else if (event.key === "Escape" && selected.size > 0) {
      apply({ ...selection, selected: new Set() });
    } else if (event.key === "Enter" && onOpen !== undefined && sorted[activeIndex] !== undefined) {
      onOpen(sorted[activeIndex]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const key = keyOf(event.target);
    if (key === null) {
      return;
    }
    const isTick = event.target instanceof Element && event.target.closest("[data-tick]") !== null;
    const held = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    apply(isTick && !held.shift ? toggleRow(selection, key) : clickRow(selection, keys, key, held));
    body.current?.focusRow(keys.indexOf(key));
  };

  const chosen = keys.reduce((count, key) => count + (selected.has(key) ? 1 : 0), 0);
  const allSelected = chosen === 0 ? false : chosen === keys.length ? true : "mixed";
  return (
    <div className={styles.wrapper}>
      <div
        ref={setScroller}
        role="grid"
        aria-label={label}
        aria-multiselectable
        aria-rowcount={keys.length + 1}
        aria-colcount={visible.length + 1}
        className={styles.scroller}
        style={{
          "--grid-columns": `${TICK_WIDTH}px ${columnTemplate(visible, widths, sizing)}`,
          "--grid-width": `${widths.reduce((sum, width) => sum + width, TICK_WIDTH)}px`,
        }}
      >
        <GridHeader
          table={table}
          columns={visible}
          allSelected={allSelected}
          onToggleAll={() => apply(toggleAll(selection, keys))}
          onLeave={() => body.current?.focusRow(activeIndex)}
          onContextMenu={(column, at) => setMenu({ column, ...at })}
        />
        <GridBody
          handle={body}
          scroller={scroller}
          rows={sorted}
          keys={keys}
          columns={visible}
          selected={selected}
          activeIndex={activeIndex}
          onKeyDown={onBodyKeyDown}
          onClick={onClick}
          onDoubleClick={(event) => {
            const row = sorted[keys.indexOf(keyOf(event.target) ?? "")];
            row !== undefined && onOpen?.(row);
          }}
          onContextMenu={(event) => {
            const key = keyOf(event.target);
            event.preventDefault();
            key !== null && openRowMenu(key, event.clientX, event.clientY);
          }}
        />
      </div>
      {keys.length === 0 && empty !== undefined && <div className={styles.empty}>{empty}</div>}
      {problem !== null && (
        <div className={styles.problem}>
          <ErrorView error={problem} />
        </div>
      )}
      {menu !== null && menu.column === null && (
        <RowMenu
          at={menu}
          commands={commands}
          onCopy={copy}
          onExport={() => attempt(exportCsv())}
          onClose={() => closeMenu(() => body.current?.takeFocusBack(activeIndex))}
        />
      )}
      {menu !== null && menu.column !== null && (
        <ColumnMenu
          table={table}
          columns={columns}
          column={menu.column}
          at={menu}
          onClose={() => closeMenu(() => isNothingFocused() && headerStop()?.focus())}
        />
      )}
    </div>
  );
}

type RowMenuProps = {
  at: { x: number; y: number };
  commands: Commands;
  onCopy: () => void;
  onExport: () => void;
  onClose: () => void;
};

/** What the page offers for the selected rows, and what every grid does. */
function RowMenu({ at, commands, onCopy, onExport, onClose }: RowMenuProps) {
  const hasExport = commands.some((command) => command !== "divider" && command.id === EXPORT_CSV.id);
  const all: Commands = [
    ...commands,
    ...(commands.length > 0 ? (["divider"] as const) : []),
    { id: "copy", label: "Copy rows", icon: <CopyRegular />, shortcut: "Ctrl+C", run: onCopy },
    ...(hasExport ? [] : [{ ...EXPORT_CSV, run: onExport }]),
  ];
  return (
    <Menu
      open
      positioning={{ target: pointTarget(at), position: "below", align: "start", autoSize: true }}
      onOpenChange={(_, data) => !data.open && onClose()}
    >
      <MenuPopover>
        <CommandItems commands={all} />
      </MenuPopover>
    </Menu>
  );
}

/** The table of the columns, remembered under the grid's name, and the rows as it sorts them. */
function useGridTable<Row extends object>(props: DataGridProps<Row>) {
  const { name, rows, columns, sortedBy, isDescending = false } = props;
  const definitions = useMemo(() => tableColumns(columns), [columns]);
  const [initial] = useState(() => readLayout(name, columns, initialLayout(columns, sortedBy, isDescending)));
  const table = useTable({
    features,
    columns: definitions,
    data: NO_ROWS,
    initialState: initial,
    enableSortingRemoval: false,
    columnResizeMode: "onChange",
  });
  const { sorting, columnSizing, columnOrder, columnVisibility } = table.state;
  useEffect(() => {
    writeLayout(name, { sorting, columnSizing, columnOrder, columnVisibility });
  }, [name, sorting, columnSizing, columnOrder, columnVisibility]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is visible depends on order and visibility alone
  const visible = useMemo(
    () =>
      table.getVisibleLeafColumns().flatMap(({ id }) => {
        const column = columns.find((other) => other.id === id);
        return column === undefined ? [] : [column];
      }),
    [columns, columnOrder, columnVisibility],
  );
  const widths = table.getVisibleLeafColumns().map((column) => column.getSize());
  const sorted = useMemo(() => {
    const by = sorting[0];
    const column = definitions.find(({ id }) => id === by?.id);
    return by === undefined || column === undefined ? rows : sortRows(rows, column.accessorFn, by.desc);
  }, [rows, definitions, sorting]);
  return { table, visible, widths, sizing: columnSizing, sorted };
}

/** Where a key goes from here, or null for keys that do not move. */
function arrivalOf(key: string, from: number, count: number, page: number): number | "header" | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, from + 1);
    case "ArrowUp":
      return from === 0 ? "header" : from - 1;
    case "PageDown":
      return Math.min(last, from + page);
    case "PageUp":
      return Math.max(0, from - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** The row with the focus; when it is gone, the one that took its place. */
function useActiveIndex(keys: readonly string[], active: string | null): number {
  const last = useRef(0);
  const found = useMemo(() => (active === null ? 0 : keys.indexOf(active)), [keys, active]);
  const index = found >= 0 ? found : Math.max(0, Math.min(last.current, keys.length - 1));
  useEffect(() => {
    last.current = index;
  });
  return index;
}

function keyOf(target: EventTarget): string | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-key]") : null;
  return row?.dataset.key ?? null;
}
