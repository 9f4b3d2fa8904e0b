import { describe, expect, test } from "vitest";
import type { ScheduleFacts, ServerView } from "../../ipc";
import { isFound, isTime, NIGHTLY, scheduleScript, serverCommands } from "./schedule";

const WINDOWS: ScheduleFacts = {
  program: "C:\\Users\\O'Neil\\AppData\\Local\\Hostkeep\\hostkeep.exe",
  archive: "D:\\ESXi backups\\",
  options: [],
};
const LINUX: ScheduleFacts = { program: "/usr/bin/hostkeep", archive: "/srv/host's 100%", options: [] };

describe("Task Scheduler", () => {
  test("a nightly backup is one task of whoever runs the commands", () => {
    expect(scheduleScript("windows", WINDOWS, NIGHTLY)).toBe(
      [
        `$who = Get-Credential -UserName "$env:USERDOMAIN\\$env:USERNAME" -Message 'The password of the user that the tasks run as'`,
        "$how = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew `",
        "  -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries",
        "$when = New-ScheduledTaskTrigger -Daily -At 23:30",
        "$when.StartBoundary = Get-Date 23:30 -Format s",
        "Register-ScheduledTask -TaskName 'Hostkeep backup' -Force -Settings $how -Trigger $when `",
        `  -Action (New-ScheduledTaskAction -Execute 'C:\\Users\\O''Neil\\AppData\\Local\\Hostkeep\\hostkeep.exe' \``,
        `    -Argument 'backup --archive "D:\\ESXi backups\\\\"') \``,
        "  -User $who.UserName -Password $who.GetNetworkCredential().Password",
        "",
      ].join("\n"),
    );
  });

  test("prune and verify are tasks of their own, on other days", () => {
    const script = scheduleScript(
      "windows",
      { ...WINDOWS, options: ["--config-dir", "C:\\cfg"] },
      { ...NIGHTLY, rhythm: "weekdays", server: 'pr"od', keepLast: 30, verifies: true, user: " LAB\\svc-hostkeep " },
    );
    expect(script).toContain("Get-Credential -UserName 'LAB\\svc-hostkeep'");
    expect(script).toContain("-Weekly -DaysOfWeek Monday, Tuesday, Wednesday, Thursday, Friday -At 23:30");
    expect(script).toContain(`'backup --config-dir C:\\cfg --archive "D:\\ESXi backups\\\\" --server "pr\\"od"'`);
    expect(script).toContain("'archive prune --keep-last 30 --config-dir C:\\cfg --archive");
    expect(script).toContain("-Weekly -DaysOfWeek Sunday -At 11:30");
    expect(script).toContain("'archive verify --config-dir C:\\cfg --archive");
    expect(script.match(/Register-ScheduledTask/g)).toHaveLength(3);
  });

  test("the schedule of one server is not in the way of another's, and has a name that a task can have", () => {
    const named = (server: string) => scheduleScript("windows", WINDOWS, { ...NIGHTLY, server });
    expect(named("prod")).toContain("-TaskName 'Hostkeep backup of prod' -Force");
    expect(named('lab\\vc:8443 "a"')).toContain("-TaskName 'Hostkeep backup of lab_vc_8443 _a_' -Force");
  });
});

test("cron gets a line each, in which a per cent sign would begin the input", () => {
  expect(scheduleScript("linux", LINUX, { ...NIGHTLY, rhythm: "weekly", time: "02:05", keepLast: 7 })).toBe(
    [
      "5 2 * * 0 /usr/bin/hostkeep backup --archive '/srv/host'\\''s 100\\%'",
      "5 14 * * 0 /usr/bin/hostkeep archive prune --keep-last 7 --archive '/srv/host'\\''s 100\\%'",
      "",
    ].join("\n"),
  );
});

// Whoever comes second ends with 11.
test("no backup holds the archive when it is pruned or verified", () => {
  const lines = scheduleScript("linux", LINUX, { ...NIGHTLY, time: "12:00", keepLast: 7, verifies: true }).split("\n");
  expect(lines.slice(0, 3).map((line) => line.split(" /")[0])).toEqual(["0 12 * * *", "0 0 * * 0", "0 0 * * 6"]);
});

test("another user saves the servers first, without a password in any argument", () => {
  const server: ServerView = {
    name: "prod",
    address: "https://vcsa.lab.local",
    user: "administrator@vsphere.local",
    thumbprint: "AA:BB",
    remembered: true,
  };
  expect(serverCommands("linux", LINUX, [server, { ...server, name: "old one", thumbprint: null }])).toBe(
    [
      "/usr/bin/hostkeep server add prod --url https://vcsa.lab.local --user administrator@vsphere.local --thumbprint AA:BB",
      "/usr/bin/hostkeep server add 'old one' --url https://vcsa.lab.local --user administrator@vsphere.local",
      "",
    ].join("\n"),
  );
  // A word in quotation marks is no command in PowerShell, unless it is called.
  expect(serverCommands("windows", WINDOWS, [server])).toBe(
    "& 'C:\\Users\\O''Neil\\AppData\\Local\\Hostkeep\\hostkeep.exe' server add prod --url https://vcsa.lab.local --user administrator@vsphere.local --thumbprint AA:BB\n",
  );
});

test("a time is hours and minutes", () => {
  expect(["00:00", "23:59", "24:00", "7:30", "", "12:60"].map(isTime)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("a program without a folder is one that the scheduler has to find", () => {
  expect([WINDOWS, LINUX, { ...LINUX, program: "hostkeep" }].map(isFound)).toEqual([true, true, false]);
});

// Word processors and phones write them, and PowerShell ends a text at any of them.
test("a typographic quotation mark ends no text in PowerShell", () => {
  const facts = { ...WINDOWS, archive: "D:\\O\u2019Neil\u2018s \u201ax\u201b" };
  expect(scheduleScript("windows", facts, NIGHTLY)).toContain(
    "D:\\O\u2019\u2019Neil\u2018\u2018s \u201a\u201ax\u201b\u201b",
  );
});
