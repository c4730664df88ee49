import { describe, expect, it } from 'vitest';
import { FlowTokens } from './flow-token';

const TOKEN = {
  callerTag: 't',
  callId: 'c',
  life: 'l',
  caller: { user: 'a', instance: '<urn:uuid:1>', endpointId: 'f1' },
  callee: { user: 'b', instance: null, endpointId: 'f2' },
};

describe('flow tokens', () => {
  it('come back as they were made, from the same key only', () => {
    const made = new FlowTokens('one key').make(TOKEN);
    expect(made).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(new FlowTokens('one key').read(made)).toEqual(TOKEN);
    expect(new FlowTokens('another key').read(made)).toBeNull();
  });

  it.each(['', '.', 'a.b', 'AAAA.AAAAAAAAAAAAAAAA'])('are not %j', (text) => {
    expect(new FlowTokens('one key').read(text)).toBeNull();
  });

  it('are not changed unseen', () => {
    const tokens = new FlowTokens('one key');
    const [payload = '', mac = ''] = tokens.make(TOKEN).split('.');
    const changed = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"b"', '"c"')).toString(
      'base64url',
    );
    expect(tokens.read(`${changed}.${mac}`)).toBeNull();
  });
});
