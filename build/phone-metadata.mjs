/**
 * What Google's libphonenumber knows, as tables of the contracts: emergency numbers by region, and calling codes. `npm run phone-metadata` writes
 * both files, with `--print` to its output. src/contracts/policy/emergency-numbers.test.ts compares them with what this file makes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * The package has no types of its own; these are the parts in use.
 * @typedef {{ getNationalNumberPattern(): string, hasNationalNumberPattern(): boolean, possibleLengthArray(): number[] }} Description
 * @typedef {{ getEmergency(): Description, getGeneralDesc(): Description, getFixedLine(): Description | null, getMobile(): Description | null, getCountryCode(): number, getNationalPrefix(): string | null, getInternationalPrefix(): string | null }} Metadata
 * @typedef {{ getSupportedRegions(): string[], getSupportedGlobalNetworkCallingCodes(): number[], getMetadataForRegion(region: string): Metadata, getExampleNumberForType(region: string, type: number): object | null, getNationalSignificantNumber(number: object): string }} Util
 * @typedef {{ getSupportedRegions(): string[], getMetadataForRegion_(region: string): Metadata }} ShortNumbers
 * @typedef {{ PhoneNumberType: { FIXED_LINE: number, MOBILE: number }, PhoneNumberUtil: { getInstance(): Util }, ShortNumberInfo: { getInstance(): ShortNumbers } }} Library
 */
const NAME = 'google-libphonenumber';
/** @type {(name: string) => unknown} */
const load = createRequire(import.meta.url);
const { PhoneNumberType, PhoneNumberUtil, ShortNumberInfo } = /** @type {Library} */ (load(NAME));
const aboutIt = readFileSync(new URL('../node_modules/google-libphonenumber/package.json', import.meta.url), 'utf8');
const version = /"version": *"([^"]+)"/.exec(aboutIt)?.[1] ?? '';
const util = PhoneNumberUtil.getInstance();
const short = ShortNumberInfo.getInstance();

/**
 * The day on which a version was published: nothing in the package says it.
 * @type {Readonly<Record<string, string>>}
 */
const PUBLISHED = { '3.2.47': '2026-09-29' };

/**
 * Numbers that were in use here before the metadata was, and that it lacks: none of them may stop to be one.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const MORE = {
  ES: ['061', '062', '080', '091'],
  FR: ['114'],
  JP: ['118'],
  PE: ['106'],
  RS: ['192', '193', '194'],
  SN: ['15'],
};

/** @param {Description} description */
const patternOf = (description) => new RegExp(`^(?:${description.getNationalNumberPattern()})$`);

/**
 * All numbers that the pattern takes.
 * @param {Description} description
 * @param {Description} general of the region
 */
function numbersOf(description, general) {
  const fits = patternOf(description);
  const found = [];
  // A description names lengths only where they differ from those of the region.
  const own = description.possibleLengthArray();
  for (const length of own.length > 0 ? own : general.possibleLengthArray())
    for (let n = 0; n < 10 ** length; n += 1) {
      const digits = String(n).padStart(length, '0');
      if (fits.test(digits)) found.push(digits);
    }
  return found;
}

/** By region (ISO 3166-1 alpha-2), sorted. */
function emergencyNumbers() {
  return Object.fromEntries(
    short
      .getSupportedRegions()
      .sort()
      .map((region) => {
        const metadata = short.getMetadataForRegion_(region);
        const known = numbersOf(metadata.getEmergency(), metadata.getGeneralDesc());
        return [region, [...new Set([...known, ...(MORE[region] ?? [])])].sort().join(' ')];
      }),
  );
}

/**
 * Whether a number of a fixed or mobile phone there may begin with 0: a zero that belongs to it, and is no trunk prefix.
 * @param {string} region
 * @param {Metadata} metadata
 */
function beginsWithZero(region, metadata) {
  if (metadata.getNationalPrefix() === '0') return false;
  const examples = [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE].map((type) =>
    util.getExampleNumberForType(region, type),
  );
  if (examples.some((one) => one !== null && util.getNationalSignificantNumber(one).startsWith('0'))) return true;
  // A pattern is no list: it is tried with each two digits behind the zero, and digits by a fixed sequence behind them.
  let seed = 1;
  const digit = () => {
    seed = (seed * 48271) % 2147483647;
    return seed % 10;
  };
  return [metadata.getFixedLine(), metadata.getMobile()].some((description) => {
    if (description?.hasNationalNumberPattern() !== true) return false;
    const fits = patternOf(description);
    const own = description.possibleLengthArray();
    const lengths = own.length > 0 ? own : metadata.getGeneralDesc().possibleLengthArray();
    return lengths
      .filter((length) => length >= 5)
      .some((length) =>
        Array.from({ length: 4000 }).some((_, n) =>
          fits.test(`0${String(n % 100).padStart(2, '0')}${Array.from({ length: length - 3 }, digit).join('')}`),
        ),
      );
  });
}

/** Calling codes by region with trunk prefix and international prefix, those without a region, and those whose numbers keep their zero. */
function callingCodes() {
  /** @type {Record<string, string>} */
  const regions = {};
  // The Vatican's own code, which is assigned and not in use (ITU-T E.164).
  const keepsZero = new Set(['379']);
  for (const region of util.getSupportedRegions().sort()) {
    const metadata = util.getMetadataForRegion(region);
    const code = String(metadata.getCountryCode());
    regions[region] = [code, metadata.getNationalPrefix() ?? '-', metadata.getInternationalPrefix() ?? '00'].join(' ');
    if (beginsWithZero(region, metadata)) keepsZero.add(code);
  }
  return {
    regions,
    global: util.getSupportedGlobalNetworkCallingCodes().map(String).sort(),
    keepsZero: [...keepsZero].sort(),
  };
}

/** @param {string} what */
const head = (what) =>
  `/**\n * ${what}\n *\n * Source: google-libphonenumber ${version} (${PUBLISHED[version] ?? 'add its day to build/phone-metadata.mjs'}). Made by \`npm run phone-metadata\`; do not edit.\n */\n`;
/** @param {Readonly<Record<string, string>>} values */
const record = (values) =>
  Object.entries(values)
    .map(([name, value]) => `  ${name}: ${quoted(value)},\n`)
    .join('');
/** @param {string} text */
const quoted = (text) => `'${text.replaceAll('\\', '\\\\')}'`;

/** The two files, by their path from the root. */
function tables() {
  const { regions, global, keepsZero } = callingCodes();
  return {
    'src/contracts/policy/emergency-numbers.ts': `${head('Emergency numbers by region (ISO 3166-1 alpha-2), separated by blanks.')}export const EMERGENCY_NUMBERS: Readonly<Record<string, string>> = {\n${record(emergencyNumbers())}};\n`,
    'src/contracts/call/country-codes.ts': `${head('Calling codes (ITU-T E.164) by region, with what is dialled before a number there.')}/** By region: calling code, trunk prefix ("-": none), and the international prefix as a regular expression. */\nexport const REGIONS: Readonly<Record<string, string>> = {\n${record(regions)}};\n\n/** Codes of services that belong to no region. */\nexport const GLOBAL_CODES: readonly string[] = [${global.map(quoted).join(', ')}];\n\n/** Where a number may begin with a zero of its own, which is dialled from abroad, too. */\nexport const KEEPS_ZERO: readonly string[] = [${keepsZero.map(quoted).join(', ')}];\n`,
  };
}

const made = tables();
if (process.argv.includes('--print')) process.stdout.write(JSON.stringify(made));
else for (const [path, text] of Object.entries(made)) writeFileSync(new URL(`../${path}`, import.meta.url), text);
