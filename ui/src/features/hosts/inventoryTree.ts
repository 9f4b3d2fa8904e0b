/** The inventory as a tree: all servers where there are several, server, datacenter, folders and cluster, host. Pure. */
import { compareKeys, sortKey } from "../../components/grid/natural";
import type { HostRow, ServerState } from "../../ipc";
import { placeKey, placeOf } from "./filter";

export type PlaceKind = "all" | "server" | "datacenter" | "folder" | "cluster" | "host";

export type TreeNode = {
  key: string;
  label: string;
  kind: PlaceKind;
  /** Hosts in it. */
  hosts: number;
  /** Hosts in it whose last attempt failed. */
  failing: number;
  /** In the order in which they were found. */
  children: TreeNode[];
  /** Of a host: what the grid knows it by. */
  host: HostRow | null;
};

/** No place has it: theirs are JSON. */
const ALL_KEY = "all";

export function inventoryTree(servers: readonly ServerState[], hosts: readonly HostRow[]): TreeNode[] {
  const roots = new Map<string, TreeNode>();
  const places = new Map<string, TreeNode>();
  for (const { name } of servers) {
    const root = place(placeKey(name, []), name, "server");
    roots.set(name, root);
    places.set(root.key, root);
  }
  for (const host of hosts) {
    let parent = roots.get(host.host.server);
    if (parent === undefined) {
      continue;
    }
    const above = [parent];
    for (let depth = 0; depth < host.path.length; depth += 1) {
      const key = placeKey(host.host.server, host.path.slice(0, depth + 1));
      let node = places.get(key);
      if (node === undefined) {
        node = place(key, host.path[depth] ?? "", kindAt(host, depth));
        places.set(key, node);
        parent.children.push(node);
      }
      parent = node;
      above.push(node);
    }
    for (const node of above) {
      node.hosts += 1;
      node.failing += host.safety === "failing" ? 1 : 0;
    }
    parent.children.push({ ...place(host.key, host.host.name, "host"), host });
  }
  const children = [...roots.values()];
  if (children.length < 2) {
    return children;
  }
  const total = (of: (node: TreeNode) => number) => children.reduce((sum, node) => sum + of(node), 0);
  const all = place(ALL_KEY, "All servers", "all");
  return [{ ...all, hosts: total((node) => node.hosts), failing: total((node) => node.failing), children }];
}

export type ShownNode = {
  node: TreeNode;
  depth: number;
  isExpanded: boolean | null;
  position: number;
  siblings: number;
};

/** The nodes that are not inside a closed one, from top to bottom. */
export function shownNodes(
  roots: readonly TreeNode[],
  isExpanded: (node: TreeNode, depth: number) => boolean,
): ShownNode[] {
  const shown: ShownNode[] = [];
  const add = (nodes: readonly TreeNode[], depth: number) => {
    nodes.forEach((node, index) => {
      const expanded = node.children.length === 0 ? null : isExpanded(node, depth);
      shown.push({ node, depth, isExpanded: expanded, position: index + 1, siblings: nodes.length });
      if (expanded === true) {
        add(sorted(node.children), depth + 1);
      }
    });
  };
  add(roots, 0);
  return shown;
}

/** The place that a click on a node narrows the grid to: a host's is where it is, null is everything. */
export function placeOfNode(node: TreeNode): string | null {
  return node.kind === "all" ? null : node.host === null ? node.key : placeOf(node.host);
}

function place(key: string, label: string, kind: PlaceKind): TreeNode {
  return { key, label, kind, hosts: 0, failing: 0, children: [], host: null };
}

function kindAt(host: HostRow, depth: number): PlaceKind {
  const name = host.path[depth];
  if (host.cluster !== null && depth === host.path.length - 1 && name === host.cluster) {
    return "cluster";
  }
  return name === host.datacenter && !host.path.slice(0, depth).includes(name) ? "datacenter" : "folder";
}

const kept = new WeakMap<TreeNode[], TreeNode[]>();

/** Places before hosts, each by name. Most of 2,500 hosts are in closed nodes: only what is opened is sorted, once. */
function sorted(children: TreeNode[]): readonly TreeNode[] {
  const before = kept.get(children);
  if (before !== undefined) {
    return before;
  }
  const key = (child: TreeNode) => `${child.host === null ? 0 : 1}${sortKey(child.label) ?? ""}`;
  const keys = new Map(children.map((child) => [child, key(child)]));
  const now = children.toSorted((a, b) => compareKeys(keys.get(a) ?? "", keys.get(b) ?? ""));
  kept.set(children, now);
  return now;
}
