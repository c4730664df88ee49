/** The admin's policy file on this computer: where it lies, what it makes of a profile's policy, and who set what. */
import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RULE_NAMES, type AuditExportTarget, type EffectivePolicy } from '../../contracts/policy/managed-policy';
import {
  profilePolicy,
  type PolicyRule,
  type ProfilePolicy,
  type Purpose,
  type SetBy,
} from '../../contracts/policy/policy';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import {
  DEFAULT_POLICY,
  POLICY_RULES,
  readPolicyFile,
  rulesFor,
  unreadableFile,
  type Demand,
  type PolicyFile,
} from './policy-file';
import { strictestPolicy } from './strictest-policy';
import { readTrustedFile, stampOf, type TrustedPlace } from './trusted-file';

/** How often the file is looked at, ms: on a network drive and in a container no other way is heard of changes, and of those on the way to it never. */
const LOOK_EVERY_MS = 2_000;

/** The user id of who administers a Unix. */
const ADMIN = 0;
const usualOnWindows = win32.join('C:\\ProgramData', 'Ringfence', 'policy.json');

/**
 * Where the file lies, for the whole computer, and who may own it: only its admin writes there. `RINGFENCE_POLICY_FILE` names another one where the app is not
 * packaged. Windows: a file at the usual place goes first, since whoever starts a program chooses its environment, `%ProgramData%` too.
 */
export function policyPlace(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  packaged: boolean,
  exists: (path: string) => boolean = existsSync,
): TrustedPlace {
  const forTests = env['RINGFENCE_POLICY_FILE'];
  if (!packaged && forTests !== undefined && forTests !== '')
    return { path: forTests, owners: [ADMIN, process.getuid?.() ?? ADMIN] };
  const usual = (path: string): TrustedPlace => ({ path, owners: [ADMIN] });
  if (platform === 'darwin') return usual('/Library/Application Support/Ringfence/policy.json');
  const programData = env['ProgramData'];
  if (platform === 'win32')
    return programData === undefined || exists(usualOnWindows)
      ? usual(usualOnWindows)
      : usual(win32.join(programData, 'Ringfence', 'policy.json'));
  return usual(posix.join('/etc', 'ringfence', 'policy.json'));
}

export interface ManagedPolicy {
  /** The profile with the policy that holds. The same object for the same profile until the file changes. */
  readonly apply: (profile: Profile) => Profile;
  /** The purposes that the profile may have, also where it could not be a profile with these alone. */
  readonly purposes: (profile: Profile) => readonly Purpose[];
  /** The policy that holds, and who set each rule. */
  readonly effective: (profile: Pick<Profile, 'id' | 'environment' | 'policy'>) => EffectivePolicy;
  /**
   * What is to be kept when `wanted` is saved in place of `before` (null: it is new): the values under the file's rules stay as they were below
   * it. Fails with `managed`, naming the rule, where `wanted` would change one.
   */
  readonly admitted: (wanted: Profile, before: Profile | null) => Result<Profile>;
  /** Whether settings need an admin passphrase before anything may be changed. */
  readonly adminLock: () => Demand;
  /** Whether tokens need an audit log that can be written. */
  readonly audit: () => Demand;
  /** Where the audit log is sent to, or null. The same object until the file changes. */
  readonly auditExport: () => AuditExportTarget | null;
  /** A sentence about a file that can't be used as it is, or null. */
  readonly notice: () => string | null;
  /** From now on looks for changes: the file changed, came or went, and so may have every profile's policy. What happened since it was opened counts. */
  readonly follow: (onChanged: () => void) => void;
  readonly stop: () => void;
}

export interface ManagedPolicyPorts {
  readonly place: TrustedPlace;
  readonly onProblem: (sentence: string) => void;
}

/** What holds where the file limits calls and nobody can read to how long: by default there is no limit, which lets more happen than any that was meant. */
const UNKNOWN_LIMIT: ProfilePolicy = { ...DEFAULT_POLICY, maxCallS: 3_600 };

/** Null: there is no file. */
async function load(place: TrustedPlace): Promise<PolicyFile | null> {
  const file = await readTrustedFile(place);
  if (file.is === 'absent') return null;
  return file.is === 'read' ? readPolicyFile(file.text) : unreadableFile(file.why);
}

/** Reads the file. It is followed only once somebody can hear of its changes. */
export async function openManagedPolicy({ place, onProblem }: ManagedPolicyPorts): Promise<ManagedPolicy> {
  const { path } = place;
  // Before it is read: a change in between is seen then.
  let stamp = await stampOf(place);
  let file = await load(place);
  /** By the profile as it is kept, and as it was made of that: a grant asks for both. */
  let applied = new WeakMap<Profile, { readonly profile: Profile; readonly purposes: readonly Purpose[] }>();

  const effective: ManagedPolicy['effective'] = ({ id, environment, policy }) => {
    const { values, unreadable } = file === null ? { values: {}, unreadable: [] } : rulesFor(file, { id, environment });
    const held = strictestPolicy(policy, Object.hasOwn(values, 'maxCallS') ? DEFAULT_POLICY : UNKNOWN_LIMIT);
    const strictest = strictestPolicy(profilePolicy.parse({ ...held, ...values }), held);
    const fromHeld = Object.fromEntries(unreadable.map((rule) => [rule, strictest[rule]]));
    const setBy = (rule: PolicyRule): SetBy => {
      if (Object.hasOwn(values, rule) || unreadable.includes(rule)) return 'admin-file';
      return isDeepStrictEqual(policy[rule], DEFAULT_POLICY[rule]) ? 'default' : 'user';
    };
    return {
      values: profilePolicy.parse({ ...policy, ...values, ...fromHeld }),
      setBy: Object.fromEntries(POLICY_RULES.map((rule) => [rule, setBy(rule)])) as EffectivePolicy['setBy'],
      file: file === null ? null : { path, problems: [...file.problems] },
    };
  };

  const look = (profile: Profile): { readonly profile: Profile; readonly purposes: readonly Purpose[] } => {
    if (file === null) return { profile, purposes: profile.policy.purposes };
    const known = applied.get(profile);
    if (known !== undefined) return known;
    const policy = effective(profile).values;
    // Purposes that this kind of line can't have would make it no profile at all; the grant policy refuses them by `effective`.
    const fitting = profileSchema.safeParse({ ...profile, policy });
    const made = fitting.success
      ? { ...profile, policy }
      : { ...profile, policy: { ...policy, purposes: profile.policy.purposes } };
    const facts = { profile: made, purposes: policy.purposes };
    applied.set(profile, facts);
    applied.set(made, facts);
    return facts;
  };
  const apply = (profile: Profile): Profile => look(profile).profile;

  const tell = (): void => file?.problems.forEach(({ sentence }) => onProblem(sentence));
  tell();
  let watch: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  const lookAgain = async (onChanged: () => void): Promise<void> => {
    const now = await stampOf(place);
    if (now === stamp) return;
    stamp = now;
    file = await load(place);
    applied = new WeakMap();
    // Nobody follows it any more.
    if (watch === null) return;
    tell();
    onChanged();
  };

  return {
    apply,
    purposes: (profile) => look(profile).purposes,
    effective,
    admitted: (wanted, before) => {
      const kept: ProfilePolicy = before?.policy ?? DEFAULT_POLICY;
      const { setBy, values: holds } = effective({ ...wanted, policy: kept });
      const locked = POLICY_RULES.filter((rule) => setBy[rule] === 'admin-file');
      const changed = locked.find(
        (rule) =>
          !isDeepStrictEqual(wanted.policy[rule], holds[rule]) && !isDeepStrictEqual(wanted.policy[rule], kept[rule]),
      );
      if (changed !== undefined)
        return fail(
          'managed',
          `"${RULE_NAMES[changed]}" of this profile is set by the admin's policy file and can't be changed here.`,
          'none',
          { details: path.slice(0, 300) },
        );
      if (locked.length === 0) return ok(wanted);
      const policy = { ...wanted.policy, ...Object.fromEntries(locked.map((rule) => [rule, kept[rule]])) };
      // Below the lock, too, it has to be a profile: one that is none would take the whole file with it at the next start.
      return ok({
        ...wanted,
        policy: profileSchema.safeParse({ ...wanted, policy }).success
          ? policy
          : { ...policy, purposes: wanted.policy.purposes },
      });
    },
    adminLock: () => file?.adminLock ?? 'optional',
    audit: () => file?.audit ?? 'optional',
    auditExport: () => file?.auditExport ?? null,
    notice: () => {
      const [first, ...others] = file?.problems ?? [];
      if (first === undefined) return null;
      return `${first.sentence}${others.length === 0 ? '' : ` There are ${others.length} more.`} Until it is fixed the stricter rules hold.`.slice(
        0,
        300,
      );
    },
    follow: (onChanged) => {
      watch ??= setInterval(() => {
        looking ??= lookAgain(onChanged).finally(() => {
          looking = null;
        });
      }, LOOK_EVERY_MS).unref();
    },
    stop: () => {
      if (watch !== null) clearInterval(watch);
      watch = null;
    },
  };
}
