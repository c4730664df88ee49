/** Where a redirected call goes next (RFC 3261 sections 8.1.3.4 and 21.3); pure. */

/** The targets of one call, in the order in which they are tried. */
export interface Hops {
  /** As compared: scheme and host in lower case. The last one is being tried. */
  readonly tried: readonly string[];
  readonly waiting: readonly string[];
}

/** Beyond the target that was dialled. */
const MOST_HOPS = 5;
const REDIRECTS = new Set([300, 301, 302]);

/** A URI as it can be called: without headers, by which a stranger could write our request. Null: neither a SIP nor a tel URI. */
function callable(uri: string): string | null {
  const plain = uri.replace(/\?.*$/, '').replace(/;method=[^;]*/i, '');
  return /^(?:sips?|tel):[^\s<>"]+$/i.test(plain) && plain.length <= 256 ? plain : null;
}
const compared = (uri: string): string =>
  uri.replace(
    /^(sips?:(?:[^@]*@)?)(.*)$/i,
    (_all, start: string, rest: string) =>
      start.replace(/^sips?/i, (scheme) => scheme.toLowerCase()) + rest.toLowerCase(),
  );

/** The Contact values, best first: `q` is 1 where it is not given (section 20.10). */
function targetsIn(contacts: readonly string[]): string[] {
  const entries = contacts.flatMap((value) =>
    value.split(/,(?=\s*(?:"(?:[^"\\]|\\.)*"\s*|[^<",]*)<|\s*(?:sips?|tel):)/i),
  );
  const weighed = entries.flatMap((entry) => {
    const [, inBrackets, parameters = ''] = /<([^>]*)>(.*)$/.exec(entry) ?? [];
    const uri = callable(inBrackets ?? /^\s*([^;\s]+)/.exec(entry)?.[1] ?? '');
    const q = Number(/;\s*q\s*=\s*([\d.]+)/i.exec(inBrackets === undefined ? entry : parameters)?.[1] ?? 1);
    return uri === null ? [] : [{ uri, q: Number.isNaN(q) ? 0 : q }];
  });
  return weighed.sort((a, b) => b.q - a.q).map(({ uri }) => uri);
}

/** A call that was dialled. */
export function firstHop(target: string): Hops {
  return { tried: [compared(target)], waiting: [] };
}

/**
 * After the final response `status` (with these Contact values): what to call next, or null when the call is over. A 300, 301 or 302 adds
 * its targets before those that wait; any other refusal below 600 goes on with what waits. No target is tried twice, and no more than five.
 */
export function nextHop(
  hops: Hops,
  status: number,
  contacts: readonly string[],
): { readonly target: string; readonly hops: Hops } | null {
  if (status >= 600) return null;
  const added = REDIRECTS.has(status) ? targetsIn(contacts) : [];
  const unseen = [...added, ...hops.waiting].filter(
    (uri, index, all) =>
      !hops.tried.includes(compared(uri)) && all.findIndex((one) => compared(one) === compared(uri)) === index,
  );
  const [target, ...waiting] = unseen;
  if (target === undefined || hops.tried.length > MOST_HOPS) return null;
  return { target, hops: { tried: [...hops.tried, compared(target)], waiting } };
}
