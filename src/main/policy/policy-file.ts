/** Reads the text of the admin's policy file. Nothing in it can make this throw. */
import {
  auditExportTarget,
  managedPolicy,
  managedRule,
  type AuditExportTarget,
  type PolicyProblem,
} from '../../contracts/policy/managed-policy';
import { profilePolicy, type PolicyRule, type ProfilePolicy } from '../../contracts/policy/policy';
import { environment, profileId, type Profile } from '../../contracts/profile/profile';
import { parseLocatedJson, type LocatedJson } from '../base/located-json';
import { EMERGENCY_ONLY, leftOf, mayLimitCalls } from './damaged-rules';
import { strictestPolicy } from './strictest-policy';

/**
 * What a part of the file says: values, and rules of which it says something that nobody can make out in full. Such a rule may have a value, too: what
 * is left of it, or the one that held without it.
 */
export interface FileRules {
  readonly values: Partial<ProfilePolicy>;
  readonly unreadable: readonly PolicyRule[];
}

export type Demand = 'optional' | 'required';

export interface PolicyFile {
  readonly problems: readonly PolicyProblem[];
  readonly adminLock: Demand;
  readonly audit: Demand;
  readonly auditExport: AuditExportTarget | null;
  readonly all: FileRules;
  readonly environments: ReadonlyMap<string, FileRules>;
  readonly profiles: ReadonlyMap<string, FileRules>;
}

/** Every rule of every profile. */
export const POLICY_RULES: readonly PolicyRule[] = profilePolicy.keyof().options;
/** The rules of a profile for which nobody set anything. */
export const DEFAULT_POLICY: ProfilePolicy = profilePolicy.parse({});

const MOST_PROBLEMS = 20;
const LONGEST = 256 * 1024;
const NOTHING: FileRules = { values: {}, unreadable: [] };
/** What holds where any rule may have been meant. */
const STRICTEST: Partial<ProfilePolicy> = { ...EMERGENCY_ONLY, onScreenLock: 'lock' };
const EVERYTHING_UNREADABLE: FileRules = { values: STRICTEST, unreadable: POLICY_RULES };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEnvironment = (name: string): boolean => environment.safeParse(name).success;
const isProfileId = (name: string): boolean => profileId.safeParse(name).success;
const isRule = (name: string): boolean => (POLICY_RULES as readonly string[]).includes(name);
const pick = (from: Partial<ProfilePolicy>, rules: readonly PolicyRule[]): Partial<ProfilePolicy> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => (rules as readonly string[]).includes(name)));
const filled = (values: Partial<ProfilePolicy>): ProfilePolicy => ({ ...DEFAULT_POLICY, ...values });

/** `damaged`: of a file with problems no value is taken that lets more happen than the default does. */
function readRules(part: unknown, damaged: boolean): FileRules {
  if (part === undefined) return NOTHING;
  if (!isObject(part)) return EVERYTHING_UNREADABLE;
  const named = POLICY_RULES.filter((rule) => Object.hasOwn(part, rule));
  const strange = Object.keys(part).filter((name) => !isRule(name));
  // A name that nobody knows may have been meant for any rule that is not there.
  const maybe = strange.some((name) => mayLimitCalls(part[name])) ? STRICTEST : {};
  const readable = named.filter((rule) => managedRule[rule].safeParse(part[rule]).success);
  const values: Partial<ProfilePolicy> = {
    ...maybe,
    ...Object.fromEntries(
      named.flatMap((rule) => {
        const fitting = managedRule[rule].safeParse(part[rule]);
        const value = fitting.success ? fitting.data : leftOf(rule, part[rule]);
        return value === undefined ? [] : [[rule, value]];
      }),
    ),
  };
  const meant = strange.length === 0 ? named : POLICY_RULES;
  return {
    values: damaged
      ? pick(strictestPolicy(filled(values), DEFAULT_POLICY), Object.keys(values) as PolicyRule[])
      : values,
    unreadable: meant.filter((rule) => !readable.includes(rule)),
  };
}

/** A file that is there, but can't be read at all; `why` ends a sentence. Everything is held at its strictest. */
export function unreadableFile(
  why: string,
  place: Pick<PolicyProblem, 'line' | 'column'> = { line: 1, column: null },
): PolicyFile {
  return {
    problems: [{ ...place, sentence: `The admin's policy file can't be read: ${why}.` }],
    adminLock: 'required',
    audit: 'required',
    auditExport: null,
    all: EVERYTHING_UNREADABLE,
    environments: new Map(),
    profiles: new Map(),
  };
}

function problemsOf(json: Extract<LocatedJson, { ok: true }>): PolicyProblem[] {
  const checked = managedPolicy.safeParse(json.value);
  if (checked.success) return [];
  return checked.error.issues.slice(0, MOST_PROBLEMS).map((issue) => {
    // A name that nobody knows stands below what the issue is about.
    const unknown = issue.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : null;
    const path = unknown === null ? issue.path : [...issue.path, unknown];
    const place = json.placeOf(path);
    const name = path.length === 0 ? 'The file' : `"${path.map(String).join('.').slice(0, 80)}"`;
    return {
      ...place,
      sentence: `Line ${place.line} of the admin's policy file: ${name} ${unknown === null ? `is not valid (${issue.message.slice(0, 120)})` : 'is nothing that Ringfence knows'}.`,
    };
  });
}

/** Reads the file's text. What can't be read is named by its line, and said to be unreadable. */
export function readPolicyFile(text: string): PolicyFile {
  if (text.length > LONGEST) return unreadableFile(`it is longer than ${LONGEST / 1024} kB`);
  const json = parseLocatedJson(text);
  if (!json.ok)
    return unreadableFile(`line ${json.place.line}, column ${json.place.column}: ${json.problem}`, json.place);
  const problems = problemsOf(json);
  const damaged = problems.length > 0;
  const document = isObject(json.value) ? json.value : {};
  const { environments, profiles, adminLock, audit, auditExport } = document;
  const each = (part: unknown, isName: (name: string) => boolean): ReadonlyMap<string, FileRules> =>
    new Map(
      isObject(part)
        ? Object.entries(part).flatMap(([name, rules]) =>
            isName(name) ? [[name, readRules(rules, damaged)] as const] : [],
          )
        : [],
    );
  // A document, or a part of it, that is nothing Ringfence knows may have held any rule for any profile.
  const strange = (part: unknown, isName: (name: string) => boolean): readonly unknown[] =>
    isObject(part) ? Object.keys(part).flatMap((name) => (isName(name) ? [] : [part[name]])) : [];
  const unknown = [
    ...strange(json.value, (name) => Object.hasOwn(managedPolicy.shape, name)),
    ...strange(environments, isEnvironment),
    ...strange(profiles, isProfileId),
  ];
  const { version } = document;
  const shapeless = ![json.value, environments ?? {}, profiles ?? {}].every(isObject);
  const lost = damaged && (version !== 1 || shapeless || unknown.length > 0);
  // The words of another version may mean anything.
  const isOther = version !== 1 && version !== '1' && version !== undefined;
  const limitsCalls = lost && (isOther || shapeless || unknown.some(mayLimitCalls));
  const all = readRules(document['all'], damaged);
  const demandOf = (value: unknown): Demand =>
    value === 'optional' || (value === undefined && !lost) ? 'optional' : 'required';
  return {
    problems,
    adminLock: demandOf(adminLock),
    audit: demandOf(audit),
    auditExport: auditExportTarget.safeParse(auditExport).data ?? null,
    all: lost
      ? {
          values: { ...all.values, ...(limitsCalls ? STRICTEST : {}) },
          unreadable: POLICY_RULES.filter((rule) => !Object.hasOwn(all.values, rule) || all.unreadable.includes(rule)),
        }
      : all,
    environments: each(environments, isEnvironment),
    profiles: each(profiles, () => true),
  };
}

/** The rules for a profile: its own before its environment's before everybody's, rule by rule. */
export function rulesFor(
  { all, environments, profiles }: PolicyFile,
  { id, environment: of }: Pick<Profile, 'id' | 'environment'>,
): FileRules {
  return [all, environments.get(of) ?? NOTHING, profiles.get(id) ?? NOTHING].reduce((before, part) => {
    // What is left of a damaged rule never lets more happen than the rule that holds without it.
    const both = strictestPolicy(filled(part.values), filled(before.values));
    const held = part.unreadable.filter(
      (rule) => Object.hasOwn(part.values, rule) && Object.hasOwn(before.values, rule),
    );
    return {
      values: { ...before.values, ...part.values, ...pick(both, held) },
      unreadable: [...before.unreadable.filter((rule) => !Object.hasOwn(part.values, rule)), ...part.unreadable],
    };
  });
}
