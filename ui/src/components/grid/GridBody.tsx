import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEventHandler,
  type MouseEventHandler,
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import { isHeadingFocused, isNothingFocused } from "../focus";
import type { GridColumn } from "./columns";
import { GridRow } from "./GridRow";
import { HEADER_HEIGHT, ROOM_BELOW, ROW_HEIGHT, useGridStyles } from "./styles";

export type GridBodyHandle = {
  focusRow: (index: number) => void;
  scrollTo: (index: number) => void;
  /** Focuses the row only if the focus is nowhere: it must not be taken from a dialog. */
  takeFocusBack: (index: number) => void;
  rowBox: (index: number) => DOMRect | null;
  /** Rows that PageDown goes over. */
  pageSize: () => number;
};

type GridBodyProps<Row> = {
  handle: Ref<GridBodyHandle>;
  scroller: HTMLDivElement | null;
  rows: readonly Row[];
  keys: readonly string[];
  columns: readonly GridColumn<Row>[];
  selected: ReadonlySet<string>;
  activeIndex: number;
  onKeyDown: KeyboardEventHandler<HTMLDivElement>;
  onClick: MouseEventHandler<HTMLDivElement>;
  onDoubleClick: MouseEventHandler<HTMLDivElement>;
  onContextMenu: MouseEventHandler<HTMLDivElement>;
};

/** The rows in sight, and the one with the focus, which must not lose it by being scrolled away. */
export function GridBody<Row>(props: GridBodyProps<Row>) {
  const { handle, scroller, rows, keys, columns, selected, activeIndex } = props;
  const styles = useGridStyles();
  const body = useRef<HTMLDivElement>(null);
  const pendingFocus = useRef<string | null>(null);
  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollMargin: HEADER_HEIGHT,
    scrollPaddingStart: HEADER_HEIGHT,
    paddingEnd: ROOM_BELOW,
    scrollPaddingEnd: ROOM_BELOW,
    useFlushSync: false,
    // Rows with the first drawing, before anything is measured.
    initialRect: { width: 0, height: window.innerHeight / 2 },
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      if (activeIndex < keys.length && !indexes.includes(activeIndex)) {
        activeIndex < (indexes[0] ?? 0) ? indexes.unshift(activeIndex) : indexes.push(activeIndex);
      }
      return indexes;
    },
  });

  const element = (key: string | undefined) =>
    key === undefined ? null : (body.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null);
  const focusRow = (index: number) => {
    virtualizer.scrollToIndex(index, { align: "auto" });
    const row = element(keys[index]);
    if (row === null) {
      pendingFocus.current = keys[index] ?? null;
    } else {
      row.focus({ preventScroll: true });
    }
  };
  useEffect(() => {
    const row = pendingFocus.current === null ? null : element(pendingFocus.current);
    if (row !== null) {
      pendingFocus.current = null;
      row.focus({ preventScroll: true });
    }
  });
  useImperativeHandle(handle, () => ({
    focusRow,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
    takeFocusBack: (index) => {
      if (isNothingFocused()) {
        focusRow(index);
      }
    },
    rowBox: (index) => element(keys[index])?.getBoundingClientRect() ?? null,
    pageSize: () => Math.max(1, Math.floor(((scroller?.clientHeight ?? 0) - HEADER_HEIGHT) / ROW_HEIGHT) - 1),
  }));
  useKeptFocus(body, keys, activeIndex, focusRow);
  useLandedFocus(body);

  return (
    <div
      ref={body}
      role="rowgroup"
      className={styles.body}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={props.onKeyDown}
      onClick={props.onClick}
      onDoubleClick={props.onDoubleClick}
      onContextMenu={props.onContextMenu}
    >
      {virtualizer.getVirtualItems().map((item) => {
        const row = rows[item.index];
        const key = keys[item.index];
        if (row === undefined || key === undefined) {
          return null;
        }
        return (
          <GridRow
            key={key}
            row={row}
            rowKey={key}
            ariaRow={item.index + 2}
            top={item.start - HEADER_HEIGHT}
            isSelected={selected.has(key)}
            isTabStop={item.index === activeIndex}
            columns={columns}
          />
        );
      })}
    </div>
  );
}

/** Who has come to a page for its list need not go there from the page's heading, once the list is there. */
function useLandedFocus(body: RefObject<HTMLDivElement | null>) {
  const isDrawn = useRef(false);
  useEffect(() => {
    const row = isDrawn.current ? null : body.current?.querySelector<HTMLElement>('main [data-key][tabindex="0"]');
    if (row == null) {
      return;
    }
    isDrawn.current = true;
    isHeadingFocused() && row.focus({ preventScroll: true });
  });
}

/** When the row that has the focus is removed, the row in its place gets it. */
function useKeptFocus(
  body: RefObject<HTMLDivElement | null>,
  keys: readonly string[],
  activeIndex: number,
  focusRow: (index: number) => void,
) {
  const hadFocus = useRef(false);
  useEffect(() => {
    const root = body.current;
    const note = () => {
      hadFocus.current = true;
    };
    const drop = (event: FocusEvent) => {
      // Nothing gets the focus when its element is removed: only then is it to be kept.
      hadFocus.current = event.relatedTarget === null && event.target instanceof Element && !event.target.isConnected;
    };
    root?.addEventListener("focusin", note);
    root?.addEventListener("focusout", drop);
    return () => {
      root?.removeEventListener("focusin", note);
      root?.removeEventListener("focusout", drop);
    };
  }, [body]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that come and go are the only cause
  useEffect(() => {
    if (hadFocus.current && isNothingFocused() && keys.length > 0) {
      focusRow(activeIndex);
    }
  }, [keys]);
}
