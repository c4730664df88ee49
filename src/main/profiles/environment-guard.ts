/**
 * Production is kept apart: a key (by its fingerprint) or a SIP identity that a production profile uses can't be used in a profile of another
 * environment, and the other way round.
 */
import { percentDecoded } from '../../contracts/policy/dial-readings';
import type { Profile } from '../../contracts/profile/profile';
import { fail, type Failure } from '../../contracts/base/result';
import type { ProfileStore } from './profile-store';

type Known = Pick<ProfileStore, 'profiles' | 'keyRecords'>;

const apart = (one: Profile, other: Profile): boolean =>
  (one.environment === 'production') !== (other.environment === 'production');
const inWords = ({ name, environment }: Profile): string => `"${name}" (${environment})`;
/** User and host without case, port, percent-encoding and the user's parameters: what a registrar takes for one address of record, or might. */
const addressOf = (identity: string): string =>
  percentDecoded(identity)
    .toLowerCase()
    .replace(/;[^@]*(?=@)/, '')
    .replace(/:\d+$/, '');

function fingerprintsOf({ keyRecords }: Known, id: string): readonly string[] {
  const { active, next, former, retired, retiredBefore = [] } = keyRecords(id);
  return [active, next, former, retired, ...retiredBefore].flatMap((record) => record?.fingerprint ?? []);
}

const refused = (sentence: string): Failure => fail('environment-mixed', sentence, 'none').failure;

/** Why this key can't be added to this profile, naming the profile that has it; null: it can. */
export function keyMixes(known: Known, profile: Profile, fingerprint: string): Failure | null {
  const other = known
    .profiles()
    .find(
      (each) => each.id !== profile.id && apart(each, profile) && fingerprintsOf(known, each.id).includes(fingerprint),
    );
  return other === undefined
    ? null
    : refused(
        `That is a key of ${inWords(other)}. A key of production is used in production alone: give "${profile.name}" a key of its own.`,
      );
}

/** Why this profile can't be saved as it is, naming the profile it would mix with; null: it can. */
export function profileMixes(known: Known, wanted: Profile): Failure | null {
  const others = known.profiles().filter((each) => each.id !== wanted.id && apart(each, wanted));
  const sameIdentity =
    wanted.identity === ''
      ? undefined
      : others.find(({ identity }) => addressOf(identity) === addressOf(wanted.identity));
  if (sameIdentity !== undefined)
    return refused(
      `${inWords(sameIdentity)} registers as ${wanted.identity.slice(0, 50)} already. An identity of production is used in production alone: choose another one for "${wanted.name}".`,
    );
  const own = fingerprintsOf(known, wanted.id);
  const sameKey = others.find(({ id }) => fingerprintsOf(known, id).some((each) => own.includes(each)));
  if (sameKey !== undefined)
    return refused(
      `The key of "${wanted.name}" is used by ${inWords(sameKey)} too. A key of production is used in production alone: remove it from one of them first.`,
    );
  const before = known.profiles().find(({ id }) => id === wanted.id);
  // The gateway knows a key by what it was made for, not by what the profile is called now.
  if (before !== undefined && apart(before, wanted) && own.length > 0) {
    return refused(
      `"${before.name}" has a key of ${before.environment}. Remove its keys before you make it a profile of ${wanted.environment}.`,
    );
  }
  return null;
}
