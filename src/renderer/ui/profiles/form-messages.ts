/** What the profile form says beside its fields. */
import { TOKENS_ONLY } from '../../../contracts/profile/provider-facts';

/** What is said under a field, and where nothing better is known. */
export const FORM_MESSAGES = {
  fillIn: 'Fill this in.',
  none: 'none',
  atMostCharacters: (most: number): string => `Use at most ${most} characters.`,
  atMostEntries: (most: number): string => `Use at most ${most} entries.`,
  chooseOne: 'Choose at least one.',
  choose: 'Choose one of these.',
  wholeNumber: (least: number, most: number): string => `Write a whole number from ${least} to ${most}.`,
  number: (least: number, most: number): string => `Write a number from ${least} to ${most}.`,
  orNothing: (sentence: string): string => `${sentence.slice(0, -1)}, or nothing.`,
  inEntry: (entry: string, sentence: string): string =>
    `${entry.charAt(0).toUpperCase()}${entry.slice(1)}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`,
  line: (number: number): string => `Line ${number}`,
  row: (word: string, number: number): string => `${word} ${number}`,
  addRow: (word: string): string => `Add ${word}`,
  removeRow: (row: string): string => `Remove ${row}`,
  changedRules: (count: number): string =>
    count === 0 ? 'All as usual' : count === 1 ? '1 is set' : `${count} are set`,
  more: (section: string): string => `More about ${section.toLowerCase()}`,
  sameNameTwice: 'Each name may stand here once.',
  setBy: { default: 'Default', user: 'Set in this profile', 'admin-file': 'Set by your administrator' },
  doesNotFit: 'This does not fit.',
  otherRealm: (realm: string, domain: string): string =>
    `The token is shown to the realm "${realm}" only, and this line registers at "${domain}": it would never be shown.`,
} as const;

/** The presets by their ids (presets.ts): a name, and what is left to do in one sentence. */
export const PRESET_MESSAGES: Readonly<Record<string, { readonly label: string; readonly help: string }>> = {
  none: { label: 'An empty form', help: 'Or choose your system: the form is filled in as far as it can be.' },
  asterisk: {
    label: 'Asterisk',
    help: 'A web service of yours makes a SIP password and puts it into Asterisk: fill in its URL.',
  },
  decart: { label: 'Decart', help: TOKENS_ONLY },
  freeswitch: {
    label: 'FreeSWITCH',
    help: 'Its directory (mod_xml_curl) computes the same password from the key that you share.',
  },
  jambonz: {
    label: 'jambonz',
    help: 'Your registration webhook computes the same password from the key that you share.',
  },
  'kamailio-bearer': {
    label: 'Kamailio, bearer',
    help: 'Kamailio verifies the token in REGISTER and INVITE with its jwt module: fill in the audience that it compares.',
  },
  'kamailio-digest': {
    label: 'Kamailio, SIP password',
    help: "Kamailio's auth_ephemeral verifies the password with the key that you share.",
  },
  'kamailio-query': {
    label: 'Kamailio, query',
    help: 'Kamailio verifies the token in the URL with its jwt module: fill in the audience that it compares.',
  },
  'openai-assistant': {
    label: 'OpenAI assistant',
    help: 'The key is an API key of your project; choose a model and say what the assistant is for.',
  },
  plivo: {
    label: 'Plivo',
    help: 'Write your Auth ID for AUTH_ID, twice; the key is the Base64 of "Auth ID:Auth Token".',
  },
  sautikit: { label: 'Sautikit', help: 'The key is your Sautikit API key; the gateway may come with the token.' },
  sippet: { label: 'Sippet', help: 'The key is a secret Sippet key; publishable ones are refused.' },
};
/** The choice of presets. */
export const PRESET_LABEL = 'Start from';
