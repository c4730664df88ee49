/** The arrow table: who may import whom. See ARCHITECTURE.md. */
const only = (name, pkg, file) => ({
  name,
  comment: `Only ${file} talks to ${pkg}.`,
  severity: 'error',
  from: { path: '^src', pathNot: [file, '\\.test\\.tsx?$'] },
  to: { path: `^(node_modules/)?${pkg}(/|$)` },
});
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
      to: { path: '^src/(?!preload|contracts/ipc-names)', dependencyTypesNot: ['type-only'] },
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
    only('one-file-imports-jssip', 'jssip', '^src/renderer/phone/jssip-stack\\.ts$'),
    only('one-file-imports-keytar', 'keytar', '^src/main/secrets/keychain\\.ts$'),
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
