/** The commands of the archive's page: the same in the toolbar and in the context menu. */
import {
  ArrowClockwiseRegular,
  ArrowExportRegular,
  ArrowUndoRegular,
  BranchCompareRegular,
  BroomRegular,
  CalendarRegular,
  DeleteRegular,
  DocumentSearchRegular,
  FolderOpenRegular,
  FolderRegular,
  NoteEditRegular,
  PanelRightRegular,
  PinOffRegular,
  PinRegular,
  ShieldCheckmarkRegular,
} from "@fluentui/react-icons";
import type { Commands } from "../../components/commands";
import { EXPORT_CSV } from "../../components/grid/DataGrid";
import type { RecordRow } from "../../ipc";

type ArchiveState = {
  chosen: readonly RecordRow[];
  isReading: boolean;
  hasCalendar: boolean;
  hasDetails: boolean;
  acts: {
    verify: () => void;
    restore: () => void;
    inside: () => void;
    compare: () => void;
    verifyAll: () => void;
    exportBundle: () => void;
    reveal: () => void;
    pin: (pinned: boolean) => void;
    note: () => void;
    remove: () => void;
    prune: () => void;
    refresh: () => void;
    exportCsv: () => void;
    openFolder: () => void;
    toggleCalendar: () => void;
    toggleDetails: () => void;
  };
};

export function archiveCommands({ chosen, isReading, hasCalendar, hasDetails, acts }: ArchiveState): Commands {
  const isOne = chosen.length === 1;
  const isPinned = chosen.length > 0 && chosen.every((record) => record.pinned);
  return [
    {
      id: "inside",
      label: "Look inside",
      icon: <DocumentSearchRegular />,
      shortcut: "Enter",
      disabled: !isOne,
      run: acts.inside,
    },
    {
      id: "compare",
      label: isOne ? "Compare with the one before" : "Compare",
      ...(isOne ? { short: "Compare" } : {}),
      icon: <BranchCompareRegular />,
      disabled: chosen.length !== 1 && chosen.length !== 2,
      run: acts.compare,
    },
    {
      id: "verify",
      label: "Verify",
      icon: <ShieldCheckmarkRegular />,
      disabled: chosen.length === 0,
      run: acts.verify,
    },
    { id: "restore", label: "Restore…", icon: <ArrowUndoRegular />, disabled: !isOne, run: acts.restore },
    {
      id: "export",
      label: "Export…",
      icon: <ArrowExportRegular />,
      opensDialog: true,
      disabled: !isOne,
      run: acts.exportBundle,
    },
    {
      id: "pin",
      label: isPinned ? "Unpin" : "Pin",
      icon: isPinned ? <PinOffRegular /> : <PinRegular />,
      disabled: chosen.length === 0,
      run: () => acts.pin(!isPinned),
    },
    {
      id: "delete",
      label: "Delete…",
      icon: <DeleteRegular />,
      shortcut: "Del",
      disabled: chosen.length === 0,
      run: acts.remove,
    },
    "divider",
    {
      id: "refresh",
      label: "Refresh",
      icon: <ArrowClockwiseRegular />,
      shortcut: "F5",
      isBusy: isReading,
      run: acts.refresh,
    },
    { id: "verifyAll", label: "Verify all", icon: <ShieldCheckmarkRegular />, run: acts.verifyAll },
    { id: "prune", label: "Prune…", icon: <BroomRegular />, run: acts.prune },
    { id: "folder", label: "Open folder", icon: <FolderRegular />, run: acts.openFolder },
    { ...EXPORT_CSV, run: acts.exportCsv },
    { id: "reveal", label: "Show in folder", icon: <FolderOpenRegular />, disabled: !isOne, run: acts.reveal },
    { id: "note", label: "Note…", icon: <NoteEditRegular />, disabled: !isOne, run: acts.note },
    {
      id: "calendar",
      label: hasCalendar ? "Hide calendar" : "Show calendar",
      icon: <CalendarRegular />,
      run: acts.toggleCalendar,
    },
    {
      id: "details",
      label: hasDetails ? "Hide details" : "Show details",
      icon: <PanelRightRegular />,
      shortcut: "Alt+Enter",
      run: acts.toggleDetails,
    },
  ];
}
