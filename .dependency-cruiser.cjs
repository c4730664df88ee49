/** The arrow table: who may import whom. See ARCHITECTURE.md. */
const only = (name, pkg, file) => ({
  name,
  comment: `Only ${file} talks to ${pkg}.`,
  severity: 'error',
  from: { path: '^src', pathNot: [file, '\\.test\\.tsx?$'] },
  to: { path: `^(node_modules/)?${pkg}(/|$)` },
});
const TESTS = '\\.test\\.tsx?$';
/**
 * The layers of a zone, the highest first: a room imports those of the layers below it and, of its own layer, only what
 * `also` draws ("from>to"). One rule for each room.
 */
const layers = (zone, base, rows, also = []) =>
  rows
    .flatMap((row, level) =>
      row.map((room) => {
        const above = rows.slice(0, level).flat();
        const beside = row.filter((other) => other !== room && !also.includes(`${room}>${other}`));
        return {
          name: `${zone}-layer-${room}`,
          comment: `${base}/${room} imports the layers below it alone: see the rooms in ARCHITECTURE.md.`,
          severity: 'error',
          from: { path: `^${base}/${room}/`, pathNot: TESTS },
          to: { path: [...above, ...beside].map((other) => `^${base}/${other}/`) },
        };
      }),
    )
    .filter(({ to }) => to.path.length > 0);
const MAIN_LAYERS = [
  ['composition'],
  ['cli'],
  ['handlers'],
  ['assistant', 'tokens', 'consent', 'control-api'],
  ['providers', 'ipc', 'keys', 'locks', 'practice', 'history', 'contacts', 'recordings', 'diagnostics'],
  ['profiles', 'secrets'],
  ['policy', 'audit', 'settings', 'windows', 'desktop'],
  ['lockdown', 'tools'],
  ['base'],
];
const RENDERER_LAYERS = [['ui'], ['state'], ['voice'], ['phone'], ['media', 'events'], ['base']];
const PHONE_LAYERS = [
  ['agent'],
  ['transfer', 'conference'],
  ['call', 'registration', 'jssip'],
  ['port'],
  ['wire'],
  ['base'],
];
/** A feature of the user interface; `app` puts them together, and all of them share `kit`. */
const UI_FEATURES = [
  'phone',
  'live',
  'history',
  'contacts',
  'recordings',
  'settings',
  'profiles',
  'keys',
  'audit',
  'guide',
  'popups',
];
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan-arrow',
      comment: 'Everything that is imported exists.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^electron$', '^virtual:'] },
    },
    {
      name: 'contracts-import-zod-alone',
      severity: 'error',
      from: { path: '^src/contracts', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^src/contracts', '^node_modules/zod'] },
    },
    {
      name: 'main-imports-contracts',
      severity: 'error',
      from: { path: '^src/main', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(?!main|contracts)' },
    },
    {
      name: 'only-index-composes',
      comment: 'The composition root constructs; nothing that it constructs knows it.',
      severity: 'error',
      from: { path: '^src/main/(?!index\\.ts|composition/)' },
      to: { path: '^src/main/composition/' },
    },
    {
      name: 'preload-imports-names-only',
      severity: 'error',
      from: { path: '^src/preload' },
      to: { path: '^src/(?!preload|contracts/ipc/ipc-names)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'renderer-imports-contracts',
      severity: 'error',
      from: { path: '^src/renderer', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src/(?!renderer|contracts)' },
    },
    {
      name: 'gateway-imports-contracts',
      severity: 'error',
      from: { path: '^src/gateway', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(?!gateway|contracts)' },
    },
    {
      name: 'renderer-knows-no-node',
      severity: 'error',
      from: { path: '^src/(renderer|contracts|preload)', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-knows-no-electron',
      severity: 'error',
      from: { path: '^src/(renderer|contracts|gateway)', pathNot: '\\.test\\.tsx?$' },
      to: { path: '(^|/)electron($|/)' },
    },
    {
      name: 'ui-goes-through-state',
      comment: 'ui -> state -> phone, voice, media, events.',
      severity: 'error',
      from: { path: '^src/renderer/ui' },
      to: { path: '^src/renderer/(phone|voice|media|events)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'state-knows-no-ui',
      severity: 'error',
      from: { path: '^src/renderer/state' },
      to: { path: '^src/renderer/ui' },
    },
    {
      name: 'engine-knows-no-react',
      severity: 'error',
      from: { path: '^src/renderer/(phone|voice|media|events)', pathNot: '\\.test\\.tsx?$' },
      to: { path: ['^src/renderer/(ui|state)', 'node_modules/(react|react-dom|react-aria-components)/'] },
    },
    {
      name: 'phone-knows-no-voice',
      comment:
        'A voice line is a phone of another kind: it uses the states and words of calls, and nothing uses it but state.',
      severity: 'error',
      from: { path: '^src/renderer/(phone|media|events)', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src/renderer/voice' },
    },
    {
      name: 'nothing-imports-test-or-build',
      severity: 'error',
      from: { path: '^src', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^(test|build)/' },
    },
    {
      name: 'no-dev-dependency-in-main',
      comment: 'Main and the gateway run unbundled dependencies.',
      severity: 'error',
      from: { path: '^src/(main|gateway)', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/electron/' },
    },
    ...layers('main', 'src/main', MAIN_LAYERS, ['assistant>tokens', 'ipc>locks', 'providers>keys']),
    ...layers('renderer', 'src/renderer', RENDERER_LAYERS),
    ...layers('phone', 'src/renderer/phone', PHONE_LAYERS),
    ...UI_FEATURES.map((feature) => ({
      name: `ui-feature-${feature}`,
      comment: `ui/${feature} imports ui/kit, never another feature.`,
      severity: 'error',
      from: { path: `^src/renderer/ui/${feature}/`, pathNot: TESTS },
      to: { path: `^src/renderer/ui/(?!${feature}/|kit/)[a-z-]+/` },
    })),
    {
      name: 'ui-kit-knows-no-feature',
      severity: 'error',
      from: { path: '^src/renderer/ui/kit/', pathNot: TESTS },
      to: { path: '^src/renderer/ui/(?!kit/)[a-z-]+/' },
    },
    {
      name: 'few-rooms-talk-to-electron',
      comment: 'What needs no Electron is tested without it.',
      severity: 'error',
      from: {
        path: '^src/main/',
        pathNot: [
          '^src/main/index\\.ts$',
          '^src/main/(composition|windows|desktop|lockdown|ipc|consent|practice|secrets)/',
          '^src/main/base/fatal\\.ts$',
          TESTS,
        ],
      },
      to: { path: '(^|/)electron($|/)', dependencyTypesNot: ['type-only'] },
    },
    only('one-file-imports-jssip', 'jssip', '^src/renderer/phone/jssip/jssip-stack\\.ts$'),
    only('one-file-imports-keytar', 'keytar', '^src/main/secrets/keytar\\.ts$'),
    only('one-file-signs', 'jose', '^src/(main/providers/local-jwt|gateway/authenticator)\\.ts$'),
    only('one-file-makes-media', 'node-datachannel', '^src/gateway/media-peer\\.ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)out/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.css', '.d.ts'],
    },
  },
};
