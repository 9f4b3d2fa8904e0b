/** What the shell would do, in memory: answers every command from a scenario and keeps what the page changes. */
import type { HostRow, Message, RecordQuery } from "../ipc/bindings";
import { activityHandlers } from "./activity";
import { archiveHandlers } from "./archive";
import { bundleHandlers } from "./bundles";
import type { Handlers } from "./ipc";
import { restoreHandlers } from "./restore";
import type { Scenario } from "./scenarios";
import { settingsHandlers } from "./settings";
import { ago, backupJob, hostRow, OTHER_SHA256, SHA256 } from "./world";

type Channel = { id: number };

const EVERYTHING: RecordQuery = {
  from: null,
  to: null,
  identity: null,
  server: null,
  search: null,
  pinned: false,
  newest: false,
};

export function createShell(world: Scenario, runCallback: (id: number, payload: unknown) => void) {
  const watchers: { id: number; index: number }[] = [];
  const send = (message: Message) => {
    for (const watcher of watchers) {
      runCallback(watcher.id, { index: watcher.index, message });
      watcher.index += 1;
    }
  };
  const archive = archiveHandlers(world, send, runCallback);
  const hostsView = () => ({
    servers: world.states,
    hosts: world.archiveError === null ? world.hosts : world.hosts.map(withoutArchive),
    staleAfterDays: world.start.settings.staleAfterDays,
    archiveError: world.archiveError,
    recoveryKeysError: null,
  });
  const changeSettings = (change: Partial<Scenario["start"]["settings"]>) => {
    Object.assign(world.start.settings, change);
    send({ kind: "settingsChanged" });
    return { ...world.start.settings };
  };

  const handlers: Handlers = {
    watch: (channel) => {
      watchers.push({ id: (channel as unknown as Channel).id, index: 0 });
      send({ kind: "snapshot", jobs: structuredClone(world.jobs), closeAsked: false });
      if (world.isLive && watchers.length === 1) {
        goOn(world, send);
      }
    },
    appStart: () => structuredClone(world.start),
    setZoom: (factor) => {
      document.documentElement.style.zoom = String(factor);
      return null;
    },
    closeAnswer: () => null,
    startDemo: () => null,
    leaveDemo: () => null,
    diagnostics: () => "Hostkeep 0.1.0\nWindows 11 24H2",
    openFolder: () => null,

    listServers: () => structuredClone(world.servers),
    saveServer: (input) => {
      if (input.password === "wrong") {
        throw {
          code: "wrong_password",
          message: `${input.address} refused the password of ${input.user}.`,
          hint: "Type the password again. vCenter locks an account after several wrong ones.",
          details: ["vim.fault.InvalidLogin: Cannot complete login due to an incorrect user name or password."],
        };
      }
      if (input.acceptThumbprint === null && !input.address.startsWith("trusted")) {
        return {
          kind: "notTrusted",
          expected: input.address.startsWith("changed") ? OTHER_SHA256 : null,
          certificate: {
            subject: `CN=${input.address}`,
            issuer: "CN=CA, DC=vsphere, DC=local, O=vc01.lab.local",
            validFrom: "2026-01-01T00:00:00Z",
            validTo: "2028-01-01T00:00:00Z",
            sha256: SHA256,
            sha1: "51:0E:5B:7A:61:E4:38:9C:07:D2:64:F5:C8:99:10:3B:AE:20:71:5D",
            selfSigned: false,
          },
        };
      }
      const server = {
        name: input.name,
        address: `https://${input.address}/`,
        user: input.user,
        thumbprint: input.acceptThumbprint,
        remembered: input.remember ?? world.servers.find((one) => one.name === input.original)?.remembered ?? false,
      };
      world.servers = [...world.servers.filter((one) => one.name !== (input.original ?? input.name)), server];
      world.states = [
        ...world.states.filter((one) => one.name !== input.name),
        { name: input.name, readAt: ago(0), isReading: false, error: null, remedy: null },
      ];
      world.hosts =
        world.hosts.length > 0 ? world.hosts : Array.from({ length: 12 }, (_, index) => hostRow(index, input.name));
      send({ kind: "settingsChanged" });
      send({ kind: "hostsChanged" });
      return {
        kind: "connected",
        server,
        product: "VMware vCenter Server 8.0.3 build-24322831",
        hosts: world.hosts.length,
        keyringError: null,
      };
    },
    cancelConnecting: () => undefined,
    cancelTest: () => undefined,
    cancelRefresh: () => undefined,
    testServer: (name) => {
      const server = world.servers.find((one) => one.name === name);
      const state = world.states.find((one) => one.name === name);
      if (server === undefined || state === undefined) {
        throw new Error(`no server ${name}`);
      }
      if (state.remedy?.kind === "certificate") {
        return { kind: "notTrusted", certificate: state.remedy.certificate, expected: state.remedy.expected };
      }
      if (state.error !== null) {
        throw state.error;
      }
      return {
        kind: "connected",
        server,
        product: "VMware vCenter Server 8.0.3 build-24322831",
        hosts: 60,
        keyringError: null,
      };
    },
    removeServer: (name) => {
      world.servers = world.servers.filter((one) => one.name !== name);
      world.states = world.states.filter((one) => one.name !== name);
      world.hosts = world.hosts.filter((host) => host.host.server !== name);
      send({ kind: "settingsChanged" });
      send({ kind: "hostsChanged" });
      return null;
    },

    listHosts: () => structuredClone(hostsView()),
    refreshHosts: () => {
      world.states = world.states.map((state) => (state.error === null ? { ...state, readAt: ago(0) } : state));
      return structuredClone(hostsView());
    },
    hostHistory: (identity, host) => ({
      records: archive.handlers.listRecords({ ...EVERYTHING, identity }).records,
      attempts: world.hosts.flatMap((one) =>
        one.host.moid === host.moid && one.lastAttempt?.result === "failed" ? [one.lastAttempt] : [],
      ),
    }),
    matchHosts: (text) => matched(world, text, null),
    matchHostsFile: () => matched(world, "esx01.lab.local\nesx02.lab.local\nesx99x.lab.local", "rack4.csv"),
    saveSelection: (name, hosts) =>
      changeSettings({
        selections: [...world.start.settings.selections.filter((one) => one.name !== name), { name, hosts }],
      }),
    removeSelection: (name) =>
      changeSettings({ selections: world.start.settings.selections.filter((one) => one.name !== name) }),

    startBackup: (input) => {
      const id = world.jobs.reduce((last, job) => Math.max(last, job.head.id), 0) + 1;
      const count = input.hosts?.length ?? world.hosts.length;
      const job = backupJob(id, count, 0);
      job.head.note = input.note;
      job.head.title = count === 1 ? "Back up 1 host" : `Back up ${count} hosts`;
      world.jobs.push(job);
      send({ kind: "jobs", jobs: [job.head], items: job.items.map((item, index) => ({ job: id, index, item })) });
      goOn(world, send);
      return id;
    },
    cancelJob: (id, item) => {
      const job = world.jobs.find((one) => one.head.id === id);
      if (job !== undefined) {
        job.items = job.items.map((one, index) =>
          (item === null || item === index) && ["waiting", "packing", "downloading"].includes(one.step)
            ? { ...one, step: "cancelled" }
            : one,
        );
        if (item === null) {
          const cancelled = job.items.filter((one) => one.step === "cancelled").length;
          const done = job.head.done + cancelled - job.head.cancelled;
          job.head = { ...job.head, state: "cancelled", finishedAt: ago(0), secondsLeft: null, done, cancelled };
        }
        send({ kind: "jobs", jobs: [job.head], items: job.items.map((one, index) => ({ job: id, index, item: one })) });
      }
      return null;
    },
    removeJob: (id) => {
      world.jobs = world.jobs.filter((job) => job.head.id !== id);
      send({ kind: "jobRemoved", job: id });
      return null;
    },
    ...activityHandlers(world),
    saveText: () => true,
    ...archive.handlers,
    ...bundleHandlers(world, archive.records, send, runCallback),
    ...settingsHandlers(world, send),
    ...restoreHandlers(world, send),
  };

  for (const command of world.hangs) {
    Object.assign(handlers, { [command]: () => new Promise(() => {}) });
  }
  for (const [command, error] of Object.entries(world.fails)) {
    Object.assign(handlers, { [command]: () => Promise.reject(error) });
  }
  return { handlers, send };
}

/** Ten times a second, as the shell tells it, until every running backup has ended. */
function goOn(world: Scenario, send: (message: Message) => void) {
  const timer = setInterval(() => {
    const job = world.jobs.find((one) => one.head.state === "running");
    if (job === undefined) {
      clearInterval(timer);
      return;
    }
    const step = Math.max(1, Math.round(job.head.total / 250));
    const next = backupJob(job.head.id, job.head.total, job.head.done + step);
    const changed = next.items.flatMap((item, index) =>
      job.items[index]?.step === "cancelled" ||
      (job.items[index]?.step === item.step && job.items[index]?.bytes === item.bytes)
        ? []
        : [{ job: job.head.id, index, item }],
    );
    job.head = { ...next.head, title: job.head.title, note: job.head.note, startedAt: job.head.startedAt };
    for (const { index, item } of changed) {
      job.items[index] = item;
    }
    send({ kind: "jobs", jobs: [job.head], items: changed });
    if (job.head.state === "done") {
      send({ kind: "archiveChanged" });
    }
  }, 100);
}

/** As the core tells of hosts whose archive it cannot read. */
function withoutArchive(host: HostRow): HostRow {
  const safety = host.safety === "notSupported" ? host.safety : "unknown";
  return { ...host, safety, lastGood: null, lastAttempt: null };
}

function matched(world: Scenario, text: string, source: string | null) {
  const names = text.split(/[\s,;]+/).filter((name) => name !== "");
  const hosts = new Map(world.hosts.map((host) => [host.host.name, host.key]));
  return {
    source,
    matched: names.flatMap((name) => hosts.get(name) ?? []),
    unknown: names.filter((name) => !hosts.has(name)).map((name) => `No host is called "${name}".`),
  };
}
