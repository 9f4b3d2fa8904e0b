/** Restores that have ended, in every way that one can end. */
import type { RestoreRow, RestoreState, RestoreView } from "../ipc/bindings";
import { BUNDLE_SHA256, SAFETY, STEPS, stepView } from "./restoreSteps";
import { ago, DAY, HOUR, hostRow, OTHER_SHA256 } from "./world";

/** A restore that has ended in this way, of a host of its own. */
export function restored(state: RestoreState, index = 0): RestoreView {
  const { host } = hostRow(index);
  const name = host.name;
  const isOpen = state !== "proven" && state !== "nothingChanged";
  const row: RestoreRow = {
    id: `20261122T22${String(10 + index)}00Z-7c1e${index}`,
    host: name,
    server: host.server,
    startedAt: ago(HOUR * (2 + index)),
    state,
    isOpen,
    known: known(state, name),
  };
  const done =
    state === "proven" || state === "notProven" ? 8 : state === "leftChanged" ? 7 : state === "unknown" ? 5 : 1;
  const failsAt = { leftChanged: 7, unknown: 5, nothingChanged: 2 }[state as string] ?? -1;
  const wasTold = done > 3 || state === "interrupted";
  const undo = { kind: "undo" as const, record: SAFETY };
  const { error, next, open } = ended(state, name);
  return {
    row,
    host,
    serverAddress: `https://${host.server}/`,
    serverUser: "backup@vsphere.local",
    begunBy: "ADMIN on JUMP01",
    finishedAt: state === "interrupted" ? null : ago(HOUR * (2 + index) - 400_000),
    record: `2026-11-22/${name}/T233000+0100`,
    bundle: `D:\\Backup\\ESXi\\2026-11-22\\${name}\\T233000+0100\\configBundle.tgz`,
    bundleSha256: BUNDLE_SHA256,
    takenAt: ago(DAY),
    options: {
      force: false,
      safetyBackup: true,
      maintenanceTimeoutSeconds: 600,
      evacuatePoweredOff: false,
      vsan: "ensureAccessibility",
      leaveMaintenanceMode: true,
      reconnect: true,
      returnWithinSeconds: 1800,
    },
    wasTold,
    stood: stepView("goDown", "begun"),
    steps:
      state === "interrupted"
        ? []
        : STEPS.map((step, at) => {
            const view = stepView(step, at === failsAt ? "failed" : at < done ? "done" : "notBegun");
            return at === failsAt ? { ...view, note: error?.message ?? null } : view;
          }),
    facts:
      state === "notProven" || state === "unknown"
        ? [`${name} was told to restore the bundle, but no answer came`, `${name} went down`]
        : [],
    open,
    left: state === "leftChanged" ? `${name} was restored, but is still in maintenance mode. That was proven.` : null,
    error,
    warnings: state === "notProven" ? ["the journal could not be written: the disk was full"] : [],
    comparison:
      state === "proven"
        ? { same: 418, different: [], onlyBundle: [], onlyHost: [], leftOut: 6 }
        : state === "notProven"
          ? {
              same: 395,
              different: Array.from({ length: 23 }, (_, at) => `etc/vmware/settings-${at}.conf`),
              onlyBundle: ["etc/ntp.conf"],
              onlyHost: ["etc/chrony.conf"],
              leftOut: 6,
            }
          : null,
    safetyBackup: state === "nothingChanged" ? null : SAFETY,
    next: next.map((kind) => (kind === "undo" ? undo : { kind })),
  };
}

function known(state: RestoreState, name: string): string {
  return state === "interrupted"
    ? `Hostkeep ended after ${name} was told, or was about to be told, to restore the bundle. It has probably restarted with it; nothing has been proven.`
    : `What is known of ${name}.`;
}

type NextKind = RestoreView["next"][number]["kind"];

function ended(
  state: RestoreState,
  name: string,
): { error: RestoreView["error"]; next: readonly NextKind[]; open: string[] } {
  switch (state) {
    case "proven":
      return { error: null, next: ["undo"], open: [] };
    case "notProven":
      return {
        error: null,
        next: ["keepWatching", "undo", "dismiss"],
        open: [
          "25 files and settings of the host differ from the bundle (etc/vmware/settings-0.conf, …); 395 are alike",
        ],
      };
    case "nothingChanged":
      return {
        error: {
          code: "host_credentials_needed",
          message: `${name} takes the bundle only from a user of its own (tried: ticket, session)`,
          hint: "Give user and password of the host itself, such as root's. A vCenter's user is none of the host's.",
          details: [],
        },
        next: [],
        open: [],
      };
    case "leftChanged":
      return {
        error: {
          code: "host_fault",
          message: `Leaving maintenance mode failed on ${name}: the task was refused`,
          hint: "Leave maintenance mode in the vSphere Client, or resume this restore to do so.",
          details: ["vim.fault.Timedout"],
        },
        next: ["keepWatching", "leaveMaintenanceMode", "undo", "dismiss"],
        open: [],
      };
    case "unknown":
      return {
        error: {
          code: "host_certificate_changed",
          message: `${name} came back with another certificate: SHA-256 ${OTHER_SHA256}`,
          hint: `Nothing was sent to it. It shows CN=${name}. If the host's own console shows this thumbprint too, keep watching and name it.`,
          details: [],
        },
        next: ["reconnect", "keepWatching", "leaveMaintenanceMode", "undo", "dismiss"],
        open: [],
      };
    case "interrupted":
    case "underWay":
      return { error: null, next: ["keepWatching", "leaveMaintenanceMode", "undo", "dismiss"], open: [] };
  }
}
