/** Every page and its address. Addresses are in the hash, so that a page that is loaded again stays where it was. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { activitySearch } from "./features/activity/search";
import { archiveSearch } from "./features/archive/search";
import { insideSearch, settingsSearch } from "./features/bundles/search";
import { compareSearch } from "./features/compare/search";
import { HostsPage } from "./features/hosts/HostsPage";
import { restoreSearch } from "./features/restore/search";
import { Frame } from "./features/shell/Frame";
import { keepSearch } from "./features/shell/lastSearch";
import { PageError, PageMissing } from "./features/shell/PageError";

// The hosts are what the window starts with. The other pages are read when they are gone to.
const ActivityPage = lazyRouteComponent(() => import("./features/activity/ActivityPage"), "ActivityPage");
const ReportPage = lazyRouteComponent(() => import("./features/activity/ReportPage"), "ReportPage");
const ArchivePage = lazyRouteComponent(() => import("./features/archive/ArchivePage"), "ArchivePage");
const ComparePage = lazyRouteComponent(() => import("./features/compare/ComparePage"), "ComparePage");
const InsidePage = lazyRouteComponent(() => import("./features/bundles/InsidePage"), "InsidePage");
const SearchPage = lazyRouteComponent(() => import("./features/bundles/SearchPage"), "SearchPage");
const JobPage = lazyRouteComponent(() => import("./features/backup/JobPage"), "JobPage");
const RestorePage = lazyRouteComponent(() => import("./features/restore/RestorePage"), "RestorePage");
const RestoredPage = lazyRouteComponent(() => import("./features/restore/RestoredPage"), "RestoredPage");
const SchedulesPage = lazyRouteComponent(() => import("./features/schedules/SchedulesPage"), "SchedulesPage");
const SettingsPage = lazyRouteComponent(() => import("./features/settings/SettingsPage"), "SettingsPage");

const rootRoute = createRootRoute({ component: Frame });
const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/hosts" });
  },
});
const hostsRoute = createRoute({ getParentRoute: () => rootRoute, path: "/hosts", component: HostsPage });
const archiveRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/archive",
  validateSearch: archiveSearch,
  component: ArchivePage,
});
const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/inside",
  validateSearch: insideSearch,
  component: InsidePage,
});
const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/compare",
  validateSearch: compareSearch,
  component: ComparePage,
});
const searchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/search",
  validateSearch: settingsSearch,
  component: SearchPage,
});
const activityRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/activity",
  validateSearch: activitySearch,
  component: ActivityPage,
});
const reportRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/activity/$runId",
  component: ReportPage,
});
const restoreRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/restore",
  validateSearch: restoreSearch,
  component: RestorePage,
});
const restoredRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/restores/$id",
  component: RestoredPage,
});
const schedulesRoute = createRoute({ getParentRoute: () => rootRoute, path: "/schedules", component: SchedulesPage });
const settingsRoute = createRoute({ getParentRoute: () => rootRoute, path: "/settings", component: SettingsPage });
const jobRoute = createRoute({ getParentRoute: () => rootRoute, path: "/jobs/$job", component: JobPage });
/** Where a finished job leads: its report is that of the activity. */
const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/$runId",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/activity/$runId", params });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    hostsRoute,
    archiveRoute,
    insideRoute,
    compareRoute,
    searchRoute,
    activityRoute,
    reportRoute,
    restoreRoute,
    restoredRoute,
    schedulesRoute,
    settingsRoute,
    jobRoute,
    runRoute,
  ]),
  history: createHashHistory(),
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageMissing,
});

router.subscribe("onResolved", ({ toLocation }) => keepSearch(toLocation.pathname, toLocation.search));

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
