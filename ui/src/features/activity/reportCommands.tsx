/** The commands for a run's report: the same in the list of runs and on the report's own page. */
import { ArrowExportRegular, ArrowRepeatAllRegular, CopyRegular } from "@fluentui/react-icons";
import type { Commands } from "../../components/commands";
import type { ReportFormat, RunRow } from "../../ipc";

type ReportActs = {
  copyReport: (runId: string) => void;
  exportReport: (runId: string, format: ReportFormat) => void;
  retry: (runId: string) => void;
};

const FORMATS: readonly { format: ReportFormat; label: string }[] = [
  { format: "text", label: "As text…" },
  { format: "csv", label: "As CSV…" },
  { format: "json", label: "As JSON…" },
];

export function reportCommands(run: RunRow | undefined, acts: ReportActs): Commands {
  const runId = run?.error === null ? run.runId : null;
  const withRun = (act: (runId: string) => void) => () => runId !== null && act(runId);
  return [
    {
      id: "retry",
      label: "Retry failed…",
      icon: <ArrowRepeatAllRegular />,
      disabled: runId === null || run?.failed === 0,
      run: withRun(acts.retry),
    },
    {
      id: "copyReport",
      label: "Copy report",
      icon: <CopyRegular />,
      disabled: runId === null,
      run: withRun(acts.copyReport),
    },
    {
      id: "export",
      label: "Export report",
      icon: <ArrowExportRegular />,
      disabled: runId === null,
      items: FORMATS.map(({ format, label }) => ({
        id: format,
        label,
        run: withRun((id) => acts.exportReport(id, format)),
      })),
    },
  ];
}
