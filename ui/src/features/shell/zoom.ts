/** Ctrl+= / - / 0. The factor is remembered. */
import { keep, kept } from "../../components/kept";
import { commands } from "../../ipc";

const STEPS = [0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

export function zoomBy(step: 1 | -1): Promise<void> {
  return zoomTo(nextStep(remembered(), step));
}

export function resetZoom(): Promise<void> {
  return zoomTo(1);
}

/** The factor of the last start. */
export async function restoreZoom(): Promise<void> {
  const factor = remembered();
  if (factor !== 1) {
    await zoomTo(factor);
  }
}

export function nextStep(factor: number, step: 1 | -1): number {
  const at = STEPS.indexOf(factor);
  return STEPS[Math.max(0, Math.min(STEPS.length - 1, (at < 0 ? STEPS.indexOf(1) : at) + step))] ?? 1;
}

async function zoomTo(factor: number): Promise<void> {
  await commands.setZoom(factor);
  keep("zoom", String(factor));
}

function remembered(): number {
  const factor = Number(kept("zoom") ?? "1");
  return STEPS.includes(factor) ? factor : 1;
}
