import { describe, expect, it } from 'vitest';
import { setFuses } from './fuses.mjs';

const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const WIRE = { from: '10100011', to: '10110001' };

/** @param {{ wire?: string, version?: number, count?: number, times?: number }} [change] */
function executable({ wire = WIRE.from, version = 1, count = 8, times = 1 } = {}) {
  const one = Buffer.concat([
    Buffer.from(SENTINEL, 'latin1'),
    Buffer.from([version, count]),
    Buffer.from(wire, 'latin1'),
    Buffer.from('after'),
  ]);
  return Buffer.concat([Buffer.from('before'), ...Array.from({ length: times }, () => one)]);
}

describe('setFuses', () => {
  it('writes the wanted wire and touches nothing else', () => {
    const bytes = executable();
    expect(setFuses(bytes, WIRE)).toBeNull();
    expect(bytes.equals(executable({ wire: WIRE.to }))).toBe(true);
  });

  it('takes an executable whose fuses are set already', () => {
    const bytes = executable({ wire: WIRE.to });
    expect(setFuses(bytes, WIRE)).toBeNull();
    expect(bytes.equals(executable({ wire: WIRE.to }))).toBe(true);
  });

  it.each([
    ['no wire', Buffer.from('something else'), 'no fuse wire'],
    ['two wires', executable({ times: 2 }), 'two fuse wires'],
    ['another version', executable({ version: 2 }), 'version 2'],
    ['another count', executable({ count: 9 }), '9 fuses'],
    ['other fuses', executable({ wire: '11111111' }), 'read 11111111'],
  ])('refuses %s and writes nothing', (_, bytes, sentence) => {
    const before = Buffer.from(bytes);
    expect(setFuses(bytes, WIRE)).toContain(sentence);
    expect(bytes.equals(before)).toBe(true);
  });
});
