import { Menu, MenuPopover, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  BuildingRegular,
  ChevronDownRegular,
  ChevronRightRegular,
  FolderRegular,
  GlobeRegular,
  LayerRegular,
  ServerMultipleRegular,
  ServerRegular,
} from "@fluentui/react-icons";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { CommandItems, type Commands } from "../../components/commands";
import { isNothingFocused } from "../../components/focus";
import { pointTarget } from "../../components/grid/ColumnMenu";
import { HOVERED, SELECTED } from "../../components/highlight";
import { Mark } from "../../components/Mark";
import { plural, wholeNumber } from "../../components/words";
import type { HostRow, ServerState } from "../../ipc";
import { safetyMark } from "./hostWords";
import { inventoryTree, type PlaceKind, placeOfNode, type ShownNode, shownNodes, type TreeNode } from "./inventoryTree";

const ROW = 26;

const useStyles = makeStyles({
  scroller: {
    height: "100%",
    overflow: "auto",
    contain: "strict",
    fontSize: tokens.fontSizeBase200,
    lineHeight: `${ROW}px`,
  },
  list: { position: "relative", minWidth: "100%" },
  node: {
    position: "absolute",
    top: 0,
    left: 0,
    width: "100%",
    height: `${ROW}px`,
    boxSizing: "border-box",
    paddingLeft: "calc(4px + var(--depth) * 14px)",
    paddingRight: "8px",
    display: "flex",
    alignItems: "center",
    gap: "4px",
    cursor: "default",
    userSelect: "none",
    outlineStyle: "none",
    whiteSpace: "nowrap",
    ":hover": HOVERED,
    ":focus-visible": { boxShadow: `inset 0 0 0 2px ${tokens.colorStrokeFocus2}` },
    "@media (forced-colors: active)": { ":focus-visible": { outline: "2px solid Highlight", outlineOffset: "-2px" } },
  },
  selected: {
    ...SELECTED,
    fontWeight: tokens.fontWeightSemibold,
    "@media (forced-colors: active)": { border: "1px solid Highlight" },
  },
  chevron: { width: "16px", flexShrink: 0, display: "inline-flex", fontSize: "12px", justifyContent: "center" },
  icon: {
    flexShrink: 0,
    display: "inline-flex",
    fontSize: "15px",
    color: `var(--mark-color, ${tokens.colorNeutralForeground2})`,
  },
  label: { overflow: "hidden", textOverflow: "ellipsis", flexGrow: 1 },
  count: {
    color: `var(--mark-color, ${tokens.colorNeutralForeground3})`,
    fontVariantNumeric: "tabular-nums",
    flexShrink: 0,
  },
});

type HostTreeProps = {
  servers: readonly ServerState[];
  hosts: readonly HostRow[];
  /** The place that is selected; null is everything. */
  selected: string | null;
  toggled: readonly string[];
  onToggle: (key: string) => void;
  onSelect: (node: TreeNode) => void;
  /** For the context menu: what can be done to the hosts of a node. */
  commandsOf: (node: TreeNode) => Commands;
};

/** The inventory: servers, datacenter, folders and cluster, host. Only the nodes in sight are drawn. */
export function HostTree({ servers, hosts, selected, toggled, onToggle, onSelect, commandsOf }: HostTreeProps) {
  const styles = useStyles();
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const roots = useMemo(() => inventoryTree(servers, hosts), [servers, hosts]);
  const shown = useMemo(() => {
    const differs = new Set(toggled);
    // Servers are open at first, what is below them closed.
    return shownNodes(roots, (node) => (node.kind === "all" || node.kind === "server") !== differs.has(node.key));
  }, [roots, toggled]);
  const [active, setActive] = useState<string | null>(selected);
  const found = shown.findIndex(({ node }) => node.key === active);
  const activeIndex = Math.max(0, found);
  const wantsFocus = useRef(false);
  const [menu, setMenu] = useState<{ node: TreeNode; x: number; y: number } | null>(null);
  const activeNode = () => scroller?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]');
  const focusNode = () => activeNode()?.focus({ preventScroll: true });

  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false,
    // Nodes with the first drawing, before anything is measured.
    initialRect: { width: 0, height: window.innerHeight / 2 },
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return indexes.includes(activeIndex) || activeIndex >= shown.length ? indexes : [...indexes, activeIndex];
    },
  });
  useEffect(() => {
    if (wantsFocus.current && activeNode() != null) {
      wantsFocus.current = false;
      focusNode();
    }
  });

  const goTo = (index: number) => {
    const target = shown[Math.max(0, Math.min(shown.length - 1, index))];
    if (target !== undefined) {
      wantsFocus.current = true;
      setActive(target.node.key);
      virtualizer.scrollToIndex(shown.indexOf(target), { align: "auto" });
      onSelect(target.node);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const current = shown[activeIndex];
    if (current === undefined || event.ctrlKey || event.altKey) {
      return;
    }
    if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      const box = activeNode()?.getBoundingClientRect();
      box && setMenu({ node: current.node, x: box.left + ROW, y: box.bottom });
      event.preventDefault();
      return;
    }
    const act = actionFor(event.key, current, activeIndex, shown);
    if (act === null) {
      return;
    }
    event.preventDefault();
    if (act === "toggle") {
      onToggle(current.node.key);
    } else if (act === "select") {
      onSelect(current.node);
    } else {
      goTo(act);
    }
  };

  // A dialog that a command opens gives the focus back to the node.
  const menuCommands = (node: TreeNode): Commands =>
    commandsOf(node).map((command) =>
      command === "divider" || "items" in command
        ? command
        : {
            ...command,
            run: () => {
              focusNode();
              command.run();
            },
          },
    );

  return (
    <>
      <div
        ref={setScroller}
        role="tree"
        aria-label="Inventory"
        className={styles.scroller}
        onKeyDown={onKeyDown}
        // Its items take the focus; this is where it goes while there are none.
        tabIndex={shown.length === 0 ? 0 : -1}
      >
        <div role="none" className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const entry = shown[item.index];
            if (entry === undefined) {
              return null;
            }
            const { node } = entry;
            const isSelected = node.host === null && placeOfNode(node) === selected;
            return (
              <div
                key={node.key}
                role="treeitem"
                aria-level={entry.depth + 1}
                aria-posinset={entry.position}
                aria-setsize={entry.siblings}
                aria-expanded={entry.isExpanded ?? undefined}
                aria-selected={isSelected}
                aria-label={nodeLabel(node)}
                tabIndex={item.index === activeIndex ? 0 : -1}
                title={node.label}
                className={mergeClasses(styles.node, isSelected && styles.selected)}
                style={{ transform: `translateY(${item.start}px)`, "--depth": String(entry.depth) }}
                onClick={() => {
                  setActive(node.key);
                  onSelect(node);
                }}
                onContextMenu={(event) => {
                  event.preventDefault();
                  setActive(node.key);
                  setMenu({ node, x: event.clientX, y: event.clientY });
                }}
                onDoubleClick={() => entry.isExpanded !== null && onToggle(node.key)}
              >
                <span
                  className={styles.chevron}
                  aria-hidden
                  onClick={(event) => {
                    event.stopPropagation();
                    entry.isExpanded !== null && onToggle(node.key);
                  }}
                >
                  {entry.isExpanded === true ? (
                    <ChevronDownRegular />
                  ) : entry.isExpanded === false ? (
                    <ChevronRightRegular />
                  ) : null}
                </span>
                <span className={styles.icon} aria-hidden>
                  {ICONS[node.kind]}
                </span>
                <span className={styles.label}>{node.label}</span>
                {node.host !== null && node.host.safety !== "fresh" && <Mark kind={safetyMark(node.host.safety)} />}
                {node.host === null && node.failing > 0 && <Mark kind="bad" />}
                {node.host === null && <span className={styles.count}>{wholeNumber(node.hosts)}</span>}
              </div>
            );
          })}
        </div>
      </div>
      {menu !== null && (
        <Menu
          open
          positioning={{ target: pointTarget(menu), position: "below", align: "start", autoSize: true }}
          onOpenChange={(_, data) => {
            if (!data.open) {
              setMenu(null);
              requestAnimationFrame(() => isNothingFocused() && focusNode());
            }
          }}
        >
          <MenuPopover>
            <CommandItems commands={menuCommands(menu.node)} />
          </MenuPopover>
        </Menu>
      )}
    </>
  );
}

const ICONS: Record<PlaceKind, React.ReactElement> = {
  all: <GlobeRegular />,
  server: <ServerMultipleRegular />,
  datacenter: <BuildingRegular />,
  folder: <FolderRegular />,
  cluster: <LayerRegular />,
  host: <ServerRegular />,
};

function nodeLabel(node: TreeNode): string {
  if (node.host !== null) {
    return node.label;
  }
  return `${node.label}, ${plural(node.hosts, "host")}${node.failing > 0 ? `, ${node.failing} failing` : ""}`;
}

/** What a key does in a tree: go to a row, open or close this one, select it. */
function actionFor(
  key: string,
  current: ShownNode,
  index: number,
  shown: readonly ShownNode[],
): number | "toggle" | "select" | null {
  switch (key) {
    case "ArrowDown":
      return index + 1;
    case "ArrowUp":
      return index - 1;
    case "Home":
      return 0;
    case "End":
      return shown.length - 1;
    case "ArrowRight":
      return current.isExpanded === null ? null : current.isExpanded ? index + 1 : "toggle";
    case "ArrowLeft":
      return current.isExpanded === true
        ? "toggle"
        : shown.slice(0, index).findLastIndex((other) => other.depth < current.depth);
    case "Enter":
    case " ":
      return "select";
    default:
      return null;
  }
}
