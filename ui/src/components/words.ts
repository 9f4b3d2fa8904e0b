/** How the window says ages, dates, sizes, numbers and durations. Pure: the time of now is passed in. */

const DASH = "–";

/** "just now", "3 h ago", "in 2 d". */
export function age(iso: string, now: number): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) {
    return DASH;
  }
  const span = Math.abs(now - time);
  if (span < 60_000) {
    return "just now";
  }
  const words = coarse(span);
  return time <= now ? `${words} ago` : `in ${words}`;
}

/** How old what servers said is, by when each was read: "read 4 min ago, 1 server not yet". */
export function readInWords(readAt: readonly (string | null)[], now: number): string {
  const read = readAt.filter((iso) => iso !== null);
  if (read.length === 0) {
    return "not read yet";
  }
  const oldest = read.reduce((a, b) => (Date.parse(a) <= Date.parse(b) ? a : b));
  const missing = readAt.length - read.length;
  return `read ${age(oldest, now)}${missing === 0 ? "" : `, ${plural(missing, "server")} not yet`}`;
}

/** Local date and time to the minute: "2026-11-22 23:30". */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return DASH;
  }
  return `${localDate(at)} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Local time of day to the second: "23:30:05". */
export function timeOfDay(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? DASH : `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Local date, time to the second and the zone's offset: "2026-11-22 23:30:05 (UTC+01:00)". */
export function dateTimeAndZone(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return DASH;
  }
  const minutes = -at.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${dateTime(iso)}:${two(at.getSeconds())} (UTC${zone})`;
}

/** yyyy-MM-dd of the machine's own calendar. */
export function localDate(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** "47 B", "112 KB", "1.2 MB": powers of 1024, as Explorer counts. */
export function byteSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}

/** "1 host", "2,500 hosts". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${wholeNumber(count)} ${count === 1 ? one : many}`;
}

export function wholeNumber(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "12 of 140 hosts" while something is left out, else "140 hosts". */
export function ofTotal(shown: number, total: number, one: string, many?: string): string {
  return shown === total ? plural(total, one, many) : `${wholeNumber(shown)} of ${plural(total, one, many)}`;
}

/** "45 s", "3 min 10 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    const rest = whole % 60;
    return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  const minutes = Math.floor((whole % 3600) / 60);
  const hours = Math.floor(whole / 3600);
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

/** "about 3 min left": coarser than `duration`, so that it does not jitter. */
export function timeLeft(seconds: number): string {
  if (seconds < 10) {
    return "a few seconds left";
  }
  return `about ${seconds < 60 ? `${Math.ceil(seconds / 10) * 10} s` : coarse(Math.ceil(seconds / 60) * 60_000)} left`;
}

/** With a capital at its beginning. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What is said one after the other, each with its full stop: errors of the core come without one. */
export function sentences(...parts: readonly (string | null | undefined)[]): string {
  return parts
    .filter((part) => part != null && part !== "")
    .map((part) => (/[.?!:]$/.test(part ?? "") ? part : `${part}.`))
    .join(" ");
}

/** What a message says in a row that has the name already: it need not begin with it once more. */
export function withoutName(message: string, name: string, kind: "host" | "server" = "host"): string {
  const rest = afterName(message, name);
  if (rest !== null) {
    return capital(rest);
  }
  return message.startsWith(`${name} `) ? `The ${kind} ${message.slice(name.length + 1)}` : message;
}

/** What follows the name in a message that begins with it: "not responding" of "esx01 is not responding". */
export function afterName(message: string, name: string): string | null {
  const opening = [`${name}: `, `${name} is `, `${name} was `].find((words) => message.startsWith(words));
  return opening === undefined ? null : message.slice(opening.length);
}

function coarse(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  if (minutes < 48 * 60) {
    return `${Math.floor(minutes / 60)} h`;
  }
  const days = Math.floor(minutes / (24 * 60));
  if (days < 60) {
    return `${days} d`;
  }
  return days < 730 ? `${Math.floor(days / 30)} months` : `${Math.floor(days / 365)} years`;
}

function two(value: number): string {
  return value.toString().padStart(2, "0");
}
