import { useNow } from "./useNow";
import { age, dateTime, dateTimeAndZone } from "./words";

/** "3 h ago" with the local time and its zone as the tooltip. */
export function Age({ iso }: { iso: string }) {
  const now = useNow();
  return (
    <time dateTime={iso} title={dateTimeAndZone(iso)}>
      {age(iso, now)}
    </time>
  );
}

/** Local date and time with seconds and zone as the tooltip. */
export function DateTime({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={dateTimeAndZone(iso)}>
      {dateTime(iso)}
    </time>
  );
}
