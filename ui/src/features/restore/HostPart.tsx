import { Button, MessageBar, MessageBarBody, Radio, RadioGroup, SearchBox } from "@fluentui/react-components";
import { useState } from "react";
import { folded } from "../../components/folded";
import { Mark } from "../../components/Mark";
import { plural } from "../../components/words";
import type { BundleView, HostRow } from "../../ipc";
import { stateWords } from "../hosts/hostWords";
import { Card } from "./Card";
import { useRestoreStyles } from "./styles";

type HostPartProps = {
  hosts: readonly HostRow[];
  bundle: BundleView | undefined;
  host: HostRow | undefined;
  onHost: (key: string) => void;
};

const MOST_SHOWN = 8;

/** Which host: the one with the bundle's hardware UUID is proposed; another one is chosen on purpose. */
export function HostPart({ hosts, bundle, host, onHost }: HostPartProps) {
  const styles = useRestoreStyles();
  const [isChoosing, setChoosing] = useState(false);
  const fits = host !== undefined && bundle?.fits.includes(host.key) === true;
  const isOther = host !== undefined && bundle !== undefined && !fits;
  return (
    <Card title="Host">
      {host === undefined ? (
        <span>
          {bundle === undefined
            ? "Choose the bundle first: the host that it belongs to is proposed."
            : "None of the hosts that were read has the bundle's hardware UUID."}
        </span>
      ) : (
        <div className={styles.item}>
          <Mark kind={fits ? "good" : isOther ? "warning" : "waiting"} />
          <span className={styles.text}>
            <span className={styles.strong}>{host.host.name}</span>
            {` through ${host.host.server}, ${stateWords(host)}`}
            {host.build !== null && `, ${host.version ?? ""} build ${host.build}`}
            <span className={styles.hint}>
              {fits
                ? "The bundle is of this hardware."
                : bundle === undefined
                  ? "No bundle is chosen yet."
                  : bundle.uuid === null
                    ? "The bundle does not say of which hardware it is."
                    : "The bundle is of another hardware."}
            </span>
          </span>
        </div>
      )}
      {isOther && bundle.uuid !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {`${host.host.name} would become ${bundle.host ?? "the host that the bundle was taken of"}, with its name, addresses and certificate. The two must not run at once. A host takes such a bundle only with force.`}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.row}>
        <Button aria-expanded={isChoosing} onClick={() => setChoosing(!isChoosing)}>
          {host === undefined ? "Choose a host…" : "Choose another host…"}
        </Button>
      </div>
      {isChoosing && <Choice hosts={hosts} host={host} onHost={onHost} />}
    </Card>
  );
}

function Choice({ hosts, host, onHost }: Pick<HostPartProps, "hosts" | "host" | "onHost">) {
  const styles = useRestoreStyles();
  const [typed, setTyped] = useState("");
  const text = folded(typed.trim());
  const found = hosts.filter((one) => folded(`${one.host.name} ${one.host.server}`).includes(text));
  const more = found.length - MOST_SHOWN;
  return (
    <div>
      <SearchBox
        size="small"
        className={styles.field}
        placeholder="Host or server"
        aria-label="Filter hosts"
        value={typed}
        onChange={(_, { value }) => setTyped(value)}
      />
      <RadioGroup aria-label="Hosts" value={host?.key ?? ""} onChange={(_, { value }) => onHost(value)}>
        {found.slice(0, MOST_SHOWN).map((one) => (
          <Radio key={one.key} value={one.key} label={`${one.host.name} (${one.host.server})`} />
        ))}
      </RadioGroup>
      <span className={styles.quiet} role="status">
        {found.length === 0 ? "No host fits." : more > 0 ? `And ${plural(more, "more host")}: type to narrow.` : ""}
      </span>
    </div>
  );
}
