import type { GridColumn } from "../../components/grid/DataGrid";
import { Mark } from "../../components/Mark";
import { Age } from "../../components/Time";
import { dateTime } from "../../components/words";
import { StandingCell } from "../bundles/Standing";
import { standingWords } from "../bundles/words";
import {
  failureWords,
  lacksRecoveryKey,
  lockdownWords,
  outcomeMark,
  outcomeWords,
  SAFETIES,
  safetyMark,
  safetyWords,
  stateWords,
  tpmWords,
} from "./hostWords";
import type { ShownHost } from "./standings";

export const HOST_COLUMNS: readonly GridColumn<ShownHost>[] = [
  { id: "name", title: "Name", width: 160, isFixed: true, text: ({ host }) => host.name },
  {
    id: "safety",
    title: "Backup",
    width: 130,
    text: ({ safety }) => safetyWords(safety),
    sortBy: ({ safety }) => SAFETIES.indexOf(safety),
    draw: ({ safety }) => (
      <>
        <Mark kind={safetyMark(safety)} /> {safetyWords(safety)}
      </>
    ),
  },
  {
    id: "lastGood",
    title: "Last backup",
    width: 96,
    text: ({ lastGood }) => (lastGood === null ? "" : dateTime(lastGood.takenAt)),
    sortBy: ({ lastGood }) => (lastGood === null ? null : Date.parse(lastGood.takenAt)),
    draw: ({ lastGood }) => lastGood !== null && <Age iso={lastGood.takenAt} />,
  },
  {
    id: "outcome",
    title: "Last outcome",
    width: 260,
    grow: true,
    text: outcomeWords,
    draw: (host) => {
      const mark = outcomeMark(host);
      return (
        mark !== null && (
          <>
            <Mark kind={mark} /> {failureWords(host) ?? outcomeWords(host)}
          </>
        )
      );
    },
  },
  {
    id: "standing",
    title: "Configuration",
    width: 120,
    text: ({ standing, sealedByTpm }) => standingWords(standing, sealedByTpm),
    draw: ({ standing, sealedByTpm }) => <StandingCell standing={standing} isSealed={sealedByTpm} />,
  },
  { id: "cluster", title: "Cluster", width: 90, text: ({ cluster }) => cluster ?? "" },
  {
    id: "state",
    title: "State",
    width: 128,
    text: stateWords,
    draw: (host) => (
      <>
        {host.connection !== "connected" && <Mark kind="warning" />} {stateWords(host)}
      </>
    ),
  },
  { id: "version", title: "Version", width: 68, text: ({ version }) => version ?? "" },
  { id: "build", title: "Build", width: 80, text: ({ build }) => build ?? "" },
  { id: "lockdown", title: "Lockdown", width: 84, text: ({ lockdown }) => lockdownWords(lockdown) },
  {
    id: "tpm",
    title: "TPM",
    width: 128,
    text: tpmWords,
    draw: (host) => (
      <>
        {lacksRecoveryKey(host) && <Mark kind="warning" />} {tpmWords(host)}
      </>
    ),
  },
  { id: "server", title: "Server", width: 140, isHidden: true, text: ({ host }) => host.server },
  { id: "datacenter", title: "Datacenter", width: 110, isHidden: true, text: ({ datacenter }) => datacenter ?? "" },
  { id: "address", title: "Address", width: 110, isHidden: true, text: ({ address }) => address ?? "" },
  { id: "vendor", title: "Vendor", width: 110, isHidden: true, text: ({ vendor }) => vendor ?? "" },
  { id: "model", title: "Model", width: 160, isHidden: true, text: ({ model }) => model ?? "" },
  {
    id: "bootTime",
    title: "Last boot",
    width: 110,
    isHidden: true,
    text: ({ bootTime }) => (bootTime === null ? "" : dateTime(bootTime)),
    sortBy: ({ bootTime }) => (bootTime === null ? null : Date.parse(bootTime)),
    draw: ({ bootTime }) => bootTime !== null && <Age iso={bootTime} />,
  },
  { id: "uuid", title: "UUID", width: 270, isHidden: true, text: ({ uuid }) => uuid ?? "" },
];
