/** What clicks and keys do to a selection, as in Explorer. Pure. */

export type Selection = {
  selected: ReadonlySet<string>;
  /** Where a range begins. */
  anchor: string | null;
  /** The row with the focus. */
  active: string | null;
};

export type Held = { shift: boolean; ctrl: boolean };

/** A click on a row. */
export function clickRow(selection: Selection, keys: readonly string[], key: string, held: Held): Selection {
  if (held.shift) {
    return extendTo(selection, keys, key, held.ctrl);
  }
  return held.ctrl ? toggleRow(selection, key) : { selected: new Set([key]), anchor: key, active: key };
}

/** An arrow key that arrives at a row: Ctrl moves the focus alone, Shift selects the range. */
export function moveTo(selection: Selection, keys: readonly string[], key: string, held: Held): Selection {
  if (held.shift) {
    return extendTo(selection, keys, key, held.ctrl);
  }
  return held.ctrl ? { ...selection, active: key } : { selected: new Set([key]), anchor: key, active: key };
}

/** A tick: space, or a click on the box. */
export function toggleRow(selection: Selection, key: string): Selection {
  const selected = new Set(selection.selected);
  if (!selected.delete(key)) {
    selected.add(key);
  }
  return { selected, anchor: key, active: key };
}

/** All rows that are shown, or none when all are selected. Rows that a filter hides stay out of it. */
export function toggleAll(selection: Selection, keys: readonly string[]): Selection {
  const all = keys.length > 0 && keys.every((key) => selection.selected.has(key));
  return { ...selection, selected: new Set(all ? [] : keys) };
}

/** A right click or the Menu key: commands act on the selection if the row is part of it, else on the row. */
export function aimAt(selection: Selection, key: string): Selection {
  return selection.selected.has(key)
    ? { ...selection, active: key }
    : { selected: new Set([key]), anchor: key, active: key };
}

function extendTo(selection: Selection, keys: readonly string[], key: string, isAdding: boolean): Selection {
  const anchor = selection.anchor ?? selection.active ?? key;
  const from = Math.max(0, keys.indexOf(anchor));
  const to = keys.indexOf(key);
  const range = keys.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { selected: new Set(isAdding ? [...selection.selected, ...range] : range), anchor, active: key };
}
