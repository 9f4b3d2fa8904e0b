/** Restoring: bundles, plans, and a restore that goes on. */
import type {
  BundleView,
  CheckView,
  Job,
  Message,
  RestorePlanView,
  RestoreProgress,
  RestoreView,
} from "../ipc/bindings";
import type { Handlers } from "./ipc";
import { restored } from "./restored";
import { BUNDLE_SHA256, STEPS, stepView } from "./restoreSteps";
import type { Scenario } from "./scenarios";
import { ago, DAY, hostRow } from "./world";

export type RestoreWorld = {
  /** What the plan says of it. */
  plan: "warnings" | "fine" | "blocked";
  /** The first attempt finds that the plan has changed. */
  changes: boolean;
  restores: RestoreView[];
  unreadable: { path: string; reason: string }[];
  /** What a file that is picked is of: a known host, or hardware that nobody knows. */
  file: "known" | "unknown" | "damaged";
  /** A restore that has begun goes on by itself. */
  goesOn: boolean;
  /** Making a plan takes until it is ended. */
  isPlanSlow: boolean;
};

export const RESTORING: RestoreWorld = {
  plan: "warnings",
  changes: false,
  restores: [],
  unreadable: [],
  file: "known",
  goesOn: true,
  isPlanSlow: false,
};

export function restoreScenarios(small: Scenario) {
  const of = (world: Partial<RestoreWorld>): Scenario => ({ ...small, restoring: { ...RESTORING, ...world } });
  return {
    /** Nothing speaks against it. */
    restoreFine: of({ plan: "fine" }),
    restoreSlow: of({ isPlanSlow: true }),
    restoreBlocked: of({ plan: "blocked" }),
    restoreChanges: of({ changes: true }),
    restoreUnknownFile: of({ file: "unknown" }),
    restoreDamagedFile: of({ file: "damaged" }),
    /** A restore that can still be cancelled, and one that cannot. */
    restoreBegun: { ...of({ goesOn: false }), jobs: [restoreJob(1, 2)] },
    restoreTold: { ...of({ goesOn: false }), jobs: [restoreJob(1, 5)] },
    restoreProven: of({ restores: [restored("proven")] }),
    restoreNotProven: of({ restores: [restored("notProven")] }),
    restoreNothing: of({ restores: [restored("nothingChanged")] }),
    restoreLeftChanged: of({ restores: [restored("leftChanged")] }),
    restoreUnknown: of({ restores: [restored("unknown")] }),
    restoreInterrupted: of({
      restores: [
        restored("interrupted"),
        { ...restored("unknown", 1) },
        restored("proven", 2),
        restored("nothingChanged", 3),
      ],
      unreadable: [
        {
          path: "C:\\Users\\admin\\AppData\\Roaming\\Hostkeep\\restores\\20261101T010203Z-aa.jsonl",
          reason: "line 3 is broken",
        },
      ],
    }),
  } satisfies Record<string, Scenario>;
}

export function restoreHandlers(world: Scenario, send: (message: Message) => void) {
  const restoring = { ...RESTORING, ...world.restoring };
  let plans = 0;
  let files = 0;
  let endPlan = () => {};
  const find = (id: string) => {
    const found = restoring.restores.find((one) => one.row.id === id);
    if (found === undefined) {
      throw { code: "restore_not_found", message: `There is no restore ${id}`, hint: null, details: [] };
    }
    return found;
  };
  const begin = (from: number, view: RestoreView | null) => {
    const id = world.jobs.reduce((last, job) => Math.max(last, job.head.id), 0) + 1;
    const job = restoreJob(id, from);
    const restore = job.head.restore;
    if (view !== null && restore !== null) {
      restore.id = view.row.id;
    }
    world.jobs.push(job);
    send({ kind: "jobs", jobs: [job.head], items: [] });
    if (restoring.goesOn) {
      goOn(job, from, restoring, send);
    }
    return { job: id, id: restore?.id ?? "" };
  };
  return {
    chooseBundleFile: () => {
      files += 1;
      return files;
    },
    describeBundle: (choice): BundleView => {
      if (choice.kind === "file" && restoring.file === "damaged") {
        throw {
          code: "bundle_damaged",
          message: "D:\\Downloads\\configBundle.tgz is no sound bundle: it ends in the middle",
          hint: "Choose another file.",
          details: [],
        };
      }
      const isFile = choice.kind === "file";
      const number = isFile ? 1 : Number(/esx(\d+)/.exec(choice.id)?.[1] ?? 1);
      const host = hostRow(number - 1);
      const isKnown = !isFile || restoring.file === "known";
      return {
        name: isFile ? "configBundle-esx01.tgz" : `configBundle-${host.host.name}.tgz`,
        folder: isFile
          ? "D:\\Downloads"
          : `${world.start.settings.archive}\\2026-11-22\\${host.host.name}\\T233000+0100`,
        record: isFile ? null : choice.id,
        host: isFile ? null : host.host.name,
        bytes: 98_304,
        sha256: BUNDLE_SHA256,
        takenAt: isFile ? null : ago(DAY),
        releaseLevel: "VMware ESXi 8.0 Update 3",
        uuid: isKnown ? host.uuid : "30373237-3132-4d32-3235-303930304a57",
        fits: isKnown && world.hosts.some((one) => one.key === host.key) ? [host.key] : [],
      };
    },
    planRestore: (input): RestorePlanView | Promise<RestorePlanView> => {
      plans += 1;
      if (restoring.isPlanSlow) {
        return new Promise((_, reject) => {
          endPlan = () => reject({ code: "cancelled", message: "It was cancelled", hint: null, details: [] });
        });
      }
      const later = restoring.changes && plans > 1;
      const { restores: _, ...rest } = restoring;
      return planView(plans, input.host.name, input.host, later ? "changed" : rest.plan, input.options.force);
    },
    cancelRestorePlan: () => {
      const ended = endPlan;
      // The core ends it when it comes to look.
      setTimeout(ended, 300);
    },
    startRestore: (consent) => {
      if (restoring.changes && consent.plan === 1) {
        throw {
          code: "restore_plan_changed",
          message: "What would happen to esx01.lab.local has changed since the plan was shown",
          hint: "Nothing was changed. Look at the plan again.",
          details: [],
        };
      }
      return begin(0, null);
    },
    listRestores: () => ({ restores: restoring.restores.map((one) => one.row), unreadable: restoring.unreadable }),
    readRestore: (id) => structuredClone(find(id)),
    resumeRestore: (input) => begin(4, find(input.id)),
    dismissRestore: (id) => {
      const view = find(id);
      view.row = { ...view.row, isOpen: false };
      view.next = [];
      send({ kind: "restoresChanged" });
      return null;
    },
    exportRestore: () => true,
  } satisfies Partial<Handlers>;
}

function goOn(job: Job, from: number, world: RestoreWorld, send: (message: Message) => void) {
  let at = from;
  const timer = setInterval(() => {
    at += 1;
    const next = restoreJob(job.head.id, at).head;
    const restore = job.head.restore;
    if (restore === null || job.head.state === "cancelled") {
      clearInterval(timer);
      return;
    }
    const id = restore.id;
    job.head = { ...next, restore: next.restore === null ? null : { ...next.restore, id } };
    if (at >= STEPS.length) {
      clearInterval(timer);
      const view = restored("proven");
      view.row = { ...view.row, id };
      world.restores = [view, ...world.restores.filter((one) => one.row.id !== id)];
      job.head = {
        ...job.head,
        state: "done",
        finishedAt: ago(0),
        restore: { ...restore, ...next.restore, id, outcome: "proven" },
      };
      send({ kind: "archiveChanged" });
    }
    send({ kind: "jobs", jobs: [job.head], items: [] });
    send({ kind: "restoresChanged" });
  }, 120);
}

/** A restore of which so many steps are done. */
function restoreJob(id: number, done: number): Job {
  const restore: RestoreProgress = {
    id: `20261123T0915${String(10 + id)}Z-7c1e`,
    host: "esx01.lab.local",
    steps: STEPS.map((step, index) => stepView(step, index < done ? "done" : index === done ? "begun" : "notBegun")),
    wasTold: done >= 3,
    watchingSince: done >= 4 ? ago(70_000) : null,
    returnWithinSeconds: 1800,
    outcome: null,
  };
  return {
    head: {
      id,
      kind: "restore",
      title: "Restore esx01.lab.local",
      note: null,
      state: "running",
      startedAt: ago(100_000),
      finishedAt: null,
      total: STEPS.length,
      done: Math.min(done, STEPS.length),
      failed: 0,
      cancelled: 0,
      bytes: 0,
      totalBytes: null,
      secondsLeft: null,
      runId: null,
      restore,
      error: null,
      warnings: [],
    },
    items: [],
  };
}

function check(
  code: string,
  about: string,
  reason: string,
  whatNext: string | null,
  verdict: CheckView["verdict"],
): CheckView {
  return { code, verdict, about, reason, whatNext };
}

function planView(
  plan: number,
  name: string,
  host: RestorePlanView["host"],
  kind: RestoreWorld["plan"] | "changed",
  isForced: boolean,
): RestorePlanView {
  const fine = [
    check("bundle_sound", "Bundle", "The bundle is sound (14 files), and is what was taken.", null, "fine"),
    check("connection", "Connection", "The host is connected.", null, "fine"),
    check("release", "Release", "Both are VMware ESXi 8.0 Update 3 (8.0.3).", null, "fine"),
    check("build", "Build", "Both are build 24280767.", null, "fine"),
    check("uuid", "Hardware UUID", "The bundle is of this very hardware.", null, "fine"),
    check(
      "maintenance_mode",
      "Maintenance mode",
      "The host will enter maintenance mode, and leave it at the end.",
      null,
      "fine",
    ),
    check(
      "safety_backup",
      "Safety backup",
      "The host is backed up first; nothing else is done if that fails.",
      null,
      "fine",
    ),
  ];
  const warnings =
    kind === "fine"
      ? []
      : [
          check(
            "powered_on_vms",
            "Virtual machines",
            kind === "changed"
              ? "7 virtual machines are powered on (web01, web02, db01, …); DRS has to move them away."
              : "4 virtual machines are powered on (web01, web02, db01, …); DRS has to move them away.",
            "Make sure that the other hosts of the cluster can take them.",
            "warning",
          ),
          check(
            "management_address",
            "Management address",
            "The bundle brings the management address 10.0.0.99; now it is 10.0.0.2.",
            "After the restore the host is there. A vCenter does not look for it at another address.",
            "warning",
          ),
          check(
            "root_password",
            "Root's password",
            "The bundle brings the passwords of 2026-11-22, root's too.",
            "Make sure that somebody knows root's password of then.",
            "warning",
          ),
        ];
  const blockers =
    kind === "blocked"
      ? [
          check(
            "powered_on_vms",
            "Virtual machines",
            "4 virtual machines are powered on (web01, web02, db01, …), and nothing moves them away.",
            "Shut them down or move them to another host first.",
            "blocker",
          ),
          check(
            "release",
            "Release",
            "The bundle is of VMware ESXi 7.0 Update 3, and the host runs 8.0.3; force does not help.",
            "Install the bundle's release on the host first, or take another bundle.",
            "blocker",
          ),
        ]
      : [];
  const taken = new Set(blockers.map((one) => one.code));
  return {
    plan,
    digest: `${kind} ${isForced}`,
    host,
    version: "8.0.3",
    build: "24280767",
    addresses: ["10.0.0.2"],
    bringsAddress: kind === "fine" ? "10.0.0.2" : "10.0.0.99",
    checks: [...fine, ...warnings].filter((one) => !taken.has(one.code)).concat(blockers),
    steps: [
      { step: "safetyBackup", about: `Back up ${name} as it is, into the archive.` },
      { step: "enterMaintenanceMode", about: `Have ${name} enter maintenance mode, within 600 s.` },
      { step: "upload", about: `Send the bundle to ${name}. Until here everything can be taken back.` },
      { step: "restore", about: `Tell ${name} to restore it. It restarts at once.` },
      { step: "goDown", about: `Watch ${name} go down.` },
      { step: "return", about: `Wait until ${name} is back and has restarted, up to 30 min.` },
      { step: "compare", about: `Compare what ${name} has then with the bundle.` },
      { step: "leaveMaintenanceMode", about: `Have ${name} leave maintenance mode.` },
    ],
    madeAt: ago(0),
  };
}
