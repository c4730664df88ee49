/** The profiles and what is remembered about their keys (never a key), in one JSON file. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { bodyWithoutSecrets, headerWithoutSecret, urlWithoutSecrets } from '../../contracts/profile/literal-secrets';
import { MOST_PROFILES } from '../../contracts/profile/profile-transfer';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { iceServer, keyRecord, profile, profileId, retiredKey, type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import { createJsonFile, type JsonFile, type JsonFileOptions, type Migrations } from '../base/json-file';
import { practiceProfile } from './practice-profile';
import { createSerial } from '../base/serial';
import { withMendedUrls } from './mended-urls';
import { unknownProfile } from '../policy/policy';

/** The places that a profile has in the keychain: two for the keys that are named, and one that is free for the key that replaces one of them. */
export const keyPlace = z.enum(['active', 'next', 'spare']);
export type KeyPlace = z.infer<typeof keyPlace>;

/** A key's record with its place. A key stays there when it is promoted: which key signs is decided by this file alone, in one write. */
const storedKey = keyRecord.extend({
  /** Absent in files of before: the place that bears the slot's name. */
  place: keyPlace.optional(),
});
export type StoredKey = z.infer<typeof storedKey>;

/** What is remembered about a profile's keys. */
const keyRecords = z.object({
  active: storedKey.nullable(),
  next: storedKey.nullable(),
  retired: retiredKey.nullable().default(null),
  /** Retired before that one, and not removed from the gateway either; the newest first. */
  retiredBefore: z.array(retiredKey).max(16).optional(),
  /** The key before the last promotion: it is in the keychain until a token of the active one was accepted. There is no next key meanwhile. */
  former: storedKey.optional(),
  /** The active key took the place of another one, and no token of it was accepted yet. */
  untried: z.literal(true).optional(),
});
export type KeyRecords = Readonly<z.infer<typeof keyRecords>>;

export const PROFILES_VERSION = 5;

const oldIceServers = z.looseObject({ iceServers: z.array(z.looseObject({ urls: z.array(z.unknown()) })) });

const oldDecartLine = z.looseObject({
  provider: z.looseObject({ kind: z.literal('decart') }),
  policy: z.looseObject({}),
});

const oldHttpLine = z.looseObject({
  provider: z.looseObject({
    kind: z.literal('generic-http'),
    url: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
    body: z.string(),
  }),
});

/** Entry `n` turns a file of version `n` into one of version `n + 1`. Version 1 is the first. */
export const profileMigrations: Migrations = {
  // Version 1 took ICE URLs of any form, such as stun://host, which no browser takes: they go, and the profile stays.
  1: (document) => ({
    ...document,
    profiles: z
      .array(z.unknown())
      .parse(document['profiles'])
      .map((line) => {
        const old = oldIceServers.safeParse(line);
        if (!old.success) return line;
        const usable = old.data.iceServers.map((server) => ({
          ...server,
          urls: server.urls.filter((url) => iceServer.shape.urls.element.safeParse(url).success),
        }));
        return { ...old.data, iceServers: usable.filter(({ urls }) => urls.length > 0) };
      }),
  }),
  // Version 2 took secrets that were typed into the form of a system over HTTP: they go, and the profile stays.
  2: (document) => ({
    ...document,
    profiles: z
      .array(z.unknown())
      .parse(document['profiles'])
      .map((line) => {
        const old = oldHttpLine.safeParse(line);
        if (!old.success) return line;
        const { url, headers, body } = old.data.provider;
        const clean = {
          url: urlWithoutSecrets(url),
          headers: headers.map(({ name, value }) => ({ name, value: headerWithoutSecret(name, value) })),
          body: bodyWithoutSecrets(body),
        };
        return { ...old.data, provider: { ...old.data.provider, ...clean } };
      }),
  }),
  // Version 3 took Decart's socket for a gateway, which it is not: its lines make tokens only.
  3: (document) => ({
    ...document,
    profiles: z
      .array(z.unknown())
      .parse(document['profiles'])
      .map((line) => {
        const old = oldDecartLine.safeParse(line);
        if (!old.success) return line;
        return { ...old.data, gatewayUrl: '', policy: { ...old.data.policy, purposes: ['voice'] } };
      }),
  }),
  // Version 4 took URLs in any spelling, and secrets in a gateway's URL.
  4: (document, say) => ({
    ...document,
    profiles: z
      .array(z.unknown())
      .parse(document['profiles'])
      .map((line) => withMendedUrls(line, say)),
  }),
};

export const profilesDocument = z.object({
  version: z.literal(PROFILES_VERSION),
  /** Part of every keychain account: two installations on one keychain don't overwrite each other. */
  installId: z.uuid(),
  activeProfileId: profileId,
  profiles: z.array(profile).max(MOST_PROFILES),
  keyRecords: z.record(profileId, keyRecords),
  /** RFC 5626 section 4.1: one for each installation and profile. */
  instanceIds: z.record(profileId, z.uuid()),
});
export type ProfilesDocument = z.infer<typeof profilesDocument>;

/** The Practice line alone. `text`: of a damaged file, whose installation this still is; without its id no key would be found in the keychain. */
function emptyDocument(text = ''): ProfilesDocument {
  const [, written] = /"installId"\s*:\s*"([^"]{1,64})"/.exec(text) ?? [];
  const known = z.uuid().safeParse(written);
  return {
    version: PROFILES_VERSION,
    installId: known.success ? known.data : randomUUID(),
    activeProfileId: PRACTICE_PROFILE_ID,
    profiles: [],
    keyRecords: {},
    instanceIds: {},
  };
}

/** The file of an installation's folder. */
export const profilesFile = (
  folder: string,
  options: Pick<JsonFileOptions<ProfilesDocument>, 'now' | 'readOnly'>,
): JsonFile<ProfilesDocument> =>
  createJsonFile({
    ...options,
    path: join(folder, 'profiles.json'),
    schema: profilesDocument,
    version: PROFILES_VERSION,
    migrations: profileMigrations,
    holds: 'profiles',
    empty: emptyDocument,
  });

const NO_KEYS: KeyRecords = { active: null, next: null, retired: null };

export interface ProfileStore {
  readonly installId: string;
  /** A sentence about a file that was set aside, or null. */
  readonly notice: string | null;
  /** The Practice line first. */
  readonly profiles: () => readonly Profile[];
  readonly find: (id: string) => Profile | null;
  readonly activeProfileId: () => string;
  readonly keyRecords: (id: string) => KeyRecords;
  /** Whether any key was ever kept in a keychain for this installation. */
  readonly hasKeptKeys: () => boolean;
  /** RFC 5626 instance-id: made at the first question, the same ever after. */
  readonly instanceId: (id: string) => string;
  /** Where the practice gateway listens in this run; not kept. */
  readonly setPracticeUrl: (url: string) => void;
  /** Adds or replaces; answers which. Fails with `profile-invalid` or `file-unreadable`. */
  readonly save: (profile: Profile) => Promise<Result<'added' | 'changed'>>;
  /** Forgets the profile and its key records. Fails with `unknown-profile`, `profile-invalid` (the Practice line stays) or `file-unreadable`. */
  readonly remove: (id: string) => Promise<Result<null>>;
  readonly select: (id: string) => Promise<Result<null>>;
  readonly setKeyRecords: (id: string, records: KeyRecords) => Promise<Result<null>>;
}

/** `constructor` is a good id, and what every object inherits under that name is nobody's record. */
const ownIn = <T>(records: Readonly<Record<string, T>>, id: string): T | undefined =>
  Object.hasOwn(records, id) ? records[id] : undefined;

/** Opens the store; a missing file starts an empty one with the Practice line, and a damaged one keeps what is whole in it. */
export async function openProfileStore(file: JsonFile<ProfilesDocument>): Promise<ProfileStore> {
  const loaded = await file.load();
  let document: ProfilesDocument = loaded.value ?? emptyDocument();
  let practiceUrl: string | null = null;
  const serial = createSerial();

  // What is in memory changes only after it is on disk.
  const change = (make: (current: ProfilesDocument) => ProfilesDocument): Promise<Result<null>> =>
    serial(async () => {
      const wanted = make(document);
      const saved = await file.save(wanted);
      if (saved.ok) document = { ...wanted, instanceIds: { ...document.instanceIds, ...wanted.instanceIds } };
      return saved;
    });

  const saved = (id: string): Profile | null => document.profiles.find((each) => each.id === id) ?? null;
  let practiceMade: { readonly url: string | null; readonly wishes: Profile | null; readonly profile: Profile } | null =
    null;
  /** The same object until something about it changes: each grant asks for it. */
  const practice = (): Profile => {
    const wishes = saved(PRACTICE_PROFILE_ID);
    if (practiceMade === null || practiceMade.url !== practiceUrl || practiceMade.wishes !== wishes)
      practiceMade = { url: practiceUrl, wishes, profile: practiceProfile(practiceUrl, wishes) };
    return practiceMade.profile;
  };
  const find = (id: string): Profile | null => (id === PRACTICE_PROFILE_ID ? practice() : saved(id));

  return {
    installId: document.installId,
    notice: loaded.notice,
    profiles: () => [practice(), ...document.profiles.filter((each) => each.id !== PRACTICE_PROFILE_ID)],
    find,
    activeProfileId: () => (find(document.activeProfileId) === null ? PRACTICE_PROFILE_ID : document.activeProfileId),
    hasKeptKeys: () => Object.keys(document.keyRecords).length > 0,
    keyRecords: (id) => ownIn(document.keyRecords, id) ?? NO_KEYS,
    instanceId: (id) => {
      const known = ownIn(document.instanceIds, id);
      if (known !== undefined) return known;
      const made = randomUUID();
      document = { ...document, instanceIds: { ...document.instanceIds, [id]: made } };
      // In the background: a grant need not wait for the disk. If it fails, the next start makes another one.
      void change((current) => ({ ...current, instanceIds: { ...current.instanceIds, [id]: made } }));
      return made;
    },
    setPracticeUrl: (url) => {
      practiceUrl = url;
    },
    save: async (wanted) => {
      const existed = find(wanted.id) !== null;
      if (!existed && document.profiles.length >= MOST_PROFILES) {
        return fail(
          'profile-invalid',
          `There are ${MOST_PROFILES} profiles already. Remove one that is no longer used.`,
          'open-profiles',
        );
      }
      const done = await change((current) => ({
        ...current,
        profiles: current.profiles.some((each) => each.id === wanted.id)
          ? current.profiles.map((each) => (each.id === wanted.id ? wanted : each))
          : [...current.profiles, wanted],
      }));
      return done.ok ? ok(existed ? 'changed' : 'added') : done;
    },
    remove: async (id) => {
      if (id === PRACTICE_PROFILE_ID)
        return fail('profile-invalid', 'The Practice line is built in and stays.', 'none');
      if (find(id) === null) return unknownProfile(id);
      return change((current) => {
        const keyRecords = Object.fromEntries(Object.entries(current.keyRecords).filter(([each]) => each !== id));
        return {
          ...current,
          profiles: current.profiles.filter((each) => each.id !== id),
          activeProfileId: current.activeProfileId === id ? PRACTICE_PROFILE_ID : current.activeProfileId,
          keyRecords,
        };
      });
    },
    select: async (id) =>
      find(id) === null ? unknownProfile(id) : change((current) => ({ ...current, activeProfileId: id })),
    setKeyRecords: (id, records) =>
      change((current) => ({ ...current, keyRecords: { ...current.keyRecords, [id]: records } })),
  };
}
