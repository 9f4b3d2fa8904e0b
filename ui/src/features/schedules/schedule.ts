/** What the system's own scheduler is told: Task Scheduler through PowerShell, elsewhere cron. Pure. */
import type { Platform, ScheduleFacts, ServerView } from "../../ipc";

export type Rhythm = "daily" | "weekdays" | "weekly";

export type Schedule = {
  rhythm: Rhythm;
  /** As a clock shows it: "23:30". */
  time: string;
  /** One server's name; null for all that are saved. */
  server: string | null;
  /** How many bundles of each host stay; null where nothing is pruned. */
  keepLast: number | null;
  verifies: boolean;
  /** Empty: whoever runs the commands. */
  user: string;
};

export const NIGHTLY: Schedule = {
  rhythm: "daily",
  time: "23:30",
  server: null,
  keepLast: null,
  verifies: false,
  user: "",
};

type Task = { name: string; rhythm: Rhythm | "saturday" | "sunday"; time: string; words: readonly string[] };

export function isTime(time: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(time);
}

/** Whether it is known where the console program is; without a folder, the scheduler looks for it. */
export function isFound({ program }: ScheduleFacts): boolean {
  return /[\\/]/.test(program);
}

/** All of it as one text to run. */
export function scheduleScript(platform: Platform, facts: ScheduleFacts, schedule: Schedule): string {
  const tasks = tasksOf(facts, schedule);
  return platform === "windows"
    ? powerShell(facts.program, tasks, schedule.user)
    : `${tasks.map((task) => crontab(facts.program, task)).join("\n")}\n`;
}

/** What another user has to be told first: the passwords in a keyring are each user's own. For PowerShell, or a shell. */
export function serverCommands(platform: Platform, facts: ScheduleFacts, servers: readonly ServerView[]): string {
  const isWindows = platform === "windows";
  const line = ({ name, address, user, thumbprint }: ServerView) => {
    const pin = thumbprint === null ? [] : ["--thumbprint", thumbprint];
    const words = [facts.program, ...facts.options, "server", "add", name, "--url", address, "--user", user, ...pin];
    return isWindows ? `& ${words.map(powerShellWord).join(" ")}` : words.map(shellWord).join(" ");
  };
  return `${servers.map(line).join("\n")}\n`;
}

function tasksOf(facts: ScheduleFacts, { rhythm, time, server, keepLast, verifies }: Schedule): Task[] {
  const always = [...facts.options, "--archive", facts.archive];
  const backup = ["backup", ...always, ...(server === null ? [] : ["--server", server])];
  return [
    { name: server === null ? "Hostkeep backup" : `Hostkeep backup of ${server}`, rhythm, time, words: backup },
    ...(keepLast === null
      ? []
      : [
          {
            name: "Hostkeep prune",
            rhythm: "sunday" as const,
            time: halfADayAfter(time),
            words: ["archive", "prune", "--keep-last", String(keepLast), ...always],
          },
        ]),
    ...(verifies
      ? [
          {
            name: "Hostkeep verify",
            rhythm: "saturday" as const,
            time: halfADayAfter(time),
            words: ["archive", "verify", ...always],
          },
        ]
      : []),
  ];
}

/** When no backup holds the archive. */
function halfADayAfter(time: string): string {
  const [hour, minute] = time.split(":");
  return `${String((Number(hour) + 12) % 24).padStart(2, "0")}:${minute}`;
}

const TRIGGERS: Readonly<Record<Task["rhythm"], string>> = {
  daily: "-Daily",
  weekdays: "-Weekly -DaysOfWeek Monday, Tuesday, Wednesday, Thursday, Friday",
  weekly: "-Weekly -DaysOfWeek Sunday",
  saturday: "-Weekly -DaysOfWeek Saturday",
  sunday: "-Weekly -DaysOfWeek Sunday",
};

function powerShell(program: string, tasks: readonly Task[], user: string): string {
  const account = user.trim() === "" ? '"$env:USERDOMAIN\\$env:USERNAME"' : literal(user.trim());
  return [
    `$who = Get-Credential -UserName ${account} -Message 'The password of the user that the tasks run as'`,
    "$how = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew `",
    "  -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries",
    ...tasks.flatMap(({ name, rhythm, time, words }) => [
      `$when = New-ScheduledTaskTrigger ${TRIGGERS[rhythm]} -At ${time}`,
      // Without an offset from UTC, which the line above adds: with it, the time shifts by an hour with daylight saving.
      `$when.StartBoundary = Get-Date ${time} -Format s`,
      [
        `Register-ScheduledTask -TaskName ${literal(taskName(name))} -Force -Settings $how -Trigger $when`,
        `-Action (New-ScheduledTaskAction -Execute ${literal(program)}`,
        `  -Argument ${literal(words.map(windowsWord).join(" "))})`,
        "-User $who.UserName -Password $who.GetNetworkCredential().Password",
      ].join(" `\n  "),
    ]),
    "",
  ].join("\n");
}

/** A task is a file, and a backslash a folder. */
function taskName(name: string): string {
  return name.replace(/[\\/:*?"<>|]/g, "_");
}

const DAYS: Readonly<Record<Task["rhythm"], string>> = {
  daily: "*",
  weekdays: "1-5",
  weekly: "0",
  saturday: "6",
  sunday: "0",
};

function crontab(program: string, { rhythm, time, words }: Task): string {
  const [hour, minute] = time.split(":").map(Number);
  const line = [program, ...words].map(shellWord).join(" ");
  return `${minute} ${hour} * * ${DAYS[rhythm]} ${line.replaceAll("%", "\\%")}`;
}

/** As PowerShell takes it letter by letter: typographic quotation marks end a text as well. */
function literal(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

function powerShellWord(word: string): string {
  return /^[\w-][\w@:./\\-]*$/.test(word) ? word : literal(word);
}

/** As Windows' programs split their command line: backslashes before a quotation mark count double. */
function windowsWord(word: string): string {
  return /^[^\s"]+$/.test(word) ? word : `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
