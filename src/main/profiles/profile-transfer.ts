/** Profiles from and to a file, without disk or dialogs: what is written, what a file says, and what it would change here. */
import { isDeepStrictEqual } from 'node:util';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import {
  MOST_PROFILES,
  profilesFile,
  type FieldChange,
  type ImportEntry,
} from '../../contracts/profile/profile-transfer';
import { fail, ok, type Result } from '../../contracts/base/result';
import { profileMixes } from './environment-guard';
import { noGateway } from './profile-guard';
import { parseLocatedJson } from '../base/located-json';
import type { ManagedPolicy } from '../policy/managed-policy';
import type { ProfileStore } from './profile-store';

/** More than this many profiles can be, in characters. */
export const LARGEST_PROFILES_FILE = 8_000_000;
/** More changes of one profile than this are counted, not listed. */
const MOST_FIELDS = 99;
const LONGEST_VALUE = 400;
/** Of a longer value, what stands before its first change, in characters. */
const SHOWN_BEFORE = 40;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The file's text. The Practice line belongs to its computer and stays there. */
export function exportProfiles(profiles: readonly Profile[]): { readonly text: string; readonly count: number } {
  // Parsed once more: nothing that is not declared gets into the file.
  const file = profilesFile.parse({
    format: 'ringfence-profiles',
    version: 1,
    profiles: profiles.filter(({ id }) => id !== PRACTICE_PROFILE_ID),
  });
  return { text: `${JSON.stringify(file, null, 2)}\n`, count: file.profiles.length };
}

/** Where `given` has a name that `read` lost: it is nothing that Ringfence knows. */
function unknownName(given: unknown, read: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | null {
  if (Array.isArray(given) && Array.isArray(read)) {
    for (const [index, item] of given.entries()) {
      const found = unknownName(item, (read as readonly unknown[])[index], [...path, index]);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isObject(given) || !isObject(read)) return null;
  for (const [name, value] of Object.entries(given)) {
    const found = Object.hasOwn(read, name) ? unknownName(value, read[name], [...path, name]) : [...path, name];
    if (found !== null) return found;
  }
  return null;
}

/** Reads a file's text. Fails with `file-damaged` and a sentence that names the line; no value is quoted. */
export function readProfilesFile(text: string): Result<readonly Profile[]> {
  const damaged = (line: number, problem: string, more = 0) =>
    fail(
      'file-damaged',
      `Line ${line} of this file: ${problem}.${more === 0 ? '' : ` There are ${more} more.`} Nothing was changed.`.slice(
        0,
        300,
      ),
      'none',
    );
  if (text.length > LARGEST_PROFILES_FILE)
    return fail('file-damaged', 'This file is too large to hold profiles. Nothing was changed.');
  const json = parseLocatedJson(text);
  // Another kind of file altogether: nobody looks for a mistake in it.
  if (!json.ok && !text.trimStart().startsWith('{'))
    return fail('file-damaged', 'This is not a Ringfence profile file. It should be JSON. Nothing was changed.');
  if (!json.ok)
    return damaged(
      json.place.line,
      json.place.column > 1 ? `${json.problem} (column ${json.place.column})` : json.problem,
    );
  if (!isObject(json.value) || json.value['format'] !== 'ringfence-profiles')
    return damaged(1, 'it is no file of profiles; one begins with "format": "ringfence-profiles"');
  const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.').slice(0, 100);
  const parsed = profilesFile.safeParse(json.value);
  if (!parsed.success) {
    const [first, ...others] = parsed.error.issues;
    const path = first?.code === 'unrecognized_keys' ? [...first.path, first.keys[0] ?? ''] : (first?.path ?? []);
    return damaged(
      json.placeOf(path).line,
      `"${nameOf(path)}" is not valid: ${(first?.message ?? '').slice(0, 120)}`,
      others.length,
    );
  }
  const unknown = unknownName(json.value, parsed.data, []);
  if (unknown !== null)
    return damaged(json.placeOf(unknown).line, `"${nameOf(unknown)}" is nothing that a profile has`);
  const { profiles } = parsed.data;
  const twice = profiles.findIndex(({ id }, index) =>
    profiles.some((other, before) => before < index && other.id === id),
  );
  if (twice !== -1)
    return damaged(
      json.placeOf(['profiles', twice, 'id']).line,
      `the profile "${profiles[twice]?.id ?? ''}" stands here for the second time`,
    );
  return ok(profiles);
}

/** A profile as values by their paths; a list is one value. */
function valuesOf(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (isObject(value))
    for (const [name, inner] of Object.entries(value)) valuesOf(inner, path === '' ? name : `${path}.${name}`, into);
  else if (value !== undefined) into.set(path, typeof value === 'string' ? value : JSON.stringify(value));
  return into;
}

/** As much of a value as fits, from shortly before `differs`, its first character that the other one does not have there. */
function excerpt(value: string | undefined, differs: number): string | null {
  if (value === undefined || value.length <= LONGEST_VALUE) return value ?? null;
  const start = Math.min(Math.max(0, differs - SHOWN_BEFORE), value.length - LONGEST_VALUE);
  const shown = value.slice(start, start + LONGEST_VALUE);
  return `${start === 0 ? shown.slice(0, 3) : '...'}${shown.slice(3, -3)}${start + LONGEST_VALUE < value.length ? '...' : shown.slice(-3)}`;
}

function changeOf(path: string, before: string | undefined, after: string | undefined): FieldChange {
  let differs = 0;
  while (before !== undefined && after !== undefined && differs < before.length && before[differs] === after[differs])
    differs += 1;
  return { path: path.slice(0, 200), before: excerpt(before, differs), after: excerpt(after, differs) };
}

function changesOf(before: Profile | null, after: Profile): readonly FieldChange[] {
  const [old, wanted] = [
    before === null ? new Map<string, string>() : valuesOf(before, '', new Map()),
    valuesOf(after, '', new Map()),
  ];
  const paths = [...new Set([...old.keys(), ...wanted.keys()])].filter(
    (path) => path !== 'id' && old.get(path) !== wanted.get(path),
  );
  const listed = paths.slice(0, MOST_FIELDS).map((path) => changeOf(path, old.get(path), wanted.get(path)));
  return paths.length > MOST_FIELDS
    ? [...listed, { path: `(${paths.length - MOST_FIELDS} more)`, before: null, after: null }]
    : listed;
}

export interface ImportPlan {
  readonly entries: readonly ImportEntry[];
  /** What is to be saved, in order. */
  readonly saves: readonly Profile[];
}

export interface PlanPorts {
  /** As they are kept, without the admin's rules over them. */
  readonly stored: Pick<ProfileStore, 'profiles' | 'find' | 'keyRecords'>;
  readonly managed: Pick<ManagedPolicy, 'admitted'>;
}

/** What importing these would do, each as if those before it were saved already. Pure. */
export function planImport(wanted: readonly Profile[], { stored, managed }: PlanPorts): ImportPlan {
  const standing = new Map(stored.profiles().map((each) => [each.id, each]));
  const known = { profiles: () => [...standing.values()], keyRecords: stored.keyRecords };
  const saves: Profile[] = [];

  const plan = (given: Profile): ImportEntry => {
    const entry = { profileId: given.id, name: given.name, environment: given.environment, reason: null, fields: [] };
    const refused = (reason: string): ImportEntry => ({ ...entry, change: 'refused', reason });
    if (given.id === PRACTICE_PROFILE_ID) return refused('The Practice line is built in and is never imported.');
    const before = stored.find(given.id);
    const mixed = profileMixes(known, given);
    if (mixed !== null) return refused(mixed.sentence);
    const unusable = noGateway(given);
    if (unusable !== null) return refused(unusable.sentence);
    const admitted = managed.admitted(given, before);
    if (!admitted.ok) return refused(admitted.failure.sentence);
    const after = profileSchema.parse(admitted.value);
    if (before !== null && isDeepStrictEqual(profileSchema.parse(before), after))
      return { ...entry, change: 'unchanged' };
    if (before === null && standing.size >= MOST_PROFILES)
      return refused(`There is room for ${MOST_PROFILES} profiles. Remove one that is no longer used.`);
    standing.set(given.id, after);
    saves.push(after);
    return { ...entry, change: before === null ? 'added' : 'changed', fields: [...changesOf(before, after)] };
  };
  return { entries: wanted.map(plan), saves };
}
