/**
 * Every word of the profile form, by the field's path (`form-schema.ts`): the one place to translate. A test holds the table complete:
 * no field without words, no words without a field.
 */
import { PRESENTATION_NAMES } from '../../../contracts/profile/presentation-names';
import { TOKENS_ONLY } from '../../../contracts/profile/provider-facts';

export interface FieldWords {
  readonly label: string;
  /** One short sentence. */
  readonly help: string;
  /** What the field wants, where the schema's own words are no help to a person. */
  readonly wants?: string;
  /** What a good value looks like; fills an input that must not be empty with a pale hint. */
  readonly example?: string;
  /** Names of the options, where they are not plain already. */
  readonly options?: Readonly<Record<string, string>>;
  /** One sentence about the option that is chosen, in place of `help`. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Labels of the columns. */
  readonly columns?: Readonly<Record<string, string>>;
  /** What one row is called. */
  readonly row?: string;
  /** Seldom needed: waits behind "More". */
  readonly more?: true;
}

const BASE_URL: FieldWords = {
  label: 'Address of the system',
  help: 'Where Ringfence asks for tokens; change it for a test system only.',
  example: 'https://api.example.com',
  more: true,
};
const WEEKDAYS = { '1': 'Mon', '2': 'Tue', '3': 'Wed', '4': 'Thu', '5': 'Fri', '6': 'Sat', '7': 'Sun' };
const REALM: FieldWords = {
  label: 'Realm',
  help: 'Leave it empty for the domain of the identity.',
  wants: 'Use up to 100 characters, without quotes and backslashes.',
};
const pointer = (label: string, what: string): FieldWords => ({
  label,
  help: `The place of ${what} in the answer, as a JSON Pointer. Leave it empty if it has none.`,
  wants: 'Write it as /data/token.',
});

export const FIELD_MESSAGES: Readonly<Record<string, FieldWords>> = {
  name: {
    label: 'Name',
    help: 'What agents call this line.',
    wants: 'Give the line a name of 1 to 60 characters.',
    example: 'Support line',
  },
  environment: {
    label: 'Environment',
    help: 'Colours the line everywhere; keys of production stay in production.',
    options: { practice: 'Practice', development: 'Development', staging: 'Staging', production: 'Production' },
  },
  identity: {
    label: 'Identity',
    help: 'The address of this line, as the gateway knows it.',
    wants: 'Write it as user@domain, for example 1001@pbx.example.com.',
    example: '1001@pbx.example.com',
  },
  displayName: {
    label: 'Display name',
    help: 'What the people you call see; may be empty.',
    wants: 'Use at most 60 characters.',
  },
  trustAssertedIdentity: {
    label: 'The gateway checks who calls',
    help: 'Yes: the number that the gateway asserts is shown as confirmed. No: if it lets callers write it themselves.',
    options: { no: 'No', yes: 'Yes' },
  },
  gatewayUrl: {
    label: 'Gateway URL',
    help: 'The WebSocket address of the gateway.',
    example: 'wss://pbx.example.com/ws',
  },

  'provider.kind': {
    label: 'Sign-in method',
    help: 'Who makes its tokens, and from which key.',
    options: {
      'local-jwt': 'Signed token (JWT)',
      'ephemeral-credentials': 'SIP password that expires',
      sautikit: 'Sautikit',
      sippet: 'Sippet',
      decart: 'Decart (tokens only, no calls)',
      'openai-realtime': 'OpenAI Realtime assistant',
      'generic-http': 'Another system, over HTTP',
    },
    notes: {
      'local-jwt': 'Ringfence signs a token for each connection; the gateway verifies it.',
      'ephemeral-credentials':
        'Ringfence computes a SIP user and password that expire; the gateway asks for them by digest (MD5).',
      sautikit: 'Sautikit makes a token for each connection. Its lines carry no emergency calls.',
      sippet: 'Sippet gives a SIP user and password, and tells live what happens on its calls.',
      decart: `${TOKENS_ONLY} Each of its client tokens stays in main.`,
      'openai-realtime': 'You talk with an assistant; its token and its tools stay in main.',
      'generic-http': 'Ringfence asks a web service for a token, in the way that you describe below.',
    },
  },
  'provider.local-jwt.issuer': {
    label: 'Issuer',
    help: 'The claim iss of the token; the gateway compares it.',
    wants: 'Write 1 to 200 characters; the gateway compares them.',
  },
  'provider.local-jwt.audience': {
    label: 'Audience',
    help: 'The claim aud of the token; the gateway compares it.',
    wants: 'Write 1 to 200 characters; the gateway compares them.',
    example: 'pbx.example.com',
  },
  'provider.local-jwt.algorithm': {
    label: 'Algorithm',
    help: 'HS256 shares the key with the gateway; the others share the public key only.',
    options: {
      HS256: 'HS256 (shared key)',
      RS256: 'RS256 (private key)',
      ES256: 'ES256 (private key)',
      EdDSA: 'EdDSA (private key)',
    },
  },
  'provider.local-jwt.keyId': {
    label: 'Key ID',
    help: 'The kid of the token, for a gateway that has several keys; may be empty.',
    more: true,
  },
  'provider.local-jwt.issuedBackS': {
    label: 'Issued back',
    help: 'Seconds that iat lies back, for a gateway whose clock is behind; 0: none.',
    wants: 'Use a number from 0 to 30.',
    more: true,
  },
  'provider.local-jwt.subject': {
    label: 'Subject',
    help: 'The claim sub; {user}, {domain}, {profile} and {agent} are filled in.',
    wants: 'Write 1 to 200 characters.',
    more: true,
  },
  'provider.local-jwt.claims': {
    label: 'More claims',
    help: 'Claims that this gateway wants, with the same placeholders; a number or true is sent as such.',
    columns: { name: 'Claim', value: 'Value' },
    row: 'claim',
    more: true,
  },
  'provider.local-jwt.meta': {
    label: 'Notes for the gateway',
    help: 'Short texts in the claim meta, which the gateway may log.',
    columns: { name: 'Name', value: 'Text' },
    row: 'note',
    more: true,
  },

  'provider.sautikit.baseUrl': BASE_URL,
  'provider.sautikit.generation': {
    label: 'Generation',
    help: 'Which of its two interfaces your account has.',
    options: { sip: 'SIP token (/v1/sip/token)', webrtc: 'WebRTC token (/v1/webrtc/token)' },
  },
  'provider.sautikit.path': {
    label: 'Path',
    help: 'Leave it empty for the usual one.',
    wants: 'Write it as /v1/name.',
    more: true,
  },
  'provider.sautikit.clientName': {
    label: 'Client name',
    help: 'The name of this line at Sautikit; WebRTC tokens only.',
    wants: 'Use at most 100 characters.',
    more: true,
  },
  'provider.sautikit.role': {
    label: 'Role',
    help: 'The role of the agent at Sautikit; WebRTC tokens only.',
    wants: 'Use at most 60 characters.',
    more: true,
  },
  'provider.sautikit.tenantNumberId': {
    label: 'Number ID',
    help: "Sautikit's id of the number that calls come from; WebRTC tokens only.",
    wants: 'Use at most 100 characters.',
    more: true,
  },
  'provider.sautikit.phoneNumber': {
    label: 'Phone number',
    help: 'The number that calls come from; WebRTC tokens only.',
    wants: 'Use at most 32 characters.',
    more: true,
  },

  'provider.sippet.baseUrl': BASE_URL,

  'provider.decart.baseUrl': BASE_URL,
  'provider.decart.allowedModels': { label: 'Allowed models', help: 'One a line. Leave it empty for all of them.' },
  'provider.decart.allowedOrigins': {
    label: 'Allowed origins',
    help: 'One a line, such as app://ringfence. Leave it empty for all of them.',
  },
  'provider.decart.maxSessionS': {
    label: 'Longest stream in seconds',
    help: 'Leave it empty for as long as Decart allows.',
  },
  'provider.decart.metadata': {
    label: 'Metadata',
    help: 'Short texts that Decart keeps with the token.',
    columns: { name: 'Name', value: 'Text' },
    row: 'entry',
    more: true,
  },

  'provider.openai-realtime.baseUrl': BASE_URL,
  'provider.openai-realtime.model': {
    label: 'Model',
    help: 'Which model answers.',
    wants: 'Write 1 to 100 characters.',
    example: 'gpt-realtime',
  },
  'provider.openai-realtime.voice': {
    label: 'Voice',
    help: 'How the assistant sounds.',
    wants: 'Use at most 60 characters.',
  },
  'provider.openai-realtime.instructions': {
    label: 'Instructions',
    help: 'What Ringfence tells the assistant before a call begins.',
    wants: 'Use at most 8000 characters.',
  },
  'provider.openai-realtime.tools': {
    label: 'Tools',
    help: 'What the assistant may do; each runs in main.',
    options: { transfer_to_agent: 'Transfer to an agent', end_call: 'End the call' },
  },

  'provider.generic-http.method': { label: 'Method', help: 'The HTTP method of the request.' },
  'provider.generic-http.url': {
    label: 'Token URL',
    help: 'Where Ringfence asks for a token.',
    example: 'https://api.example.com/token',
  },
  'provider.generic-http.headers': {
    label: 'Request headers',
    help: '<key> stands where the key goes.',
    columns: { name: 'Header name', value: 'Header value' },
    row: 'header',
  },
  'provider.generic-http.body': {
    label: 'Request body',
    help: 'JSON; <key>, {user}, {domain}, {profile}, {agent}, {life}, {now} and {expiry} are filled in. May be empty.',
  },
  'provider.generic-http.answer': {
    label: 'Answer',
    help: 'What the answer is.',
    options: { json: 'JSON', token: 'The token alone' },
    notes: {
      json: 'The fields below say where in it the token is.',
      token: 'The whole answer is the token, as text/plain or application/jwt; the fields below do not count.',
    },
    more: true,
  },
  'provider.generic-http.token': pointer('Token at', 'the token'),
  'provider.generic-http.expiresAt': pointer('Expiry at', 'when it expires'),
  'provider.generic-http.gatewayUrl': { ...pointer('Gateway URL at', "the gateway's address"), more: true },
  'provider.generic-http.username': { ...pointer('SIP user at', 'a SIP user'), more: true },
  'provider.generic-http.password': { ...pointer('SIP password at', 'a SIP password'), more: true },
  'provider.generic-http.iceServers': { ...pointer('ICE servers at', 'STUN and TURN servers'), more: true },

  'presentation.kind': {
    label: 'How the gateway gets the token',
    help: 'Choose what the gateway accepts. The last one is the strictest.',
    options: PRESENTATION_NAMES,
    notes: {
      query:
        'The token is part of the URL that is opened, under this name. Gateways and proxies may write URLs to their logs.',
      subprotocol: 'The token is offered as one more subprotocol after sip; the gateway answers sip.',
      bearer:
        'The token goes with REGISTER and with the INVITE that begins a call (RFC 8898), to the realm below and to no other.',
      digest: 'The SIP user and password answer a challenge of the realm below, and of no other (MD5).',
      'main-injected': "Main puts the token into the connection's header; this window never holds it.",
    },
  },
  'presentation.query.parameter': {
    label: 'Parameter',
    help: 'The name of the parameter.',
    wants: 'Use up to 32 letters, digits, hyphens and underscores, beginning with a letter.',
  },
  'presentation.subprotocol.template': {
    label: 'Subprotocol',
    help: '<token> stands where the token goes.',
    wants: 'Write <token> once, with letters, digits, dots, hyphens and underscores around it.',
  },
  'presentation.bearer.header': {
    label: 'Header',
    help: 'Authorization, or a name such as X-Token.',
    wants: 'Write Authorization, or a name that starts with X-.',
  },
  'presentation.bearer.realm': REALM,
  'presentation.digest.realm': REALM,

  'policy.tokenLifeS': {
    label: 'Token life in seconds',
    help: 'From 1 to 3600; short is safe. A SIP password lives as long.',
    wants: 'Write whole seconds from 1 to 3600.',
  },
  'policy.purposes': {
    label: 'What the line is for',
    help: 'Ringfence makes tokens for these alone.',
    options: { sip: 'Calls', events: 'Live events', voice: 'Assistant' },
  },
  'policy.rate.burst': { label: 'Tokens at once', help: 'How many a window may ask for in a row.' },
  'policy.rate.perSecond': {
    label: 'Then tokens a second',
    help: 'How many follow after that.',
    wants: 'Write a number from 0.1 to 10.',
  },
  'policy.maxCallS': {
    label: 'Longest call in seconds',
    help: 'Leave it empty for no limit.',
    wants: 'Write whole seconds from 10 to 86400, or nothing.',
  },
  'policy.maxCalls': {
    label: 'Calls at a time',
    help: 'From 1 to 16, with those that ring. The next caller hears busy.',
    wants: 'Write a whole number from 1 to 16.',
  },
  'policy.dial.allow': {
    label: 'May call',
    help: 'One a line: +254*, 10??, *@pbx.example.com. Leave it empty for everybody.',
  },
  'policy.dial.deny': { label: 'May not call', help: 'One a line. It is stronger than "May call".' },
  'policy.hours': {
    label: 'Hours',
    help: 'When this line may place calls. Empty: always.',
    columns: { days: 'Days', from: 'From', to: 'To' },
    row: 'hours',
    options: WEEKDAYS,
  },
  'policy.onScreenLock': {
    label: 'When the screen locks',
    help: 'Locking the phone closes its connection and drops its tokens.',
    options: { keep: 'The phone stays on', lock: 'The phone locks, too' },
  },

  iceServers: {
    label: 'STUN and TURN servers',
    help: 'Only where the gateway needs them; addresses with commas between them.',
    columns: { urls: 'Addresses', username: 'User (TURN)' },
    row: 'server',
  },
};

/** The form's cards, in their order: the fields whose paths begin so. */
export const SECTIONS: readonly { readonly id: string; readonly title: string; readonly paths: readonly string[] }[] = [
  { id: 'line', title: 'Line', paths: ['name', 'environment', 'identity', 'displayName'] },
  { id: 'gateway', title: 'Gateway', paths: ['gatewayUrl', 'trustAssertedIdentity', 'presentation.'] },
  { id: 'provider', title: 'Tokens', paths: ['provider.'] },
  { id: 'policy', title: 'Rules', paths: ['policy.'] },
  { id: 'media', title: 'Sound path', paths: ['iceServers'] },
];
