/** How a server's address is typed and shortened. Pure. */

/** "https://vc01.lab.local/" as it is typed: "vc01.lab.local". Anything unusual stays as it is. */
export function shortAddress(address: string): string {
  return /^https:\/\/([^/?#@]+)\/?(sdk\/?)?$/.exec(address)?.[1] ?? address;
}

/** Without the port. The end of an IPv6 address without brackets is none. */
export function hostOf(address: string): string {
  return shortAddress(address.trim()).replace(/^(\[.*\]|[^:]*):\d+$/, "$1");
}
