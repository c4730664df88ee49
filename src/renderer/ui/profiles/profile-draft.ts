/** The profile form's fields as typed, and the profile they make. The fields are the schema's own (`contracts/profile.ts`). */
import type { EffectivePolicy } from '../../../contracts/policy/managed-policy';
import type { PolicyRule } from '../../../contracts/policy/policy';
import { profile, type Presentation, type Profile } from '../../../contracts/profile/profile';
import { makesForSip, providerConfig, type ProviderKind } from '../../../contracts/profile/provider';
import { givesTokensOnly } from '../../../contracts/profile/provider-facts';
import { fieldProblem, type Problem } from './field-problems';
import { chosenIn, fieldText, fieldValue, textOf, type FieldText } from './field-text';
import { FIELD_MESSAGES, type FieldWords } from './field-messages';
import { FORM_MESSAGES } from './form-messages';
import { fieldsOf, type Field } from './form-schema';

/** What stands in each field, by its path. Fields of what is not chosen keep what they held. */
export type Draft = Readonly<Record<string, FieldText>>;

/** Every field of the form, in the schema's order. A profile's id is made from its name. */
export const FIELDS: readonly Field[] = fieldsOf(profile).filter(({ path }) => path !== 'id');
const byPath = new Map(FIELDS.map((field) => [field.path, field]));

/** The words of a field; a field without words is a bug that a test finds. */
export function wordsOf(path: string): FieldWords {
  return FIELD_MESSAGES[path] ?? { label: path, help: '' };
}
/** The rule of the policy that a field is a part of, or null. */
export function ruleOf(path: string): PolicyRule | null {
  const rule = path.startsWith('policy.') ? path.split('.')[1] : undefined;
  return RULES.find((each) => each === rule) ?? null;
}
const RULES = profile.shape.policy.keyof().options;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
/** Where a field's value is in a profile: a union's member has no step of its own. */
const stepsTo = ({ path, member }: Pick<Field, 'path' | 'member'>): readonly string[] =>
  member === null ? path.split('.') : [member.union, path.slice(member.union.length + member.kind.length + 2)];
/** The value of a field in an object of the profile's shape; undefined where there is none, or another kind is chosen. */
function valueAt(object: unknown, { path, member }: Pick<Field, 'path' | 'member'>): unknown {
  let value = object;
  for (const step of stepsTo({ path, member })) value = isRecord(value) ? value[step] : undefined;
  const chosen = member === null ? null : valueAt(object, { path: `${member.union}.kind`, member: null });
  return member === null || chosen === member.kind ? value : undefined;
}

/** A new line begins with the strictest presentation, and as none that customers call: production is a word that somebody says. */
const START: Readonly<Record<string, FieldText>> = {
  environment: 'development',
  'provider.kind': 'local-jwt',
  'presentation.kind': 'main-injected',
};
/** An empty form: the schema's defaults. */
export const EMPTY_DRAFT: Draft = Object.fromEntries(
  FIELDS.map((field) => [field.path, START[field.path] ?? fieldText(field.shape, field.fallback)]),
);

/** The form with what `given` says filled in: an existing profile, or a preset. */
export function withValues(draft: Draft, given: unknown): Draft {
  const filled = FIELDS.flatMap((field): [string, FieldText][] => {
    const value = valueAt(given, field);
    return value === undefined ? [] : [[field.path, fieldText(field.shape, value)]];
  });
  return { ...draft, ...Object.fromEntries(filled) };
}
/** The form with the values that the admin's file fixes in the place of what stands there. */
export function withFixed(draft: Draft, policy: EffectivePolicy | null): Draft {
  if (policy === null) return draft;
  const fixed = RULES.filter((rule) => policy.setBy[rule] === 'admin-file').map((rule): [string, unknown] => [
    rule,
    policy.values[rule],
  ]);
  return withValues(draft, { policy: Object.fromEntries(fixed) });
}
/** Who set a rule, as far as the form goes: nobody while it stands at the schema's default. */
export function ruleSetBy(rule: PolicyRule, draft: Draft): 'default' | 'user' {
  const own = FIELDS.filter(({ path }) => ruleOf(path) === rule);
  return own.every(({ path }) => JSON.stringify(draft[path]) === JSON.stringify(EMPTY_DRAFT[path]))
    ? 'default'
    : 'user';
}
/** The form of an existing profile. */
export function draftOf(existing: Profile): Draft {
  return withValues(EMPTY_DRAFT, existing);
}

/** What a field holds when what is typed there must not count: its default, or what a good value looks like. */
function standIn(field: Field): unknown {
  if (field.fallback !== undefined) return field.fallback;
  return field.shape.type === 'choice' ? field.shape.options[0] : (wordsOf(field.path).example ?? '');
}
const fits = (field: Field, draft: Draft): boolean =>
  fieldProblem(field, wordsOf(field.path), draft[field.path]) === null;

/** What the line needs, as far as it can be told from what is typed so far. */
interface Line {
  readonly provider: ProviderKind;
  readonly made: 'token' | 'credentials' | 'nothing';
  readonly presentation: Presentation['kind'];
  readonly presentations: readonly string[];
  readonly purposes: readonly string[];
}

function providerOf(draft: Draft): { readonly kind: ProviderKind; readonly made: Line['made'] } {
  const kind = textOf(draft['provider.kind']);
  const own = FIELDS.filter(({ member }) => member?.union === 'provider' && member.kind === kind);
  const given = Object.fromEntries(
    own.map((field) => [
      field.path.slice(`provider.${kind}.`.length),
      fits(field, draft) ? fieldValue(field.shape, draft[field.path]) : standIn(field),
    ]),
  );
  const parsed = providerConfig.safeParse({ ...given, kind });
  return parsed.success
    ? { kind: parsed.data.kind, made: makesForSip(parsed.data) }
    : { kind: 'local-jwt', made: 'token' };
}

/** What the choices so far leave to choose. */
export function lineOf(draft: Draft): Line {
  const { kind, made } = providerOf(draft);
  const all = profile.shape.presentation.options.map((option) => option.shape.kind.value);
  const presentations = all.filter((each) => made === 'nothing' || (each === 'digest') === (made === 'credentials'));
  const wanted = presentations.find((each) => each === draft['presentation.kind']);
  // A way that was chosen for another provider gives way to the strictest.
  const presentation = wanted ?? (made === 'credentials' ? 'digest' : 'main-injected');
  // An assistant has no SIP line, and nobody else is one.
  const purposes = made === 'nothing' ? ['voice'] : ['sip', 'events'];
  return { provider: kind, made, presentation, presentations, purposes };
}

/** Fields of a SIP line. */
const SIP_FIELDS = [
  'identity',
  'displayName',
  'gatewayUrl',
  'trustAssertedIdentity',
  'presentation.kind',
  'policy.maxCalls',
  'policy.dial.allow',
  'policy.dial.deny',
];

/** Whether the form shows this field for what is chosen. */
export function applies(field: Field, line: Line): boolean {
  const { path, member } = field;
  if (member?.union === 'provider') return member.kind === line.provider;
  if (line.made === 'nothing' && (member?.union === 'presentation' || SIP_FIELDS.includes(path))) return false;
  if (member?.union === 'presentation') return member.kind === line.presentation;
  return path !== 'presentation.kind' || line.presentations.length > 1;
}

/** The text of a field as it counts: choices that are not offered do not. */
export function countedText(field: Field, draft: Draft, line: Line): FieldText | undefined {
  if (field.path === 'presentation.kind') return line.presentation;
  if (field.path !== 'policy.purposes') return draft[field.path];
  const chosen = chosenIn(textOf(draft[field.path])).filter((purpose) => line.purposes.includes(purpose));
  // With one thing to choose, there is nothing to choose.
  return chosen.length === 0 && line.purposes.length === 1 ? line.purposes.join(',') : chosen.join(',');
}

/** The object that the draft makes. In the place of what does not fit stands what would; what is not shown keeps what it held, if that fits. */
function objectFrom(draft: Draft, line: Line, id: string, problems: ReadonlyMap<string, Problem>): unknown {
  const object: Record<string, unknown> = { id };
  for (const field of FIELDS) {
    const { path, member, shape } = field;
    const ofAnother =
      member !== null && member.kind !== (member.union === 'provider' ? line.provider : line.presentation);
    if (ofAnother) continue;
    const usable = !problems.has(path) && (applies(field, line) || fits(field, draft));
    const value = usable
      ? fieldValue(shape, countedText(field, draft, line))
      : applies(field, line)
        ? standIn(field)
        : (field.fallback ?? '');
    // What held another provider's gateway is not shown, and must not be kept.
    put(object, stepsTo(field), path === 'gatewayUrl' && givesTokensOnly(line.provider) ? '' : value);
  }
  return object;
}
function put(object: Record<string, unknown>, [step = '', ...more]: readonly string[], value: unknown): void {
  if (more.length === 0) {
    object[step] = value;
    return;
  }
  const inner: Record<string, unknown> = { ...(isRecord(object[step]) ? object[step] : {}) };
  put(inner, more, value);
  object[step] = inner;
}

/** Which field an issue of the whole profile belongs to; the last resort is the name, so that it is said somewhere. */
function fieldAt(path: readonly PropertyKey[]): string {
  const text = path.map(String).join('.');
  if (byPath.has(text)) return text;
  return byPath.has(`${text}.kind`) ? `${text}.kind` : 'name';
}

/** The problem of each field that is shown and does not fit, by path: each field by itself, then all of them together. */
export function draftProblems(draft: Draft): ReadonlyMap<string, Problem> {
  const line = lineOf(draft);
  const problems = new Map<string, Problem>();
  for (const field of FIELDS) {
    const problem = applies(field, line)
      ? fieldProblem(field, wordsOf(field.path), countedText(field, draft, line))
      : null;
    if (problem !== null) problems.set(field.path, problem);
  }
  const together = profile.safeParse(objectFrom(draft, line, 'id', problems));
  for (const issue of together.success ? [] : together.error.issues) {
    const path = fieldAt(issue.path);
    const sentence = wordsOf(path).wants ?? `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}.`;
    if (!problems.has(path)) problems.set(path, { sentence, row: null, column: null });
  }
  return problems;
}

/** The profile that the form makes, or null while a field does not fit. */
export function profileFrom(draft: Draft, id: string): Profile | null {
  if (draftProblems(draft).size > 0) return null;
  const parsed = profile.safeParse(objectFrom(draft, lineOf(draft), id, new Map()));
  return parsed.success ? parsed.data : null;
}

/** A sentence about what fits and will not work all the same, by path. */
export function draftWarnings(draft: Draft): ReadonlyMap<string, string> {
  const line = lineOf(draft);
  const realm = textOf(draft['presentation.bearer.realm']).trim();
  const domain = /@([^@:]+)(?::\d+)?$/.exec(textOf(draft['identity']).trim())?.[1] ?? '';
  // Requests of this line go to its identity's domain, and only the realm may see the token (phone/request-token.ts).
  const unseen =
    line.made === 'token' &&
    line.presentation === 'bearer' &&
    realm !== '' &&
    domain !== '' &&
    realm.toLowerCase() !== domain.toLowerCase();
  return new Map(unseen ? [['presentation.bearer.realm', FORM_MESSAGES.otherRealm(realm, domain)]] : []);
}

/** An id from the name: lower-case words, unlike any of `taken`. */
export function newProfileId(name: string, taken: readonly string[]): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50);
  const stem = plain === '' ? 'line' : plain;
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? stem : `${stem}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

/** The fields that somebody has to fill in: shown, without a default, and not content when they are empty. */
export function requiredFields(draft: Draft): ReadonlySet<string> {
  const line = lineOf(draft);
  const typed = FIELDS.filter(
    (field) =>
      (field.shape.type === 'text' || field.shape.type === 'number' || field.shape.type === 'list') &&
      (field.fallback === undefined || field.fallback === '') &&
      ruleOf(field.path) === null &&
      applies(field, line),
  );
  const problems = draftProblems({ ...draft, ...Object.fromEntries(typed.map(({ path }) => [path, ''])) });
  return new Set(typed.flatMap(({ path }) => (problems.has(path) ? [path] : [])));
}
