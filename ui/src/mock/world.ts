/** Servers, hosts, records and runs as a vCenter of some size would have them. The same for the same size. */
import type {
  Attempt,
  ErrorReport,
  HostRow,
  Job,
  JobItem,
  RecordRow,
  RunView,
  SafetyView,
  ServerState,
  ServerView,
  StandingView,
} from "../ipc/bindings";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function ago(milliseconds: number): string {
  return new Date(Date.now() - milliseconds).toISOString();
}

export const REFUSED: ErrorReport = {
  code: "host_not_connected",
  message: "esx03.lab.local is disconnected in the vCenter",
  hint: "Reconnect the host in the vSphere Client, or connect to it directly.",
  details: ["vim.fault.HostNotConnected: Unable to communicate with the remote host, since it is disconnected."],
};

export const UNREACHABLE: ErrorReport = {
  code: "unreachable",
  message: "vc02.lab.local cannot be reached: no answer within 15 seconds.",
  hint: "Look whether the server is on and whether port 443 is open from this computer.",
  details: ["connect to 10.0.2.5:443: deadline has elapsed"],
};

const MODELS = [
  ["Dell Inc.", "PowerEdge R760"],
  ["Dell Inc.", "PowerEdge R650"],
  ["HPE", "ProLiant DL380 Gen11"],
  ["Lenovo", "ThinkSystem SR650 V3"],
] as const;
const BUILDS = [
  ["8.0.3", "24280767"],
  ["8.0.2", "22380479"],
  ["7.0.3", "23307199"],
  ["9.0.0", "24755229"],
] as const;

export function hostRow(index: number, server = "vc01.lab.local"): HostRow {
  const number = index + 1;
  const name = `esx${String(number).padStart(2, "0")}.lab.local`;
  const datacenter = index % 5 === 4 ? "Graz" : "Wien";
  const cluster = index % 17 === 16 ? null : `Cluster ${String.fromCharCode(65 + (Math.floor(index / 12) % 26))}`;
  const [vendor, model] = MODELS[index % MODELS.length] ?? MODELS[0];
  const [version, build] = BUILDS[Math.floor(index / 6) % BUILDS.length] ?? BUILDS[0];
  const safety = safetyOf(index);
  const connection = index % 23 === 11 ? "notResponding" : index % 41 === 19 ? "disconnected" : "connected";
  return {
    key: `${server}/host-${number}`,
    host: { server, moid: `host-${number}`, name },
    identity: `4c4c4544-0000-1000-8000-${String(number).padStart(12, "0")}`,
    path: [datacenter, ...(cluster === null ? [] : [cluster])],
    datacenter,
    cluster,
    connection,
    inMaintenanceMode: connection === "connected" ? index % 19 === 7 : null,
    uuid: `4c4c4544-0000-1000-8000-${String(number).padStart(12, "0")}`,
    vendor,
    model,
    version,
    build,
    address: `10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`,
    lockdown: index % 9 === 3 ? "normal" : index % 31 === 5 ? "strict" : "disabled",
    sealedByTpm: index % 4 === 0,
    recoveryKeyKeptAt: index % 8 === 0 ? ago(3 * DAY) : null,
    bootTime: ago(DAY * (10 + (index % 200))),
    safety,
    lastGood:
      safety === "never" || safety === "notSupported"
        ? null
        : { record: `${recordId(index)}-0`, takenAt: takenAt(index, safety) },
    lastAttempt: lastAttempt(index, safety),
  };
}

export function hostRows(count: number, server?: string): HostRow[] {
  return Array.from({ length: count }, (_, index) => hostRow(index, server));
}

export function serverView(name = "vc01.lab.local"): ServerView {
  return { name, address: `https://${name}/`, user: "backup@vsphere.local", thumbprint: SHA256, remembered: true };
}

export function serverState(name = "vc01.lab.local", change: Partial<ServerState> = {}): ServerState {
  return { name, readAt: ago(4 * 60_000), isReading: false, error: null, remedy: null, ...change };
}

export function recordRow(index: number, day: number): RecordRow {
  const host = hostRow(index);
  // Two hosts a minute, the second one first.
  const at = ago(day * DAY + (index % 40) * 60_000 + (index < 40 ? 20_000 : 5_000));
  return {
    id: `${recordId(index)}-${day}`,
    host: host.host.name,
    identity: host.identity,
    server: host.host.server,
    takenAt: at,
    date: at.slice(0, 10),
    version: host.version ?? "",
    build: host.build ?? "",
    bytes: 92_000 + ((index * 7919) % 60_000),
    note: day === 3 && index === 0 ? "Before the firmware update" : null,
    runNote: day === 0 ? "Nightly" : null,
    pinned: day === 3 && index === 0,
    verified:
      day === 1
        ? { at: ago(HOUR), good: index !== 2, problems: index === 2 ? ["state.tgz: the checksum is wrong"] : [] }
        : null,
    isNewest: day === 0,
    standing: standingOf(index, day),
  };
}

/** Every seventh day the settings of a host change. */
function standingOf(index: number, day: number): StandingView {
  const since = Math.ceil((day + (index % 3)) / 7) * 7 - (index % 3);
  return since === day
    ? { kind: "changed", previous: `${recordId(index)}-${day + 1}` }
    : { kind: "unchanged", since: ago(since * DAY) };
}

export function runView(hosts: number, day: number, failed: number): RunView {
  const started = DAY * day + HOUR;
  const reports = Array.from({ length: hosts }, (_, index) => {
    const { host } = hostRow(index);
    const isFailed = index > 0 && index <= failed;
    return {
      name: host.name,
      server: host.server,
      result: isFailed ? ("failed" as const) : ("saved" as const),
      record: isFailed ? null : `${recordId(index)}-${day}`,
      bytes: isFailed ? 0 : 98_304,
      settings: isFailed ? null : standingOf(index, day),
      seconds: isFailed ? null : 2.4 + (index % 7) / 10,
      warnings: index === 7 ? ["The host reported its configuration as changed while it was packed."] : [],
      error: isFailed ? { ...REFUSED, message: REFUSED.message.replace("esx03.lab.local", host.name) } : null,
    };
  });
  return {
    row: {
      runId: `run-${day}`,
      startedAt: ago(started),
      finishedAt: ago(started - hosts * 900),
      note: day === 0 ? "Before the firmware update" : null,
      servers: ["vc01.lab.local"],
      hosts,
      saved: hosts - failed,
      failed,
      cancelled: 0,
      bytes: (hosts - failed) * 98_304,
      isComplete: failed === 0,
      error: null,
    },
    hosts: reports,
    servers: [{ name: "vc01.lab.local", hosts, error: null }],
    warnings: [],
  };
}

/** A backup job of so many hosts, of which so many are done. */
export function backupJob(id: number, hosts: number, done: number): Job {
  const items = Array.from({ length: hosts }, (_, index) => backupItem(index, done));
  const failed = items.filter((item) => item.step === "failed").length;
  const isOver = done >= hosts;
  return {
    head: {
      id,
      kind: "backup",
      title: `Back up ${hosts} hosts`,
      note: "Before the firmware update",
      state: isOver ? "done" : "running",
      startedAt: ago(90_000),
      finishedAt: isOver ? ago(1000) : null,
      total: hosts,
      done: Math.min(done, hosts),
      failed,
      cancelled: 0,
      bytes: items.reduce((sum, item) => sum + item.bytes, 0),
      totalBytes: null,
      secondsLeft: isOver ? null : Math.ceil((hosts - done) * 0.6),
      runId: isOver ? "run-0" : null,
      restore: null,
      error: null,
      warnings: [],
    },
    items,
  };
}

export function backupItem(index: number, done: number): JobItem {
  const { host } = hostRow(index);
  const isFailed = index % 17 === 2;
  const item: JobItem = {
    name: host.name,
    server: host.server,
    host,
    step: "waiting",
    bytes: 0,
    totalBytes: null,
    record: null,
    warnings: [],
    error: null,
  };
  if (index < done) {
    return isFailed
      ? {
          ...item,
          step: "failed",
          error: { ...REFUSED, message: REFUSED.message.replace("esx03.lab.local", host.name) },
        }
      : { ...item, step: "saved", bytes: 98_304, totalBytes: 98_304, record: recordId(index) };
  }
  if (index < done + 4) {
    return { ...item, step: "downloading", bytes: 20_000 * (index - done + 1), totalBytes: 98_304 };
  }
  return index < done + 8 ? { ...item, step: "packing" } : item;
}

export const SHA256 = "7C:9F:3A:11:5E:BD:02:44:90:AF:6E:21:D8:03:7B:55:C4:19:E0:8D:32:AA:61:0F:74:B9:5C:28:E6:93:1D:40";
export const OTHER_SHA256 =
  "12:E4:88:0B:F3:6C:9D:57:20:B1:4A:C5:7E:39:D6:01:8F:62:EB:A4:1C:70:95:3D:B8:2F:06:5A:C9:E3:47:D1";

function safetyOf(index: number): SafetyView {
  return index % 29 === 13
    ? "notSupported"
    : index % 13 === 5
      ? "failing"
      : index % 11 === 8
        ? "stale"
        : index % 19 === 10
          ? "never"
          : "fresh";
}

function takenAt(index: number, safety: SafetyView): string {
  return ago(safety === "fresh" ? HOUR * (1 + (index % 20)) : DAY * (8 + (index % 40)));
}

function lastAttempt(index: number, safety: SafetyView): Attempt | null {
  const { name } = { name: `esx${String(index + 1).padStart(2, "0")}.lab.local` };
  switch (safety) {
    case "never":
    case "notSupported":
      return null;
    case "failing":
      return {
        runId: "run-0",
        at: ago(HOUR * 9),
        result: "failed",
        error: { ...REFUSED, message: REFUSED.message.replace("esx03.lab.local", name) },
      };
    default:
      return {
        runId: safety === "fresh" ? "run-0" : "run-9",
        at: takenAt(index, safety),
        result: "saved",
        error: null,
      };
  }
}

function recordId(index: number): string {
  return `2026-11-22/esx${String(index + 1).padStart(2, "0")}.lab.local/T233000+0100`;
}
