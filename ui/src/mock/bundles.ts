/** What is in bundles: settings, files, comparisons, changes, and the search over all of it. */
import type {
  BundleChoice,
  BundleComparison,
  BundleFileRow,
  BundleFileView,
  BundleInside,
  BundleSide,
  ChangeGroup,
  ErrorReport,
  HitView,
  Message,
  RecordRow,
  SealingView,
  SettingView,
} from "../ipc/bindings";
import type { Handlers } from "./ipc";
import type { Scenario } from "./scenarios";

export type BundleWorld = {
  sealing: SealingView;
  /** Its ConfigStore is no such thing. */
  isStoreUnread: boolean;
  /** Both sides of every comparison are the same. */
  isSame: boolean;
  /** Why nothing can be compared. */
  notCompared: string | null;
  /** So many bundles that nobody has read. */
  unread: number;
  /** Reading bundles for a search stands still. */
  isSlow: boolean;
  /** More of everything than is sent. */
  areMany: boolean;
};

export const BUNDLES: BundleWorld = {
  sealing: { kind: "open" },
  isStoreUnread: false,
  isSame: false,
  notCompared: null,
  unread: 0,
  isSlow: false,
  areMany: false,
};

const DAMAGED: ErrorReport = {
  code: "bundle_damaged",
  message: "The bundle of esx01.lab.local is damaged: its SHA-256 is not the one on record",
  hint: "Use another bundle of this host.",
  details: [],
};

export function bundleScenarios(small: Scenario) {
  const of = (world: Partial<BundleWorld>): Scenario => ({ ...small, bundles: { ...BUNDLES, ...world } });
  return {
    bundleSealed: of({
      sealing: { kind: "tpm" },
      notCompared: "the first bundle is sealed by its host's TPM: only that host can read it",
    }),
    bundleUnreadable: of({ sealing: { kind: "unreadable", reason: "local.tgz in it is cut off" } }),
    bundleStoreUnread: of({ isStoreUnread: true }),
    bundlesSame: of({ isSame: true }),
    bundlesUnread: of({ unread: 320 }),
    bundlesMany: of({ areMany: true }),
    searchSlow: of({ isSlow: true }),
    bundlesLoading: { ...small, hangs: ["lookInside", "compareBundles"] },
    bundlesFailing: {
      ...small,
      fails: Object.fromEntries(
        ["lookInside", "compareBundles", "searchSettings", "hostChanges"].map((command) => [command, DAMAGED]),
      ),
    },
  } satisfies Record<string, Scenario>;
}

export function bundleHandlers(
  world: Scenario,
  records: () => RecordRow[],
  send: (message: Message) => void,
  runCallback: (id: number, payload: unknown) => void,
) {
  const bundles = { ...BUNDLES, ...world.bundles };
  let endSearch: (() => void) | null = null;
  const side = (bundle: BundleChoice): BundleSide => {
    const record = bundle.kind === "record" ? records().find((one) => one.id === bundle.id) : undefined;
    return {
      name: record?.host ?? "configBundle-esx77.tgz",
      record: record?.id ?? null,
      takenAt: record?.takenAt ?? null,
      releaseLevel: "8.0.3",
      uuid: record?.identity ?? "4c4c4544-0044-4210-8031-b7c04f4b3577",
    };
  };
  return {
    lookInside: (bundle): BundleInside => {
      const isOpen = bundles.sealing.kind === "open";
      const settings = bundles.areMany ? manySettings(20_000) : isOpen ? SETTINGS : SETTINGS.slice(0, 1);
      return {
        side: side(bundle),
        sealing: bundles.sealing,
        unread: bundles.isStoreUnread ? "ConfigStore" : null,
        settings,
        settingsCount: bundles.areMany ? 31_250 : settings.length,
        files: (isOpen ? FILES : FILES.slice(0, 1)).map((file) =>
          bundles.isStoreUnread && file.kind === "configStore" ? { ...file, kind: "binary" } : file,
        ),
      };
    },
    readBundleContent: (_, layer, path): BundleFileView => {
      const row = FILES.find((file) => file.path === path && file.layer === layer);
      if (row === undefined) {
        throw { code: "no_such_file", message: `The bundle has no file ${path}`, hint: null, details: [] };
      }
      return fileView(row);
    },
    compareBundles: (first, second): BundleComparison => {
      const isNothing = bundles.isSame || bundles.notCompared !== null;
      const groups = isNothing ? [] : bundles.areMany ? manyGroups(1_200) : GROUPS;
      return {
        first: side(first),
        second: side(second),
        notCompared: bundles.notCompared,
        isSame: bundles.isSame,
        same: bundles.notCompared === null ? 412 : 2,
        changes: bundles.areMany ? 25_000 : groups.reduce((sum, group) => sum + group.changes.length, 0),
        groups,
        files: isNothing ? [] : CHANGED_FILES,
        leftOut: bundles.notCompared === null ? [{ path: "etc/random-seed", noise: "everyBackup" }] : [],
      };
    },
    exportComparison: () => true,
    hostChanges: (identity) => {
      const own = records().filter((one) => one.identity === identity);
      return own.flatMap((one, index) => {
        const before = own[index + 1];
        const change = {
          previous: before?.id ?? null,
          record: one.id,
          takenAt: one.takenAt,
          changes: 5,
          objects: [...new Set(GROUPS.map((group) => group.object))],
          objectsCount: 4,
          unreadable: null,
        };
        if (before === undefined) {
          return [{ ...change, changes: 0, objects: [], objectsCount: 0 }];
        }
        return one.standing.kind === "changed" || index === 0 ? [change] : [];
      });
    },
    changedDays: () => {
      const days = new Map<string, number>();
      for (const { date, standing } of records()) {
        if (date !== null && standing.kind === "changed") {
          days.set(date, (days.get(date) ?? 0) + 1);
        }
      }
      return {
        days: [...days].map(([date, changed]) => ({ date, changed })).sort((a, b) => b.date.localeCompare(a.date)),
        unread: bundles.unread,
        reading: bundles.unread > 0,
      };
    },
    newestStandings: () =>
      records().flatMap(({ id, isNewest, standing }) => (isNewest ? [{ record: id, standing }] : [])),
    readOlderBundles: () => {
      bundles.unread > 0 && send({ kind: "settingsRead", left: bundles.unread });
    },
    searchSettings: (query, progress) => {
      const channel = (progress as unknown as { id: number }).id;
      if (bundles.isSlow) {
        runCallback(channel, { index: 0, message: { read: 12, total: 60 } });
        return new Promise((_, reject) => {
          endSearch = () => reject({ code: "cancelled", message: "Cancelled", hint: null, details: [] });
        });
      }
      const text = query.text.trim().toLowerCase();
      const newest = records().filter((one) =>
        query.identity === null ? one.isNewest : one.identity === query.identity,
      );
      const named = newest.map(({ id, host, takenAt }) => ({ id, host, takenAt }));
      const hits = SETTINGS.filter(({ object, name, value }) =>
        [object, name, value].some((part) => part.toLowerCase().includes(text)),
      ).map((setting): HitView => ({ setting, records: named.slice(0, 100), recordsCount: named.length }));
      return bundles.areMany
        ? {
            searched: newest.length - 1,
            withoutSettings: 12,
            found: 4_321,
            hits: manySettings(1_000).map((found) => ({ setting: found, records: named, recordsCount: 2_500 })),
            notSearched: [{ host: "esx09.lab.local", record: "damaged", error: DAMAGED }],
          }
        : { searched: newest.length, withoutSettings: 0, found: hits.length, hits, notSearched: [] };
    },
    cancelSearch: () => {
      endSearch?.();
      endSearch = null;
    },
  } satisfies Partial<Handlers>;
}

function setting(section: string, object: string, name: string, value: string, file: string, key: string): SettingView {
  return { section, object, name, value, sources: [{ file, key }] };
}

const CONF = "etc/vmware/esx.conf";
const SETTINGS: SettingView[] = [
  setting("Host", "", "Release", "8.0.3", "Manifest.txt", "RELEASELEVEL"),
  setting("Host", "", "Name", "esx01.lab.local", "ConfigStore", "esx/network_stacks/defaultTcpipStack host_name"),
  setting("Networking", "Port group VM Network", "VLAN ID", "120", "ConfigStore", "esx/network_vss/vSwitch0 vlan_id"),
  setting(
    "Networking",
    "Port group VM Network",
    "Virtual switch",
    "vSwitch0",
    "ConfigStore",
    "esx/network_vss/vSwitch0",
  ),
  setting("Networking", "VMkernel adapter vmk0", "IP address", "10.20.0.11", "ConfigStore", "esx/network/vmknics/vmk0"),
  setting("Networking", "VMkernel adapter vmk0", "MTU", "9000", "ConfigStore", "esx/network/vmknics/vmk0"),
  setting("Storage", "NFS datastore nfs01", "Server", "nas.lab.local", "ConfigStore", "esx/storage/nfs_v3_datastores"),
  setting("Services", "TSM-SSH", "Startup policy", "off", "ConfigStore", "esx/services/service_policies"),
  setting("Firewall", "Rule set sshServer", "Enabled", "true", CONF, "/firewall/services/sshServer/enabled"),
  setting("Time configuration", "NTP", "Servers", "ntp1.lab.local, ntp2.lab.local", "etc/ntp.conf", "server"),
  setting("Syslog", "", "Remote host", "udp://log.lab.local:514", "ConfigStore", "esx/syslog/global_settings"),
  setting("Users and permissions", "User root", "Password", "[redacted: password hash]", "etc/shadow", "root"),
  setting("Advanced system settings", "", "Net.TcpipHeapMax", "1536", CONF, "/adv/Net/TcpipHeapMax"),
  setting(
    "Security",
    "Certificate etc/vmware/ssl/rui.crt",
    "Subject",
    "CN=esx01.lab.local",
    "etc/vmware/ssl/rui.crt",
    "",
  ),
  setting("Other keys", "/device", "vmkernelname", "vmnic0", CONF, "/device/00000:011:00.0/vmkname"),
];

const FILES: BundleFileRow[] = [
  { layer: "bundle", path: "Manifest.txt", bytes: 212, kind: "text", noise: null },
  { layer: "local", path: "etc/ntp.conf", bytes: 96, kind: "text", noise: null },
  { layer: "local", path: "etc/random-seed", bytes: 512, kind: "secret", noise: "everyBackup" },
  { layer: "local", path: CONF, bytes: 24_310, kind: "esxConf", noise: null },
  { layer: "local", path: "etc/vmware/ssl/rui.crt", bytes: 1_480, kind: "certificates", noise: null },
  { layer: "local", path: "etc/vmware/ssl/rui.key", bytes: 1_704, kind: "secret", noise: null },
  {
    layer: "local",
    path: "var/lib/vmware/configstore/backup/current-store-1",
    bytes: 180_224,
    kind: "configStore",
    noise: null,
  },
  { layer: "local", path: "var/lib/vmware/osdata/locker.bin", bytes: 4_096, kind: "binary", noise: null },
];

function fileView(row: BundleFileRow): BundleFileView {
  const lines =
    row.kind === "esxConf"
      ? ["/adv/Net/TcpipHeapMax = 1536", "/vmkdevmgr/secret = [redacted: password]"]
      : row.kind === "text" || row.kind === "configStore"
        ? ["restrict default nomodify notrap nopeer noquery", "server ntp1.lab.local", "server ntp2.lab.local"]
        : null;
  return {
    row,
    lines,
    linesCount: lines?.length ?? 0,
    certificates:
      row.kind === "certificates"
        ? [
            {
              subject: "CN=esx01.lab.local",
              issuer: "CN=CA, DC=vsphere, DC=local",
              validFrom: "2026-01-01T00:00:00Z",
              validTo: "2028-01-01T00:00:00Z",
              sha256: "7C:9F:3A:11:5E:BD:02:44:90:AF:6E:21:D8:03:7B:55:C4:19:E0:8D:32:AA:61:0F:74:B9:5C:28:E6:93:1D:40",
              sha1: "51:0E:5B:7A:61:E4:38:9C:07:D2:64:F5:C8:99:10:3B:AE:20:71:5D",
              selfSigned: false,
            },
          ]
        : [],
    secret: row.kind === "secret" ? "private key" : null,
    sha256: row.kind === "binary" || row.kind === "text" ? "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c" : null,
  };
}

const GROUPS: ChangeGroup[] = [
  {
    section: "Networking",
    object: "Port group Lab 120",
    kind: "added",
    changes: [
      {
        name: "VLAN ID",
        kind: "added",
        first: null,
        second: "120",
        secrets: null,
        source: { file: "ConfigStore", key: "esx/network_vss/vSwitch0" },
      },
    ],
  },
  {
    section: "Networking",
    object: "Port group Old",
    kind: "removed",
    changes: [
      {
        name: "VLAN ID",
        kind: "removed",
        first: "7",
        second: null,
        secrets: null,
        source: { file: "ConfigStore", key: "esx/network_vss/vSwitch0" },
      },
    ],
  },
  {
    section: "Time configuration",
    object: "NTP",
    kind: "changed",
    changes: [
      {
        name: "Servers",
        kind: "changed",
        first: "ntp1.lab.local",
        second: "ntp1.lab.local, ntp9.lab.local",
        secrets: null,
        source: { file: "etc/ntp.conf", key: "server" },
      },
    ],
  },
  {
    section: "Users and permissions",
    object: "User root",
    kind: "changed",
    changes: [
      {
        name: "Password",
        kind: "changed",
        first: "[redacted: password hash]",
        second: "[redacted: password hash]",
        secrets: "differ",
        source: { file: "etc/shadow", key: "root" },
      },
      {
        name: "Login",
        kind: "changed",
        first: "shell, key [redacted: private key]",
        second: "no shell, key [redacted: private key]",
        secrets: "alike",
        source: { file: "etc/passwd", key: "root" },
      },
    ],
  },
];

function manySettings(count: number): SettingView[] {
  return Array.from({ length: count }, (_, at) =>
    setting("Advanced system settings", "", `Net.Option${at}`, String(at), CONF, `/adv/Net/Option${at}`),
  );
}

function manyGroups(count: number): ChangeGroup[] {
  const changes = manySettings(count).map(({ name, value, sources }) => ({
    name,
    kind: "changed" as const,
    first: value,
    second: `${value}0`,
    secrets: null,
    source: sources[0] ?? { file: CONF, key: "" },
  }));
  return [{ section: "Advanced system settings", object: "", kind: "changed", changes }];
}

const CHANGED_FILES: BundleComparison["files"] = [
  {
    layer: "local",
    path: "etc/ntp.conf",
    kind: "changed",
    firstBytes: 96,
    secondBytes: 118,
    hunks: [
      {
        firstLine: 1,
        secondLine: 1,
        lines: [
          { kind: "same", text: "restrict default nomodify notrap nopeer noquery" },
          { kind: "removed", text: "server ntp1.lab.local" },
          { kind: "added", text: "server ntp1.lab.local iburst" },
          { kind: "added", text: "server ntp9.lab.local" },
        ],
      },
    ],
    linesLeftOut: 12,
  },
  {
    layer: "local",
    path: "etc/vmware/ssl/rui.key",
    kind: "changed",
    firstBytes: 1704,
    secondBytes: 1704,
    hunks: [],
    linesLeftOut: 0,
  },
];
