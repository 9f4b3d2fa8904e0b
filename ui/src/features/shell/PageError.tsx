import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";

/** A page that failed to draw: the rest of the window goes on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page cannot be shown" isScrolling>
      <ErrorView error={error} onAgain={reset} />
    </Page>
  );
}

export function PageMissing() {
  return (
    <Page title="No such page">
      <EmptyState title="There is no page at this address">
        <Link to="/hosts">Go to the hosts</Link>
      </EmptyState>
    </Page>
  );
}
