import { Combobox, makeStyles, mergeClasses, Option } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import type { ArchivedHost } from "../ipc";
import { folded } from "./folded";
import { compareKeys, sortKey } from "./grid/natural";
import { hostLabels } from "./hostLabels";
import { plural } from "./words";

const useStyles = makeStyles({
  root: { minWidth: 0, "& input": { minWidth: 0, width: "100%" } },
});

/** More are found by typing. */
const MAX_OPTIONS = 50;
const NONE = "";
const POPUP = { align: "start", position: "below", autoSize: "height" } as const;

type HostChoiceProps = {
  label: string;
  hosts: readonly ArchivedHost[];
  identity: string | undefined;
  /** What it means that none is chosen. */
  placeholder: string;
  /** Whether none can be chosen again. */
  isClearable?: boolean;
  className?: string | undefined;
  onIdentity: (identity: string | undefined) => void;
};

/** One of the hosts that have bundles, found by its name. */
export function HostChoice({
  label,
  hosts,
  identity,
  placeholder,
  isClearable = false,
  className,
  onIdentity,
}: HostChoiceProps) {
  const styles = useStyles();
  const [typed, setTyped] = useState<string | null>(null);
  const chosen = hosts.find((host) => host.identity === identity);
  const text = folded((typed ?? "").trim());
  const labels = useMemo(() => hostLabels(hosts), [hosts]);
  const labelOf = (host: ArchivedHost) => labels.get(host.identity) ?? host.name;
  const sorted = useMemo(() => [...hosts].sort((a, b) => compareKeys(nameKey(a), nameKey(b))), [hosts]);
  const found = sorted.filter((host) => folded(labelOf(host)).includes(text));
  const first = found.slice(0, MAX_OPTIONS);
  // Enter takes what is chosen already, wherever it is among many.
  const shown = text !== "" || chosen === undefined || first.includes(chosen) ? first : [chosen, ...first.slice(1)];
  return (
    <Combobox
      size="small"
      className={mergeClasses(styles.root, className)}
      positioning={POPUP}
      aria-label={label}
      placeholder={placeholder}
      clearable={isClearable}
      value={typed ?? (chosen === undefined ? identity : labelOf(chosen)) ?? ""}
      selectedOptions={identity === undefined ? [] : [identity]}
      onChange={(event) => setTyped(event.target.value)}
      onOpenChange={(_, { open }) => setTyped((before) => (open ? (before ?? "") : null))}
      onOptionSelect={(event, { optionValue = NONE }) => {
        // Typing and going on chooses nothing.
        if (event.type === "change" || ("key" in event && event.key === "Tab")) {
          return;
        }
        setTyped(null);
        const next = optionValue === NONE ? undefined : optionValue;
        next !== identity && onIdentity(next);
      }}
    >
      {isClearable && text === "" && (
        <Option value={NONE} text={placeholder}>
          {placeholder}
        </Option>
      )}
      {shown.map((host) => (
        <Option key={host.identity} value={host.identity} text={labelOf(host)}>
          {labelOf(host)}
        </Option>
      ))}
      {found.length === 0 && (
        <Option disabled value="none" text="">
          {hosts.length === 0 ? "The archive has no bundles" : "No host of this name"}
        </Option>
      )}
      {found.length > MAX_OPTIONS && (
        <Option disabled value="more" text="">
          {`${plural(found.length - MAX_OPTIONS, "more host")}: type to find them`}
        </Option>
      )}
    </Combobox>
  );
}

function nameKey(host: ArchivedHost): string | number {
  return sortKey(host.name) ?? "";
}
