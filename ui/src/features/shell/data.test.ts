import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { readAgain } from "./data";

test("an answer that was asked for before a change is asked for again", async () => {
  const client = new QueryClient();
  let answerFirst = (_hosts: string) => {};
  const listHosts = vi
    .fn<() => Promise<string>>()
    .mockImplementationOnce(() => new Promise((resolve) => (answerFirst = resolve)))
    .mockResolvedValueOnce("new");
  const observer = new QueryObserver(client, { queryKey: ["hosts"], queryFn: listHosts });
  const seen: unknown[] = [];
  const stop = observer.subscribe(({ data }) => seen.push(data));
  const reading = readAgain(client, ["hosts"]);
  answerFirst("old");
  await reading;
  expect(observer.getCurrentResult().data).toBe("new");
  expect(seen).not.toContain("old");
  stop();
});

test("what nobody looks at is asked for when somebody does", async () => {
  const client = new QueryClient();
  const listHosts = vi.fn(() => Promise.resolve("hosts"));
  await client.prefetchQuery({ queryKey: ["hosts"], queryFn: listHosts });
  await readAgain(client, ["hosts"]);
  expect(listHosts).toHaveBeenCalledTimes(1);
  expect(client.getQueryState(["hosts"])?.isInvalidated).toBe(true);
});
