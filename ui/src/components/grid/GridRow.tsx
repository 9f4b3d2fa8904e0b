import { mergeClasses } from "@fluentui/react-components";
import { CheckmarkRegular, SubtractRegular } from "@fluentui/react-icons";
import { memo } from "react";
import type { GridColumn } from "./columns";
import { useGridStyles } from "./styles";

type GridRowProps<Row> = {
  row: Row;
  rowKey: string;
  /** Among all rows, the header being the first. */
  ariaRow: number;
  top: number;
  isSelected: boolean;
  isTabStop: boolean;
  columns: readonly GridColumn<Row>[];
};

function GridRowOf<Row>({ row, rowKey, ariaRow, top, isSelected, isTabStop, columns }: GridRowProps<Row>) {
  const styles = useGridStyles();
  return (
    <div
      role="row"
      data-key={rowKey}
      aria-rowindex={ariaRow}
      aria-selected={isSelected}
      tabIndex={isTabStop ? 0 : -1}
      className={mergeClasses(styles.row, isSelected && styles.rowSelected)}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" data-tick className={styles.tick}>
        <TickBox state={isSelected} />
      </div>
      {columns.map((column) => {
        const text = column.text(row);
        return (
          <div
            key={column.id}
            role="gridcell"
            title={text}
            className={column.align === "end" ? mergeClasses(styles.cell, styles.cellEnd) : styles.cell}
          >
            {column.draw === undefined ? text : column.draw(row)}
          </div>
        );
      })}
    </div>
  );
}

/** Drawn again only when one of its own props changes: neither a selection elsewhere nor a tick touches it. */
export const GridRow = memo(GridRowOf) as typeof GridRowOf;

/** The look of a checkbox without being one: the row itself says that it is selected. */
export function TickBox({ state }: { state: boolean | "mixed" }) {
  const styles = useGridStyles();
  return (
    <span className={state === false ? styles.box : mergeClasses(styles.box, styles.boxTicked)} aria-hidden>
      {state === true ? <CheckmarkRegular /> : state === "mixed" ? <SubtractRegular /> : null}
    </span>
  );
}
