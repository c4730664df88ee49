/** Calling codes at the start of an international number (ITU-T E.164), and the trunk prefix that people write behind them. */
import { GLOBAL_CODES, KEEPS_ZERO, REGIONS } from './country-codes';

interface Region {
  readonly code: string;
  /** Null: numbers are dialled as they are. */
  readonly trunk: string | null;
  readonly internationalPrefix: RegExp;
}

const regions: ReadonlyMap<string, Region> = new Map(
  Object.entries(REGIONS).map(([name, line]) => {
    const [code = '', trunk = '-', prefix = '00'] = line.split(' ');
    const internationalPrefix = new RegExp(`^(?:${prefix.replaceAll('~', '')})(?=[1-9])`);
    return [name, { code, trunk: trunk === '-' ? null : trunk, internationalPrefix }];
  }),
);
const codes: ReadonlySet<string> = new Set([...[...regions.values()].map(({ code }) => code), ...GLOBAL_CODES, '379']);
/** Of a region that has one: its trunk prefix is 1 where it is the calling code too, and then nobody can tell them apart. */
const trunks: ReadonlyMap<string, string> = new Map(
  [...regions.values()].flatMap(({ code, trunk }) => (trunk === null || trunk === '1' ? [] : [[code, trunk] as const])),
);
const keepsZero: ReadonlySet<string> = new Set(KEEPS_ZERO);
/** Trunk prefixes that stand in brackets in older spellings. */
const OLDER_TRUNKS: Readonly<Record<string, readonly string[]>> = {
  '7': ['8'],
  '36': ['06'],
  '52': ['01'],
  '370': ['8', '0'],
  '375': ['8', '80'],
};

/** The calling code that these digits begin with (no code is the beginning of another one), or null. */
export function callingCodeOf(digits: string): string | null {
  for (const length of [1, 2, 3]) if (codes.has(digits.slice(0, length))) return digits.slice(0, length);
  return null;
}

/** Whether numbers behind this calling code may begin with a zero that is dialled from abroad, too (Italy and others). */
export function zeroBelongsToNumber(code: string): boolean {
  return keepsZero.has(code);
}

/**
 * The digits behind the `+` without the trunk prefix: `44(0)20` and `44020` are `4420`, `39(0)6` is `3906`. The text may hold brackets, and
 * no other separator. A zero without brackets is a trunk prefix only where the country has one.
 */
export function withoutTrunkPrefix(behindPlus: string): string {
  const digits = behindPlus.replace(/[()]/g, '');
  const code = callingCodeOf(digits);
  if (code === null) return digits;
  const rest = behindPlus.replace(new RegExp(`^${Array.from(code, (digit) => `[()]*${digit}`).join('')}\\)*`), '');
  const national = rest.replace(/[()]/g, '');
  const keeps = zeroBelongsToNumber(code);
  const inBrackets = /^\(+(\d{1,2})\)/.exec(rest)?.[1];
  if (inBrackets !== undefined) {
    const isTrunk = (inBrackets === '0' && !keeps) || (OLDER_TRUNKS[code] ?? []).includes(inBrackets);
    if (isTrunk) return code + national.slice(inBrackets.length);
  }
  const trunk = trunks.get(code);
  return trunk?.startsWith('0') === true && !keeps && national.startsWith(trunk)
    ? code + national.slice(trunk.length)
    : digits;
}

/** A national number of this region (ISO 3166-1 alpha-2) as `+` and digits, or null when it is none or nobody knows. */
export function internationalForm(number: string, region: string): string | null {
  const known = regions.get(region.toUpperCase());
  if (known === undefined || !/^\d+$/.test(number)) return null;
  const abroad = known.internationalPrefix.exec(number)?.[0];
  if (abroad !== undefined) return `+${number.slice(abroad.length)}`;
  if (known.trunk === null || !number.startsWith(known.trunk)) return null;
  return known.trunk === known.code ? `+${number}` : `+${known.code}${number.slice(known.trunk.length)}`;
}
