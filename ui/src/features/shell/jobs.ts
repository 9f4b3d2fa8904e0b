/**
 * What runs in the background. The shell sends a snapshot and then what changes; one pure function keeps the page's copy,
 * so a page that was loaded again in mid-run shows the same.
 */
import { create } from "zustand";
import type { Job, JobHead, JobItem, Message } from "../../ipc";

export type JobsState = {
  /** Whether the snapshot has arrived: before it, that a job is missing means nothing. */
  isHeard: boolean;
  /** Oldest first. */
  jobs: readonly Job[];
  /** The user closed the window while jobs run, and has not said yet what is to happen. */
  closeAsked: boolean;
};

export const useJobs = create<JobsState>(() => ({ isHeard: false, jobs: [], closeAsked: false }));

export function applyMessage(state: JobsState, message: Message): JobsState {
  switch (message.kind) {
    case "snapshot":
      return { isHeard: true, jobs: message.jobs, closeAsked: message.closeAsked };
    case "jobs":
      return { ...state, jobs: withItems(withHeads(state.jobs, message.jobs), message.items) };
    case "jobRemoved":
      return { ...state, jobs: state.jobs.filter((job) => job.head.id !== message.job) };
    case "closeAsked":
      return { ...state, closeAsked: true };
    case "hostsChanged":
    case "archiveChanged":
    case "settingsChanged":
    case "settingsRead":
    case "restoresChanged":
    case "bundleDropped":
    case "dropRefused":
      return state;
  }
}

export function isRunning(head: JobHead): boolean {
  return head.state === "running" || head.state === "cancelling";
}

/** 0 to 1, or null before it is known how much there is to do. */
export function progressOf(head: JobHead): number | null {
  if (head.totalBytes !== null && head.totalBytes > 0) {
    return Math.min(1, head.bytes / head.totalBytes);
  }
  return head.total > 0 ? head.done / head.total : null;
}

function withHeads(jobs: readonly Job[], heads: readonly JobHead[]): readonly Job[] {
  if (heads.length === 0) {
    return jobs;
  }
  const changed = new Map(heads.map((head) => [head.id, head]));
  const kept = jobs.map((job) => {
    const head = changed.get(job.head.id);
    changed.delete(job.head.id);
    return head === undefined ? job : { ...job, head };
  });
  return [...kept, ...[...changed.values()].map((head) => ({ head, items: [] }))];
}

function withItems(
  jobs: readonly Job[],
  changes: readonly { job: number; index: number; item: JobItem }[],
): readonly Job[] {
  return jobs.map((job) => {
    const own = changes.filter((change) => change.job === job.head.id);
    if (own.length === 0) {
      return job;
    }
    const items = [...job.items];
    for (const { index, item } of own) {
      items[index] = item;
    }
    return { ...job, items };
  });
}
