/**
 * The words after the program's name: which command they ask for, or what is wrong with them. Pure. No word is ever repeated: a key that somebody
 * gave as an argument by mistake must not reach a terminal's history or a log as well.
 */
import { parseArgs } from 'node:util';
import { keySlot, profileId, type KeySlot } from '../../contracts/profile/profile';

/** How a command ends, as documented in README.md. */
export const EXIT = {
  done: 0,
  /** A check failed, or what was asked for was refused. */
  refused: 1,
  usage: 2,
  /** No keychain, one that is locked, asks or refuses, or one that no longer has the key. */
  keychain: 3,
  unknownProfile: 4,
  /** The app is open. */
  running: 5,
  /** The admin passphrase is missing or wrong. */
  passphrase: 6,
  /** A file can't be read or written, or is damaged. */
  file: 7,
  /** What standard input holds looks like something else than a key. */
  doubtful: 8,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Null: asked for on the terminal. */
type PassphraseFd = number | null;

export type Command =
  | {
      readonly name: 'keys set';
      readonly profileId: string;
      readonly slot: KeySlot;
      /** Also where it looks like something else than a key. */
      readonly anyway: boolean;
      readonly passphraseFd: PassphraseFd;
    }
  | { readonly name: 'keys list'; readonly json: boolean }
  | { readonly name: 'public-key'; readonly profileId: string; readonly slot: KeySlot; readonly json: boolean }
  | {
      readonly name: 'keys rotate';
      readonly profileId: string;
      readonly step: 'promote' | 'promote-early' | 'finish' | 'back';
      readonly passphraseFd: PassphraseFd;
    }
  | {
      readonly name: 'profiles import';
      readonly file: string;
      readonly apply: boolean;
      readonly json: boolean;
      readonly passphraseFd: PassphraseFd;
    }
  | { readonly name: 'audit verify'; readonly json: boolean }
  | { readonly name: 'doctor'; readonly json: boolean }
  | { readonly name: 'help' };

export type CommandLine =
  { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly sentence: string };

export const HELP = `Ringfence from the command line. Without a command it opens its window.

  ringfence keys set --profile P --slot active|next [--anyway] < FILE
        keeps the key that standard input holds; a key is never an argument
        (--anyway: also where it looks like something else, such as NAME=key or a text in quotes)
  ringfence keys list [--json]
        fingerprints, slots and ages; never a key
  ringfence public-key --profile P [--slot active|next] [--json]
        the public half of a key that signs, for its gateway; its fingerprint goes to standard error
  ringfence keys rotate --profile P [--early]
        the next key becomes the active one, one token life after it came (--early: at once)
  ringfence keys rotate --profile P --finish
        says that the gateway has forgotten the retired key
  ringfence keys rotate --profile P --back
        the key before the last promotion signs again, as long as the gateway accepted no token of the new one
  ringfence profiles import FILE [--apply] [--json]
        shows what the file would change; --apply changes it
  ringfence audit verify [--json]
        checks that no line of the audit log was changed, removed, put elsewhere or cut off
  ringfence doctor [--json]
        looks at runtime, keychain, sound, policy file, keys and gateways, and says what to do

Options of all commands
  --user-data-dir=FOLDER  the installation in this folder
  --passphrase-fd N       reads the admin passphrase from file descriptor N (where a command changes something)
  --help                  this text

Exit codes
  0 done   1 refused, or a check failed   2 wrong words   3 keychain missing, locked or refusing   4 no such profile
  5 Ringfence is open   6 admin passphrase missing or wrong   7 a file can't be used
  8 this does not look like a key: see --anyway
`;

const A_KEY =
  'A key is never given as an argument, where every program of this computer can read it: take that one for known, and make another. Keys come by standard input: ringfence keys set --profile P --slot active < FILE';
/** A link: what a desktop starts an app with. */
const ADDRESS = /^(?:tel|sips?):/i;
const PEM = /PRIVATE KEY/;
/** Long and without spaces: what a key looks like, and no word that a command knows. */
const SHAPELESS = /^[\x21-\x7e]{20,}$/;
const looksLikeKey = (word: string): boolean => SHAPELESS.test(word);
/** A key that begins with a hyphen, and would be read as options (an `h` in it: as a wish for help). Switches are in lower case. */
const looksLikeHyphenedKey = (word: string): boolean =>
  looksLikeKey(word) && /^-/.test(word) && !/^--?[a-z0-9-]+(?:=.*)?$/.test(word);
/** `--key`, `--secret=...`: somebody wants to hand one over. */
const NAMES_A_KEY = /key|secret|token|password|^passphrase$/i;

const refused = (sentence: string): CommandLine => ({ ok: false, sentence });
const TRY_HELP = 'Try ringfence --help.';

const OPTIONS = {
  profile: { type: 'string' },
  slot: { type: 'string' },
  'passphrase-fd': { type: 'string' },
  'user-data-dir': { type: 'string' },
  json: { type: 'boolean' },
  apply: { type: 'boolean' },
  anyway: { type: 'boolean' },
  early: { type: 'boolean' },
  finish: { type: 'boolean' },
  back: { type: 'boolean' },
  // Chromium's; nothing that it could guard runs here.
  'no-sandbox': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
type Option = keyof typeof OPTIONS;

const isOption = (name: string): name is Option => Object.hasOwn(OPTIONS, name);
const EVERYWHERE: readonly Option[] = ['user-data-dir', 'no-sandbox', 'help'];
/** What each command takes; `files`: how many words follow it. */
const TAKES: Readonly<
  Record<Exclude<Command['name'], 'help'>, { readonly options: readonly Option[]; readonly files: number }>
> = {
  'keys set': { options: ['profile', 'slot', 'anyway', 'passphrase-fd'], files: 0 },
  'keys list': { options: ['json'], files: 0 },
  'public-key': { options: ['profile', 'slot', 'json'], files: 0 },
  'keys rotate': { options: ['profile', 'early', 'finish', 'back', 'passphrase-fd'], files: 0 },
  'profiles import': { options: ['apply', 'json', 'passphrase-fd'], files: 1 },
  'audit verify': { options: ['json'], files: 0 },
  doctor: { options: ['json'], files: 0 },
};
type KnownCommand = keyof typeof TAKES;
const isKnown = (name: string): name is KnownCommand => Object.hasOwn(TAKES, name);

/**
 * The command that `words` ask for; null: the window is asked for. Switches before the first word are Chromium's; a link is what a
 * desktop starts an app with.
 */
export function readCommandLine(words: readonly string[]): CommandLine | null {
  if (words.some((word) => PEM.test(word) || looksLikeHyphenedKey(word))) return refused(A_KEY);
  const first = words.findIndex((word) => !word.startsWith('-'));
  if (first === -1)
    return words.some((word) => word === '--help' || word === '-h') ? { ok: true, command: { name: 'help' } } : null;
  if (ADDRESS.test(words[first] ?? '')) return null;
  const { values, positionals, tokens } = parseArgs({
    args: words.slice(first),
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help === true) return { ok: true, command: { name: 'help' } };

  const [room = '', verb = ''] = positionals;
  const name = isKnown(room) ? room : `${room} ${verb}`;
  if (!isKnown(name))
    return refused(
      positionals.some(looksLikeKey) ? A_KEY : room === 'help' ? HELP : `Ringfence knows no such command. ${TRY_HELP}`,
    );
  const files = positionals.slice(name.split(' ').length);
  const { options, files: wanted } = TAKES[name];
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const foreign = given.filter((token) => !isOption(token.name) || ![...EVERYWHERE, ...options].includes(token.name));
  if (
    foreign.some((token) => NAMES_A_KEY.test(token.name) || looksLikeKey(token.name) || looksLikeKey(token.value ?? ''))
  )
    return refused(A_KEY);
  if (files.length > wanted)
    return refused(
      files.some(looksLikeKey) && wanted === 0
        ? A_KEY
        : `"${name}" takes ${wanted === 0 ? 'no other words' : 'one file'}. ${TRY_HELP}`,
    );
  if (foreign.length > 0) return refused(`"${name}" has no such option. ${TRY_HELP}`);
  if (new Set(given.map((token) => token.name)).size < given.length)
    return refused(`An option of "${name}" stands there twice. ${TRY_HELP}`);
  if (
    given.some(
      (token) => isOption(token.name) && (OPTIONS[token.name].type === 'string') !== (token.value !== undefined),
    )
  )
    return refused(`An option of "${name}" lacks its value, or has one too many. ${TRY_HELP}`);

  // Chromium reads it too, and in this form alone: otherwise the command would meet another installation than the one that is meant.
  if (given.some((token) => token.name === 'user-data-dir' && token.inlineValue !== true))
    return refused(`Write it as --user-data-dir=FOLDER. ${TRY_HELP}`);

  const fd = values['passphrase-fd'];
  // 1 and 2 are where we write.
  if (typeof fd === 'string' && !/^(?:0|[3-9]|[1-9]\d)$/.test(fd))
    return refused(`--passphrase-fd is the number of an open file descriptor: 0, or 3 to 99. ${TRY_HELP}`);
  const passphraseFd = typeof fd === 'string' ? Number(fd) : null;
  const json = values.json === true;
  const profile = profileId.safeParse(values.profile);
  const withProfile = (make: (id: string) => CommandLine): CommandLine => {
    if (profile.success) return make(profile.data);
    return refused(
      typeof values.profile === 'string' && looksLikeKey(values.profile)
        ? A_KEY
        : `--profile names a profile by its id: lower-case letters, digits and hyphens. ${TRY_HELP}`,
    );
  };

  const withSlot = (given: unknown, make: (slot: KeySlot) => CommandLine): CommandLine => {
    const slot = keySlot.safeParse(given);
    if (slot.success) return make(slot.data);
    return refused(typeof given === 'string' && looksLikeKey(given) ? A_KEY : `--slot is active or next. ${TRY_HELP}`);
  };

  switch (name) {
    case 'keys set':
      return withProfile((id) =>
        withSlot(values.slot, (slot) =>
          passphraseFd === 0
            ? refused(`Standard input holds the key: give the passphrase by another file descriptor. ${TRY_HELP}`)
            : { ok: true, command: { name, profileId: id, slot, anyway: values.anyway === true, passphraseFd } },
        ),
      );
    case 'keys list':
      return { ok: true, command: { name, json } };
    case 'public-key':
      return withProfile((id) =>
        withSlot(values.slot ?? 'active', (slot) => ({ ok: true, command: { name, profileId: id, slot, json } })),
      );
    case 'keys rotate': {
      const steps = (
        [
          ['early', 'promote-early'],
          ['finish', 'finish'],
          ['back', 'back'],
        ] as const
      ).filter(([option]) => values[option] === true);
      if (steps.length > 1)
        return refused(`${steps.map(([option]) => `--${option}`).join(' and ')} are different steps. ${TRY_HELP}`);
      return withProfile((id) => ({
        ok: true,
        command: { name, profileId: id, step: steps[0]?.[1] ?? 'promote', passphraseFd },
      }));
    }
    case 'profiles import': {
      const [file] = files;
      if (file === undefined || file === '') return refused(`"${name}" needs the path of a file. ${TRY_HELP}`);
      return { ok: true, command: { name, file, apply: values.apply === true, json, passphraseFd } };
    }
    case 'audit verify':
    case 'doctor':
      return { ok: true, command: { name, json } };
  }
}

/**
 * The words that a person wrote, of a process' `argv`: without the program, and from source without the app's folder and what stands before it.
 * `fromSource`: Electron was started with the folder of an app.
 */
export function wordsOf(argv: readonly string[], fromSource: boolean): readonly string[] {
  if (!fromSource) return argv.slice(1);
  const app = argv.findIndex((word, index) => index > 0 && !word.startsWith('-'));
  return app === -1 ? [] : argv.slice(app + 1);
}
