/** The archive's part of the shell: records of some hosts and days, verifying, marking, and plans to delete. */
import type {
  ErrorReport,
  Job,
  JobHead,
  JobItem,
  JobKind,
  Message,
  PlanView,
  RecordDetails,
  RecordRow,
} from "../ipc/bindings";
import type { Handlers } from "./ipc";
import type { Scenario } from "./scenarios";
import { ago, DAY, hostRow, recordRow, SHA256 } from "./world";

export type ArchiveWorld = {
  hosts: number;
  exists: boolean;
  problems: { path: string; reason: string }[];
  /** So many of those that are deleted cannot go. */
  inUse: number;
  /** Reading the bundles for a plan stands still. */
  isSlow: boolean;
  /** Deleting stands still after the first. */
  isDeletingSlow: boolean;
  /** What is deleted cannot be noted. */
  unnoted: ErrorReport | null;
  /** What applying a plan fails with. */
  applying: ErrorReport | null;
};

export const ARCHIVE: ArchiveWorld = {
  hosts: 60,
  exists: true,
  problems: [],
  inUse: 0,
  isDeletingSlow: false,
  unnoted: null,
  isSlow: false,
  applying: null,
};

const MAX_ROWS = 5000;
const RUNGS = [
  "downloaded whole",
  "hash on record",
  "read through",
  "manifest parsed",
  "matches its host",
  "content parsed",
  "restored once and compared",
];

export function archiveHandlers(
  world: Scenario,
  send: (message: Message) => void,
  runCallback: (id: number, payload: unknown) => void,
) {
  const archive = { ...ARCHIVE, ...world.archive };
  const hosts = Math.min(archive.hosts, world.hosts.length);
  let records = takenOn(world.days).flatMap((day) =>
    Array.from({ length: day === 2 ? Math.ceil(hosts / 8) : hosts }, (_, index) => recordRow(index, day)),
  );
  records.sort((a, b) => b.takenAt.localeCompare(a.takenAt));
  let planned: { id: number; records: RecordRow[] } | null = null;
  let lastPlan = 0;

  const find = (id: string) => {
    const found = records.find((one) => one.id === id) ?? records.find((one) => one.id === `${id}-0`);
    if (found === undefined) {
      throw {
        code: "record_not_found",
        message: `the archive has no record ${id}`,
        hint: "List the archive to see the ids.",
        details: [],
      };
    }
    return found;
  };
  const replace = (id: string, change: Partial<RecordRow>) => {
    records = records.map((one) => (one.id === id ? { ...one, ...change } : one));
    return find(id);
  };
  const plan = (candidates: RecordRow[], ofHosts: RecordRow[], progress: unknown): Promise<PlanView> =>
    new Promise((resolve) => {
      const channel = (progress as { id: number }).id;
      let read = 0;
      const step = () => {
        runCallback(channel, { index: read, message: { read: read * 7 } });
        read += 1;
        if (read <= 3) {
          setTimeout(step, 30);
        } else if (!archive.isSlow) {
          lastPlan += 1;
          const { removed, view } = planView(lastPlan, candidates, ofHosts);
          planned = { id: lastPlan, records: removed };
          resolve(view);
        }
      };
      step();
    });

  const begin = (job: Job) => {
    world.jobs.push(job);
    const items = job.items.map((item, index) => ({ job: job.head.id, index, item }));
    send({ kind: "jobs", jobs: [job.head], items });
    send({ kind: "archiveChanged" });
  };

  const handlers = {
    archiveOverview: () => ({
      path: world.start.settings.archive,
      exists: archive.exists && world.days > 0,
      records: records.length,
      bytes: bytesOf(records),
      hosts: archivedHosts(records),
      servers: [...new Set(records.map((one) => one.server))],
      days: daysOf(records),
      problems: archive.problems,
      readAt: ago(0),
    }),
    listRecords: (query) => {
      const text = query.search?.trim().toLowerCase() ?? "";
      const found = records.filter(
        (one) =>
          (query.from === null || (one.date ?? "") >= query.from) &&
          (query.to === null || (one.date ?? "") <= query.to) &&
          (query.identity === null || one.identity === query.identity) &&
          (query.server === null || one.server === query.server) &&
          (!query.pinned || one.pinned) &&
          (!query.newest || one.isNewest) &&
          [one.host, one.id, one.version, one.build, one.note ?? ""].some((part) => part.toLowerCase().includes(text)),
      );
      return { total: found.length, bytes: bytesOf(found), records: found.slice(0, MAX_ROWS) };
    },
    showRecord: (id) => details(find(id)),
    startVerify: (ids) => {
      const job = verifyJob(world.jobs.length + 1, ids === null ? records : ids.map(find));
      for (const item of job.items) {
        if (item.record !== null) {
          replace(item.record, {
            verified: { at: ago(0), good: item.step === "good", problems: item.warnings },
          });
        }
      }
      begin(job);
      return job.head.id;
    },
    exportBundle: (id) => ({ path: `C:\\Temp\\configBundle-${find(id).host}.tgz`, bytes: find(id).bytes }),
    revealRecord: () => null,
    planDelete: (ids, progress) => {
      const candidates = ids.map(find);
      const touched = new Set(candidates.map((one) => one.identity));
      return plan(
        candidates,
        records.filter((one) => touched.has(one.identity)),
        progress,
      );
    },
    planPrune: (keepLast, progress) => {
      if (keepLast < 1) {
        throw {
          code: "keep_last_zero",
          message: "at least one backup of each host must be kept",
          hint: "Keep one or more.",
          details: [],
        };
      }
      return plan(olderThan(records, keepLast), records, progress);
    },
    cancelPlan: () => {},
    startDeletion: (id) => {
      if (archive.applying !== null || planned === null || planned.id !== id) {
        throw (
          archive.applying ?? {
            code: "plan_stale",
            message: "this plan is not there any more",
            hint: null,
            details: [],
          }
        );
      }
      const inUse = new Set(planned.records.slice(0, archive.inUse));
      const job = deletionJob(world.jobs.length + 1, planned.records, inUse, archive.isDeletingSlow);
      job.head.error = archive.unnoted;
      const gone = new Set(job.items.flatMap((item) => (item.step === "deleted" ? [item.record] : [])));
      records = records.filter((one) => !gone.has(one.id));
      planned = null;
      begin(job);
      return job.head.id;
    },
    dropPlan: () => {
      planned = null;
    },
    noteRecord: (id, note) => {
      replace(id, { note });
      send({ kind: "archiveChanged" });
      return null;
    },
    pinRecords: (ids, pinned) => {
      for (const id of ids) {
        replace(id, { pinned });
      }
      send({ kind: "archiveChanged" });
      return null;
    },
  } satisfies Partial<Handlers>;
  return { handlers, records: () => records };
}

/** So many days back: every night of a month, and one night a week before that. */
function takenOn(days: number): number[] {
  return Array.from({ length: days }, (_, index) => (index < 30 ? index : 30 + (index - 30) * 7));
}

function archivedHosts(records: readonly RecordRow[]) {
  const hosts = new Map<string, { name: string; identity: string; server: string; records: number }>();
  for (const { host, identity, server } of records) {
    const known = hosts.get(identity) ?? { name: host, identity, server, records: 0 };
    hosts.set(identity, { ...known, records: known.records + 1 });
  }
  return [...hosts.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function daysOf(records: readonly RecordRow[]) {
  const days = new Map<string, { date: string; records: number; hosts: number; bytes: number }>();
  for (const { date, bytes } of records) {
    if (date !== null) {
      const day = days.get(date) ?? { date, records: 0, hosts: 0, bytes: 0 };
      days.set(date, { date, records: day.records + 1, hosts: day.hosts + 1, bytes: day.bytes + bytes });
    }
  }
  return [...days.values()].sort((a, b) => b.date.localeCompare(a.date));
}

/** Newest first comes in, so a host's first ones are those that stay. */
function olderThan(records: readonly RecordRow[], keepLast: number): RecordRow[] {
  const seen = new Map<string, number>();
  return records.filter(({ identity }) => {
    const before = seen.get(identity) ?? 0;
    seen.set(identity, before + 1);
    return before >= keepLast;
  });
}

function planView(plan: number, candidates: RecordRow[], all: RecordRow[]): { removed: RecordRow[]; view: PlanView } {
  const kept = candidates.filter((one) => one.pinned || one.isNewest);
  const removed = candidates.filter((one) => !kept.includes(one));
  const view = {
    plan,
    removed: removed.slice(0, MAX_ROWS),
    removedCount: removed.length,
    removedHosts: new Set(removed.map((one) => one.identity)).size,
    bytes: bytesOf(removed),
    keptCount: all.length - removed.length,
    kept: kept.map((record) => ({
      record,
      because: record.pinned ? "it is pinned" : "it is the host's last good bundle",
    })),
  };
  return { removed, view };
}

function details(row: RecordRow): RecordDetails {
  const host = hostRow(Number(/\d+/.exec(row.host)?.[0] ?? 1) - 1);
  return {
    row,
    uuid: row.identity,
    moid: host.host.moid,
    managementAddress: host.address,
    vendor: host.vendor,
    model: host.model,
    product: `VMware ESXi ${row.version} build-${row.build}`,
    serverAddress: `https://${row.server}/`,
    throughVcenter: true,
    file: `configBundle-${row.host}.tgz`,
    folder: `D:\\Backup\\ESXi\\${row.date}\\${row.host}\\T233000+0100`,
    sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    releaseLevel: row.version,
    manifestUuid: row.identity,
    matchesHost: true,
    hostThumbprint: SHA256,
    apiVersion: "8.0.3.0",
    runId: `run-${Math.floor((Date.now() - Date.parse(row.takenAt)) / DAY)}`,
    hostkeepVersion: "0.1.0",
    proof: RUNGS.map((title, at) =>
      row.verified === null || title === "restored once and compared"
        ? {
            title,
            state: "unknown",
            reason: at === 6 ? "it has not been restored from this computer" : "it was not read",
          }
        : row.verified.good || at !== 1
          ? { title, state: "proven", reason: null }
          : { title, state: "refuted", reason: "its hash is not the one on record" },
    ),
  };
}

function verifyJob(id: number, records: readonly RecordRow[]): Job {
  const items = records.map((record, index): JobItem => {
    const isDamaged = index % 17 === 2;
    return {
      ...itemOf(record),
      step: isDamaged ? "damaged" : "good",
      bytes: record.bytes,
      totalBytes: record.bytes,
      warnings: isDamaged ? ["the bundle's SHA-256 is not the one in its record"] : [],
    };
  });
  const title = records.length === 1 ? `Verify the bundle of ${records[0]?.host}` : `Verify ${records.length} bundles`;
  return { head: { ...headOf(id, "verify", title, items), totalBytes: bytesOf(records) }, items };
}

function deletionJob(id: number, records: readonly RecordRow[], inUse: ReadonlySet<RecordRow>, isSlow: boolean): Job {
  const items = records.map((record, index): JobItem => {
    if (isSlow && index > 0) {
      return itemOf(record);
    }
    return inUse.has(record)
      ? {
          ...itemOf(record),
          step: "failed",
          error: { code: "not_removed", message: "another program is using it", hint: null, details: [] },
        }
      : { ...itemOf(record), step: "deleted", bytes: record.bytes };
  });
  const title = records.length === 1 ? `Delete a bundle of ${records[0]?.host}` : `Delete ${records.length} bundles`;
  return { head: headOf(id, "delete", title, items), items };
}

function itemOf(record: RecordRow): JobItem {
  return {
    name: record.host,
    server: record.server,
    host: null,
    step: "waiting",
    bytes: 0,
    totalBytes: null,
    record: record.id,
    warnings: [],
    error: null,
  };
}

function headOf(id: number, kind: JobKind, title: string, items: readonly JobItem[]): JobHead {
  const waiting = items.filter((item) => item.step === "waiting").length;
  return {
    id,
    kind,
    title,
    note: null,
    state: waiting > 0 ? "running" : "done",
    startedAt: ago(2000),
    finishedAt: waiting > 0 ? null : ago(0),
    total: items.length,
    done: items.length - waiting,
    failed: items.filter((item) => item.step === "damaged" || item.step === "failed").length,
    cancelled: 0,
    bytes: bytesOf(items),
    totalBytes: null,
    secondsLeft: null,
    runId: null,
    restore: null,
    error: null,
    warnings: [],
  };
}

function bytesOf(records: readonly { bytes: number }[]): number {
  return records.reduce((sum, one) => sum + one.bytes, 0);
}
