import {
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemCheckbox,
  MenuList,
  MenuPopover,
} from "@fluentui/react-components";
import {
  ArrowDownRegular,
  ArrowLeftRegular,
  ArrowResetRegular,
  ArrowRightRegular,
  ArrowUpRegular,
} from "@fluentui/react-icons";
import type { ReactTable } from "@tanstack/react-table";
import type { features, GridColumn } from "./columns";
import { moveColumn } from "./GridHeader";

type ColumnMenuProps<Row extends object> = {
  table: ReactTable<typeof features, Row>;
  columns: readonly GridColumn<Row>[];
  column: string;
  at: { x: number; y: number };
  onClose: () => void;
};

/** A column header's menu: sort, move, and which columns are shown. */
export function ColumnMenu<Row extends object>({ table, columns, column: id, at, onClose }: ColumnMenuProps<Row>) {
  const column = table.getColumn(id);
  const shown = columns.filter((other) => table.getColumn(other.id)?.getIsVisible() === true).map((other) => other.id);
  return (
    <Menu
      open
      positioning={{ target: pointTarget(at), position: "below", align: "start", autoSize: true }}
      onOpenChange={(_, data) => !data.open && onClose()}
      checkedValues={{ shown }}
      onCheckedValueChange={(_, data) => {
        for (const other of columns) {
          table.getColumn(other.id)?.toggleVisibility(other.isFixed === true || data.checkedItems.includes(other.id));
        }
      }}
    >
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<ArrowUpRegular />} onClick={() => column?.toggleSorting(false)}>
            Sort ascending
          </MenuItem>
          <MenuItem icon={<ArrowDownRegular />} onClick={() => column?.toggleSorting(true)}>
            Sort descending
          </MenuItem>
          <MenuItem icon={<ArrowLeftRegular />} secondaryContent="Ctrl+Left" onClick={() => moveColumn(table, id, -1)}>
            Move left
          </MenuItem>
          <MenuItem icon={<ArrowRightRegular />} secondaryContent="Ctrl+Right" onClick={() => moveColumn(table, id, 1)}>
            Move right
          </MenuItem>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>Columns</MenuGroupHeader>
            {columns.map((other) => (
              <MenuItemCheckbox key={other.id} name="shown" value={other.id} disabled={other.isFixed === true}>
                {other.title}
              </MenuItemCheckbox>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem
            icon={<ArrowResetRegular />}
            onClick={() => {
              table.setColumnOrder(columns.map((other) => other.id));
              table.setColumnVisibility(
                Object.fromEntries(columns.map((other) => [other.id, other.isHidden !== true])),
              );
              table.setColumnSizing({});
            }}
          >
            Reset columns
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** A menu opens at a point rather than at an element. */
export function pointTarget({ x, y }: { x: number; y: number }) {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}
