// Draft of the generated contract.
import { Channel, invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";

export const commands = {
  watch: (channel: Channel<Message>) => __TAURI_INVOKE<null>("watch", { channel }),
  appStart: () => __TAURI_INVOKE<AppStart>("app_start"),
  uiReady: () => __TAURI_INVOKE<null>("ui_ready"),
  closeAnswer: (answer: CloseAnswer) => __TAURI_INVOKE<null>("close_answer", { answer }),
  startDemo: () => __TAURI_INVOKE<null>("start_demo"),
  leaveDemo: () => __TAURI_INVOKE<null>("leave_demo"),
  diagnostics: () => __TAURI_INVOKE<string>("diagnostics"),
  openFolder: (folder: Folder) => __TAURI_INVOKE<null>("open_folder", { folder }),
  listServers: () => __TAURI_INVOKE<ServerView[]>("list_servers"),
  saveServer: (input: ServerInput) => __TAURI_INVOKE<ConnectOutcome>("save_server", { input }),
  testServer: (name: string) => __TAURI_INVOKE<ConnectOutcome>("test_server", { name }),
  removeServer: (name: string) => __TAURI_INVOKE<null>("remove_server", { name }),
  listHosts: () => __TAURI_INVOKE<HostsView>("list_hosts"),
  refreshHosts: () => __TAURI_INVOKE<HostsView>("refresh_hosts"),
  hostHistory: (identity: string, host: HostRef) => __TAURI_INVOKE<HostHistory>("host_history", { identity, host }),
  matchHosts: (text: string) => __TAURI_INVOKE<HostMatch>("match_hosts", { text }),
  matchHostsFile: () => __TAURI_INVOKE<HostMatch | null>("match_hosts_file"),
  saveSelection: (name: string, hosts: string[]) => __TAURI_INVOKE<SettingsView>("save_selection", { name, hosts }),
  removeSelection: (name: string) => __TAURI_INVOKE<SettingsView>("remove_selection", { name }),
  startBackup: (input: BackupInput) => __TAURI_INVOKE<number>("start_backup", { input }),
  cancelJob: (job: number, item: number | null) => __TAURI_INVOKE<null>("cancel_job", { job, item }),
  removeJob: (job: number) => __TAURI_INVOKE<null>("remove_job", { job }),
  listRuns: () => __TAURI_INVOKE<RunRow[]>("list_runs"),
  readRun: (runId: string) => __TAURI_INVOKE<RunView>("read_run", { runId }),
  runText: (runId: string) => __TAURI_INVOKE<string>("run_text", { runId }),
  exportRun: (runId: string, format: ReportFormat) => __TAURI_INVOKE<boolean>("export_run", { runId, format }),
  saveText: (suggestedName: string, text: string) => __TAURI_INVOKE<boolean>("save_text", { suggestedName, text }),
  archiveOverview: (again: boolean) => __TAURI_INVOKE<ArchiveOverview>("archive_overview", { again }),
  listRecords: (query: RecordQuery) => __TAURI_INVOKE<RecordList>("list_records", { query }),
  showRecord: (id: string) => __TAURI_INVOKE<RecordDetails>("show_record", { id }),
  startVerify: (ids: string[] | null) => __TAURI_INVOKE<number>("start_verify", { ids }),
  exportBundle: (id: string) => __TAURI_INVOKE<ExportedView | null>("export_bundle", { id }),
  revealRecord: (id: string) => __TAURI_INVOKE<null>("reveal_record", { id }),
  planDelete: (ids: string[], progress: Channel<PlanProgress>) => __TAURI_INVOKE<PlanView>("plan_delete", { ids, progress }),
  planPrune: (keepLast: number, progress: Channel<PlanProgress>) => __TAURI_INVOKE<PlanView>("plan_prune", { keepLast, progress }),
  cancelPlan: () => __TAURI_INVOKE<null>("cancel_plan"),
  applyPlan: (plan: number) => __TAURI_INVOKE<PlanReport>("apply_plan", { plan }),
  dropPlan: (plan: number) => __TAURI_INVOKE<null>("drop_plan", { plan }),
  markRecord: (id: string, marks: MarksInput) => __TAURI_INVOKE<RecordRow>("mark_record", { id, marks }),
  readSettings: () => __TAURI_INVOKE<SettingsView>("read_settings"),
  changeSettings: (change: SettingsChange) => __TAURI_INVOKE<SettingsView>("change_settings", { change }),
  chooseArchive: () => __TAURI_INVOKE<ArchiveChosen | null>("choose_archive"),
};

export type ErrorReport = { code: string; message: string; hint: string | null; details: string[] };

export type Message =
  | { kind: "snapshot"; jobs: Job[]; closeAsked: boolean }
  | { kind: "jobs"; jobs: JobHead[]; items: ItemChange[] }
  | { kind: "jobRemoved"; job: number }
  | { kind: "hostsChanged" }
  | { kind: "archiveChanged" }
  | { kind: "settingsChanged" }
  | { kind: "closeAsked" };
export type ItemChange = { job: number; index: number; item: JobItem };
export type JobKind = "backup" | "verify";
export type JobState = "running" | "cancelling" | "done" | "cancelled" | "failed";
export type JobHead = {
  id: number;
  kind: JobKind;
  title: string;
  note: string | null;
  state: JobState;
  startedAt: string;
  finishedAt: string | null;
  total: number;
  done: number;
  failed: number;
  bytes: number;
  totalBytes: number | null;
  secondsLeft: number | null;
  runId: string | null;
  error: ErrorReport | null;
  warnings: string[];
};
export type Job = { head: JobHead; items: JobItem[] };
export type Step = "waiting" | "packing" | "downloading" | "saved" | "failed" | "cancelled" | "reading" | "good" | "damaged";
export type JobItem = {
  name: string;
  server: string | null;
  host: HostRef | null;
  step: Step;
  bytes: number;
  totalBytes: number | null;
  record: string | null;
  warnings: string[];
  error: ErrorReport | null;
};

export type Platform = "windows" | "linux" | "macos";
export type AppStart = { version: string; isDemo: boolean; settings: SettingsView; servers: number; platform: Platform };
export type CloseAnswer = "stay" | "background" | "cancelAndQuit";
export type Folder = "logs" | "archive" | "settings";

export type ServerView = {
  name: string;
  address: string;
  user: string;
  thumbprint: string | null;
};
export type ServerInput = {
  original: string | null;
  name: string;
  address: string;
  user: string;
  password: string | null;
  remember: boolean;
  acceptThumbprint: string | null;
};
export type ConnectOutcome =
  | { kind: "connected"; server: ServerView; product: string; hosts: number; keyringError: ErrorReport | null }
  | { kind: "notTrusted"; certificate: CertificateView; expected: string | null };
export type CertificateView = {
  subject: string;
  issuer: string;
  validFrom: string | null;
  validTo: string | null;
  sha256: string;
  sha1: string;
  selfSigned: boolean;
};

export type HostsView = { servers: ServerState[]; hosts: HostRow[]; staleAfterDays: number; archiveError: ErrorReport | null };
export type Remedy =
  | { kind: "password" }
  | { kind: "certificate"; certificate: CertificateView; expected: string | null };
export type ServerState = {
  name: string;
  readAt: string | null;
  error: ErrorReport | null;
  remedy: Remedy | null;
};
export type HostRef = { server: string; moid: string; name: string };
export type ConnectionView = "connected" | "disconnected" | "notResponding";
export type LockdownView = "disabled" | "normal" | "strict";
export type SafetyView = "fresh" | "stale" | "failing" | "never" | "notSupported";
export type GoodBackup = { record: string; takenAt: string };
export type ResultView = "saved" | "failed" | "cancelled";
export type Attempt = { runId: string; at: string; result: ResultView; error: ErrorReport | null };
export type HostRow = {
  key: string;
  host: HostRef;
  identity: string;
  path: string[];
  datacenter: string | null;
  cluster: string | null;
  connection: ConnectionView;
  inMaintenanceMode: boolean | null;
  uuid: string | null;
  vendor: string | null;
  model: string | null;
  version: string | null;
  build: string | null;
  address: string | null;
  lockdown: LockdownView | null;
  sealedByTpm: boolean | null;
  bootTime: string | null;
  safety: SafetyView;
  lastGood: GoodBackup | null;
  lastAttempt: Attempt | null;
};
export type HostHistory = { records: RecordRow[]; attempts: Attempt[] };
export type HostMatch = { source: string | null; matched: string[]; unknown: string[] };

export type BackupInput = { hosts: HostRef[] | null; note: string | null };
export type ReportFormat = "text" | "csv" | "json";
export type RunRow = {
  runId: string;
  startedAt: string | null;
  finishedAt: string | null;
  note: string | null;
  servers: string[];
  hosts: number;
  saved: number;
  failed: number;
  cancelled: number;
  bytes: number;
  isComplete: boolean;
  error: ErrorReport | null;
};
export type RunView = { row: RunRow; hosts: HostReportView[]; servers: ServerReportView[]; warnings: string[] };
export type HostReportView = {
  name: string;
  server: string | null;
  result: ResultView;
  record: string | null;
  bytes: number;
  seconds: number | null;
  warnings: string[];
  error: ErrorReport | null;
};
export type ServerReportView = { name: string; hosts: number; error: ErrorReport | null };

export type ArchiveOverview = {
  path: string;
  exists: boolean;
  records: number;
  bytes: number;
  hosts: ArchivedHost[];
  servers: string[];
  days: ArchiveDay[];
  problems: ArchiveProblem[];
  readAt: string;
};
export type ArchivedHost = { name: string; identity: string; records: number };
export type ArchiveDay = { date: string; records: number; hosts: number; bytes: number };
export type ArchiveProblem = { path: string; reason: string };
export type RecordQuery = {
  from: string | null;
  to: string | null;
  identity: string | null;
  server: string | null;
  search: string | null;
  pinned: boolean;
  newest: boolean;
};
export type RecordList = { total: number; bytes: number; records: RecordRow[] };
export type RecordRow = {
  id: string;
  host: string;
  identity: string;
  server: string;
  takenAt: string;
  date: string | null;
  version: string;
  build: string;
  bytes: number;
  note: string | null;
  runNote: string | null;
  pinned: boolean;
  isNewest: boolean;
  verified: Verified | null;
};
export type Verified = { at: string; good: boolean; problems: string[] };
export type RecordDetails = {
  row: RecordRow;
  uuid: string | null;
  moid: string;
  managementAddress: string | null;
  vendor: string | null;
  model: string | null;
  product: string;
  serverAddress: string;
  throughVcenter: boolean;
  file: string;
  folder: string;
  sha256: string;
  releaseLevel: string | null;
  manifestUuid: string | null;
  matchesHost: boolean | null;
  hostThumbprint: string | null;
  apiVersion: string;
  runId: string;
  hostkeepVersion: string;
};
export type ExportedView = { path: string; bytes: number };
export type PlanProgress = { read: number };
export type PlanView = {
  plan: number;
  removed: RecordRow[];
  removedCount: number;
  removedHosts: number;
  bytes: number;
  keptCount: number;
  kept: KeptView[];
};
export type KeptView = { record: RecordRow; because: string };
export type PlanReport = { removed: number; bytesFreed: number; notRemoved: NotRemovedView[] };
export type NotRemovedView = { host: string; id: string; reason: string };
export type MarksInput = { pinned: boolean; note: string | null };

export type Theme = "system" | "light" | "dark" | "highContrast";
export type Timeouts = { connectSeconds: number; idleSeconds: number; callSeconds: number; transferSeconds: number };
export type SavedSelection = { name: string; hosts: string[] };
export type SettingsView = {
  concurrency: number;
  maxConcurrency: number;
  hostPort: number | null;
  staleAfterDays: number;
  theme: Theme;
  timeouts: Timeouts;
  selections: SavedSelection[];
  archive: string;
  isDefaultArchive: boolean;
  settingsFile: string;
  logs: string;
};
export type SettingsChange = {
  concurrency?: number;
  hostPort?: number | null;
  staleAfterDays?: number;
  theme?: Theme;
  timeouts?: Timeouts;
};
export type ArchiveChosen = { path: string; records: number; created: boolean };
